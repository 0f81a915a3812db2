from __future__ import annotations

import csv
import io

from app.kit.tables import csv_of, pivot
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
    records = list(csv.DictReader(io.StringIO(csv_of([ANSWER]))))
    assert [record["status"] for record in records] == ["ok", "suppressed"]
    assert [record["value"] for record in records] == ["46.4", ""]
