"""A survey as a company has it: foreign encoding, questions in another script, columns in no order, blank respondents.

Only cx.yml names the file, and a codebook says what the questions measure.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pytest

from pipeline.publishing.release_facts import read_books
from serving import AnswerRow, LiveRelease, Question, ask, open_release
from tests.conftest import REPOSITORY
from tests.end_to_end.conftest import run
from workspace.paths import WorkspacePaths

pytestmark = pytest.mark.thorough

ENCODING = "shift-jis"
SILENT, ANSWERED, NAMELESS = 12, 60, 3
# Item -> label; expectation, perception and importance of one item stand far apart in the file.
ITEMS = {"staff": "スタッフの対応", "speed": "対応の速さ", "quality": "品質"}
PILLARS = {"staff": "people", "speed": "processes", "quality": "products"}
EXPECTED = "「{}」について、どの程度期待していましたか。\n（1〜7）"
PERCEIVED = "「{}」は実際にいかがでしたか，率直にお答えください"
WEIGHED = "「{}」の重要度"
WANTED, MET = "問題が一度で解決することの重要度は?", "問題が一度で解決することに満足していますか?"
RECOMMENDS = "友人に薦めますか"
RETURNS = "また利用したくないと思う"  # the other way round: agreeing is bad
COMMENT = "ご意見"
CHOSEN = "選んだ理由は何ですか(複数回答)"  # several choices a cell
ABOUT = "ご職業(複数回答)"  # several too; it fills a dimension of people
STRAY = "年収"  # no codebook row explains it


def columns() -> list[str]:
    """The questions in the order of the file: no two of one item stand side by side."""
    staff, speed, quality = ITEMS.values()
    return [
        PERCEIVED.format(quality),
        "回答者",
        EXPECTED.format(staff),
        WEIGHED.format(speed),
        MET,
        COMMENT,
        PERCEIVED.format(speed),
        EXPECTED.format(quality),
        RECOMMENDS,
        WEIGHED.format(staff),
        "回答日",
        EXPECTED.format(speed),
        CHOSEN,
        RETURNS,
        WANTED,
        WEIGHED.format(quality),
        ABOUT,
        "言語",
        STRAY,
        PERCEIVED.format(staff),
    ]


def responses() -> list[dict[str, str]]:
    """Those who answered, some of them partly; those who said nothing; three who have no number of their own."""
    rng = np.random.default_rng(20261122)
    rows: list[dict[str, str]] = []
    for number in range(ANSWERED + NAMELESS):
        row = {"回答者": f"R{number:03}" if number < ANSWERED else "", "回答日": f"2026/03/{1 + number % 28:02} 10:15"}
        for label in ITEMS.values():
            row |= {question.format(label): str(rng.integers(1, 8)) for question in (EXPECTED, PERCEIVED, WEIGHED)}
        row |= {WANTED: str(rng.integers(1, 6)), MET: str(rng.integers(1, 6)), RECOMMENDS: str(rng.integers(0, 11))}
        row |= {
            RETURNS: "そう思う" if number % 4 else "わからない",
            STRAY: "400万",
            COMMENT: "速い、\n親切" if number % 5 else "",
        }
        row |= {
            CHOSEN: ("価格、 対応", "価格", "対応、価格、価格、", "、", "")[number % 5],
            ABOUT: ("会社員|学生", "会社員", "わからない", "")[number % 4],
            "言語": ("JA", "ja-JP", "en_US", "", "日本語")[number % 5],
        }
        if number % 10 == 0:
            row[PERCEIVED.format(ITEMS["speed"])] = ""
        rows.append(row)
    rows += [{"回答者": f"S{number:03}"} for number in range(SILENT)]
    return rows


def codebook() -> str:
    """One row a question, keyed by the column's header in the file."""
    lines: list[tuple[object, ...]] = []
    for item, label in ITEMS.items():
        for construct, question in (("expectation", EXPECTED), ("perception", PERCEIVED), ("importance", WEIGHED)):
            lines.append((question.format(label), construct, item, label, PILLARS[item], "", 1, 7, "false", ""))
    lines += [
        (WANTED, "outcome_importance", "solved", "一度で解決", "", "personal", 1, 5, "false", ""),
        (MET, "outcome_satisfaction", "solved", "一度で解決", "", "personal", 1, 5, "false", ""),
        (RECOMMENDS, "nps", "recommend", "推奨", "", "", 0, 10, "false", ""),
        (RETURNS, "overall", "return", "再利用", "", "", 1, 5, "true", ""),
        (COMMENT, "comment", "", "", "", "", "", "", "", ""),
        (CHOSEN, "reason", "", "", "", "", "", "", "", "、"),
        (ABOUT, "attribute", "", "", "", "", "", "", "", "|"),
    ]
    head = (
        "survey_id,question_id,construct,item,item_label,pillar,outcome_kind,interaction,scale_min,scale_max,reversed,"
        "separator"
    )
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head.split(","))
    writer.writerows(("anketo", *line[:6], "", *line[6:]) for line in lines)
    return text.getvalue()


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("foreign")
    (folder / "inbox").mkdir()
    with (folder / "inbox" / "アンケート.csv").open("w", encoding=ENCODING, newline="") as file:
        writer = csv.DictWriter(file, columns(), restval="", delimiter=";")
        writer.writeheader()
        writer.writerows(responses())
    source = {
        "name": "anketo",
        "kind": "survey",
        "vendor": "csv",
        "entity": "wide",
        "path": "inbox/*.csv",
        "encoding": ENCODING,
        "delimiter": ";",
        "timestamp_format": "%Y/%m/%d %H:%M",
        "columns": {"respondent": "回答者", "answered_at": "回答日", "language": "言語"},
    }
    config = {"company": "株式会社例", "timezone": "Asia/Tokyo", "currency": "JPY", "sources": [source]}
    (folder / "cx.yml").write_text(json.dumps(config), encoding="utf-8")  # JSON is YAML
    template = REPOSITORY / "cli" / "template" / "mappings"
    (folder / "mappings").mkdir()
    for name in ("touchpoint_types", "channels"):
        shutil.copyfile(template / f"{name}.csv", folder / "mappings" / f"{name}.csv")
        head = (folder / "mappings" / f"{name}.csv").read_text().splitlines()[0]
        (folder / "mappings" / f"{name}.csv").write_text(head + "\n")
    (folder / "mappings" / "survey_codebook.csv").write_text(codebook(), encoding="utf-8")
    (folder / "mappings" / "survey_values.csv").write_text(
        "survey_id,question_id,label,value,missing\nanketo,,そう思う,4,\nanketo,,わからない,,true\n", encoding="utf-8"
    )
    (folder / "mappings" / "attributes.csv").write_text(
        f"data_source,column,attribute,kind,bands,dimension\nanketo,{ABOUT},職業,demographic,,segment\n",
        encoding="utf-8",
    )
    assert run(folder).published
    return folder


@pytest.fixture(scope="module")
def release(root: Path) -> LiveRelease:
    return open_release(WorkspacePaths(root))


def one(release: LiveRelease, metric: str, **where: str) -> AnswerRow:
    filters = {name: (value,) for name, value in where.items()}
    return ask(release, Question(metrics=(metric,), where=filters)).one(metric)


def numbers(question: str) -> np.ndarray:
    return np.array([float(row.get(question) or "nan") for row in responses()])


@pytest.mark.parametrize("item", ITEMS)
def test_items_are_paired_regardless_of_column_order(release: LiveRelease, item: str) -> None:
    gaps = numbers(PERCEIVED.format(ITEMS[item])) - numbers(EXPECTED.format(ITEMS[item]))
    found = one(release, "expectation_gap", item=item)
    assert found.value == pytest.approx(np.nanmean(gaps))
    assert found.n == np.isfinite(gaps).sum()


def test_labels_keep_their_script(release: LiveRelease) -> None:
    rows = ask(release, Question(metrics=("expectation_gap",), by=("item_label",))).rows
    assert {row.dimensions["item_label"] for row in rows} == set(ITEMS.values())


def test_scores_match_the_file(release: LiveRelease) -> None:
    score = numbers(RECOMMENDS)
    score = score[np.isfinite(score)]
    expected = 100 * ((score >= 9).mean() - (score <= 6).mean())
    assert one(release, "nps").value == pytest.approx(expected)
    wanted, met = ((numbers(question)[: ANSWERED + NAMELESS] >= 4).mean() * 10 for question in (WANTED, MET))
    assert one(release, "opportunity_score").value == pytest.approx(wanted + max(wanted - met, 0))


def test_labels_map_to_reversed_numbers_and_do_not_know_is_missing(release: LiveRelease) -> None:
    # "I agree" is 4 of 5 and the question asks the other way round: 2 of 5 is a quarter of the scale.
    found = one(release, "overall_score")
    assert found.value == pytest.approx(25)
    assert found.n == sum(row.get(RETURNS) == "そう思う" for row in responses())


def test_respondents_without_ids_and_empty_responses_are_counted(release: LiveRelease) -> None:
    assert one(release, "respondents").value == ANSWERED + NAMELESS
    assert one(release, "asked_responses").value == ANSWERED + NAMELESS + SILENT
    assert one(release, "response_rate").value == pytest.approx((ANSWERED + NAMELESS) / (ANSWERED + NAMELESS + SILENT))


def test_an_unmapped_question_is_reported_and_kept(root: Path, release: LiveRelease) -> None:
    (unmapped,) = [row for row in release.document.unmapped if row["kind"] == "question"]
    assert (unmapped["name"], unmapped["n_rows"]) == (STRAY, ANSWERED + NAMELESS)
    assert all(row["is_balanced"] for row in read_books(WorkspacePaths(root).raw_database)["books"])
    with duckdb.connect(str(root / "warehouse" / "cx.duckdb"), read_only=True) as marts:
        (comments,) = marts.execute(
            "select count(*) from marts.fct_survey_answers where construct = 'comment'"
        ).fetchall()
    assert comments[0] == sum(bool(row.get(COMMENT)) for row in responses())


def test_each_choice_is_an_answer_and_the_question_counts_once(root: Path, release: LiveRelease) -> None:
    choices = [{part.strip() for part in row.get(CHOSEN, "").split("、")} - {""} for row in responses()]
    with duckdb.connect(str(root / "warehouse" / "cx.duckdb"), read_only=True) as marts:
        ((answers, in_responses),) = marts.execute(
            "select count(*), count(distinct response_id) from marts.fct_survey_answers where question_id = ?", [CHOSEN]
        ).fetchall()
        ((most, least),) = marts.execute(
            "select max(n_answered), max(n_questions) from marts.fct_survey_responses"
        ).fetchall()
    assert answers == sum(len(one) for one in choices)
    assert in_responses == sum(bool(one) for one in choices)
    assert most == least  # what is ticked in one cell is one question answered
    with duckdb.connect(str(root / "warehouse" / "raw.duckdb"), read_only=True) as private:
        ((unreadable,),) = private.execute(
            "select count(*) from intermediate.int_surveys__typed_answers where disposition = 'unreadable'"
        ).fetchall()
    assert unreadable == sum(row.get(CHOSEN) == "、" for row in responses())


def test_multiple_choice_attributes_count_each_person_once_per_group(release: LiveRelease) -> None:
    stated = [row.get(ABOUT, "") for row in responses()]
    both, one_job = sum("|" in cell for cell in stated), sum(cell == "会社員" for cell in stated)
    rows = ask(release, Question(metrics=("attribute_people",), by=("attribute_value",))).rows
    assert {row.dimensions["attribute_value"]: row.value for row in rows} == {"会社員": both + one_job, "学生": both}
    people = ask(release, Question(metrics=("respondents",), by=("segment",))).rows
    assert {row.dimensions["segment"]: row.value for row in people} == {
        "several": both,
        "会社員": one_job,
        None: ANSWERED + NAMELESS - both - one_job,
    }


def test_gaps_and_outcomes_can_be_split_by_response_language(release: LiveRelease) -> None:
    spoken = {"JA": "ja", "ja-JP": "ja", "en_US": "en"}
    languages = np.array([spoken.get(row.get("言語", ""), "") for row in responses()])
    gaps = numbers(PERCEIVED.format(ITEMS["staff"])) - numbers(EXPECTED.format(ITEMS["staff"]))
    scores = numbers(RECOMMENDS)
    whole = replace(release, protected=False)  # small groups are compared, too

    def by_language(metric: str, **where: tuple[str, ...]) -> dict[str | None, float | None]:
        rows = ask(whole, Question(metrics=(metric,), by=("survey_language",), where=where)).rows
        return {row.dimensions["survey_language"]: row.value for row in rows}

    def expected(of: Callable[[np.ndarray], float]) -> dict[str | None, float]:
        answered = np.isfinite(scores)
        return {one or None: of((languages == one) & answered) for one in ("ja", "en", "")}

    assert by_language("respondents") == expected(lambda rows: rows.sum())
    assert by_language("outcome_answers") == expected(lambda rows: rows.sum())
    assert by_language("survey_responses") == expected(lambda rows: rows.sum())
    assert by_language("expectation_gap", item=("staff",)) == pytest.approx(expected(lambda rows: gaps[rows].mean()))
    assert by_language("nps") == pytest.approx(
        expected(lambda rows: 100 * ((scores[rows] >= 9).mean() - (scores[rows] <= 6).mean()))
    )
