from __future__ import annotations

from app.kit.grids import ranked

COLUMNS = {"row": "Corner", "column": "Movement", "text": "Share"}
CELLS = [
    {"row": "Marketing", "column": "Acquired", "value": 0.2, "text": "20%"},
    {"row": "Service", "column": "Acquired", "value": None, "text": "hidden"},
    {"row": "Product", "column": "Lost", "value": 0.9, "text": "90%"},
    {"row": "Commerce", "column": "Acquired", "value": 0.7, "text": "70%"},
    {"row": "Commerce", "column": "Lost", "value": None, "text": ""},
]


def test_cells_are_ranked_and_those_without_a_number_come_last() -> None:
    shown = ranked(CELLS, columns=COLUMNS)
    assert list(shown.columns) == ["Corner", "Movement", "Share"]
    assert list(shown["Share"]) == ["90%", "70%", "20%", "hidden"]


def test_values_that_do_not_compare_have_a_ranking_of_their_own() -> None:
    shown = ranked(CELLS, columns=COLUMNS, within="column")
    assert list(zip(shown["Movement"], shown["Share"], strict=True)) == [
        ("Acquired", "70%"),
        ("Acquired", "20%"),
        ("Acquired", "hidden"),
        ("Lost", "90%"),
    ]


def test_a_companys_own_words_are_no_markup() -> None:
    (name,) = ranked([{**CELLS[0], "row": "*Shop*"}], columns=COLUMNS)["Corner"]
    assert name == r"\*Shop\*"
