from __future__ import annotations

import csv
import io
from datetime import date

from app.kit.downloads import csv_of
from app.kit.tables import pivot
from serving import Answer, Question
from tests.app.kit.test_badges import metric
from tests.app.rows import row


def answer(*rows: object) -> Answer:
    return Answer(Question(metrics=("nps",), by=("segment",)), rows, (), "r1")  # type: ignore[arg-type]


ANSWER = answer(
    row(46.4, metric="nps", segment="Business"),
    row(None, metric="nps", status="suppressed", reason="fewer than 5 people", segment="Other"),
)


def test_a_hidden_cell_says_so_and_holds_no_number() -> None:
    table = pivot([ANSWER], "segment", {"nps": metric("certified")}, heading="Segment", currency="EUR")
    assert list(table.texts["NPS"]) == ["46.4", "hidden"]
    assert table.numbers["NPS"].isna().tolist() == [False, True]
    assert "hidden" in table.styled().to_html()


def test_rows_without_a_value_of_the_dimension_come_last() -> None:
    rows = answer(row(1, metric="nps", segment=None), row(2, metric="nps", segment="Business"))
    table = pivot([rows], "segment", {"nps": metric("certified")}, heading="Segment", currency="EUR")
    assert list(table.texts["Segment"]) == ["Business", "not known"]


def test_a_download_equals_the_records_of_the_answer() -> None:
    records = list(csv.DictReader(io.StringIO(csv_of([ANSWER], {"nps": "score"}))))
    assert [record["status"] for record in records] == ["ok", "suppressed"]
    assert [record["value"] for record in records] == ["46.4", ""]


def test_a_download_says_its_period_filters_unit_and_release() -> None:
    question = Question(
        metrics=("nps",), where={"segment": ["Business"]}, since=date(2026, 1, 1), until=date(2026, 3, 31)
    )
    asked = Answer(question, (row(46.4, metric="nps"),), (), "r1")
    (record,) = csv.DictReader(io.StringIO(csv_of([asked], {"nps": "score"})))
    assert (record["since"], record["until"]) == ("2026-01-01", "2026-03-31")
    assert (record["filters"], record["unit"], record["release"]) == ("segment=Business", "score", "r1")


def test_a_column_with_hidden_cells_sorts_as_numbers_and_holds_no_number_for_them() -> None:
    rows = [row(value, metric="nps", segment=name) for value, name in ((9, "A"), (100, "B"), (20, "C"))]
    hidden = row(None, metric="nps", status="suppressed", segment="D")
    table = pivot([answer(*rows, hidden)], "segment", {"nps": metric("certified")}, heading="Segment", currency="EUR")
    shown = table.styled()
    underneath = vars(shown)["data"]
    assert underneath.sort_values("NPS", ascending=False)["Segment"].tolist() == ["B", "C", "A", "D"]
    assert underneath["NPS"].isna().tolist() == [False, False, False, True]
    assert table.numeric == ["NPS"]
    assert table.without_number == "hidden"
    assert "hidden" in shown.to_html()


def test_cells_without_a_number_state_all_reasons_of_their_table() -> None:
    rows = [row(None, metric="nps", status=status, segment=status) for status in ("suppressed", "no_data")]
    table = pivot([answer(*rows)], "segment", {"nps": metric("certified")}, heading="Segment", currency="EUR")
    assert table.without_number == "hidden or no data"
    whole = pivot(
        [answer(row(1, metric="nps", segment="A"))],
        "segment",
        {"nps": metric("certified")},
        heading="Segment",
        currency="EUR",
    )
    assert whole.without_number == ""


def test_values_of_a_dimension_are_read_as_words() -> None:
    rows = answer(row(1, metric="nps", segment="small_business"), row(2, metric="nps", segment="Consumer"))
    table = pivot([rows], "segment", {"nps": metric("certified")}, heading="Segment", currency="EUR")
    assert list(table.texts["Segment"]) == ["Consumer", "Small business"]
