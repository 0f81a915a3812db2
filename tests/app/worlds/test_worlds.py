"""No sentence of a page is untrue in a random small world under random filters; and readers tell true from untrue."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.app.worlds.checking import PAGES, Account, check_world
from tests.app.worlds.collecting import Said, plain
from tests.app.worlds.grammar import Verdict, is_about, read
from tests.app.worlds.making import make_world
from tests.app.worlds.reading import Reading
from workspace.environment import WORKSPACE_VARIABLE

# Worlds of the suite: with everybody, with few, with filters and without. `python -m tests.app.worlds` reads more.
SEEDS = (0, 1, 3, 4, 9, 12)


@pytest.fixture
def _own_workspace(monkeypatch: pytest.MonkeyPatch) -> None:
    """The workspace of every page is put back after a test."""
    monkeypatch.setenv(WORKSPACE_VARIABLE, os.environ.get(WORKSPACE_VARIABLE, ""))


@pytest.mark.thorough
@pytest.mark.usefixtures("_own_workspace")
def test_no_sentence_is_untrue_in_a_random_world(demo_workspace: Path, tmp_path: Path) -> None:
    account = Account()
    for seed in SEEDS:
        check_world(demo_workspace, tmp_path, seed, pages=PAGES, each=1, account=account)
    assert account.read.total() > 10 * len(SEEDS)
    assert not account.untrue, account


@pytest.mark.parametrize(
    ("text", "value", "is_true"),
    [
        ("64%", 0.644, True),
        ("64%", 0.651, False),
        ("−1.17", -1.1666, True),
        ("1.17", -1.17, False),
        ("€4.2m", 4_240_000, True),
        ("€3,664", 3663.2, False),
        ("same day", 0, True),
        ("under a day", 0, False),
        ("12 days", 12.4, True),
        ("5", None, False),
    ],
)
def test_a_written_number_is_compared_to_its_last_digit(text: str, value: float | None, is_true: bool) -> None:
    assert is_about(text, value) == is_true


def test_marks_of_markdown_are_not_read() -> None:
    assert plain(r":material/verified: Fix next\: 3\.") == "Fix next: 3."


@pytest.fixture(scope="module")
def world(demo_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Reading:
    made = make_world(demo_workspace, tmp_path_factory.mktemp("worlds"), 0)
    return Reading(made, {"segment": "Consumer", "period": "Last 12 months", "compare": "Prior year"})


def verdict(world: Reading, text: str, kind: str = "title", name: str = "") -> Verdict:
    return read(world, Said(kind=kind, text=text, name=name))


def test_a_sentence_that_no_reader_knows_is_unknown(world: Reading) -> None:
    assert not verdict(world, "Dragons are 12% more common").kind
    assert verdict(world, "12%", "card", "Dragons").untrue


def test_readers_find_another_number_another_filter_and_another_sign(world: Reading) -> None:
    net = round(world.one("net_growth") or 0.0)
    more = f"{abs(net)} net new customers among Consumer"
    fewer = f"{abs(net)} customers fewer than at the start of the period among Consumer"
    true, other = (more, fewer) if net > 0 else (fewer, more)
    assert verdict(world, true) == Verdict("corners: who came and went")
    assert verdict(world, true.replace(str(abs(net)), str(abs(net) + 1))).untrue
    assert verdict(world, other).untrue
    assert verdict(world, true.removesuffix(" among Consumer")).untrue
    assert verdict(world, true.replace("Consumer", "Enterprise")).untrue


def test_readers_find_a_number_that_stands_on_too_few(world: Reading) -> None:
    few = Reading(world.world, {"segment": "Enterprise", "period": "Last 3 months", "compare": "Nothing"})
    base = few.bases("nps").get(None, 0)
    assert 0 < base < 30
    score = few.one("nps")
    assert score is not None
    assert any(
        "too few" in why or "needed" in why for why in verdict(few, f"{score:.1f}", "card", "Promoters (NPS)").untrue
    )
    assert not verdict(few, "Too few to say", "card", "Promoters (NPS)").untrue
    assert verdict(world, "Too few to say", "card", "Promoters (NPS)").untrue


def test_a_sentence_about_all_customers_says_so_under_a_filter(world: Reading) -> None:
    ((path, n),) = world.rows(
        "select path, n from fct_journey_paths where path_kind = 'to purchase' "
        "and not is_other order by n desc, path limit 1"
    )
    true = f"The most common last steps before a conversion: {path.replace(' > ', ' → ')} ({n:.0f} times)"
    assert verdict(world, f"All customers: {true}", "header") == Verdict("journey: last steps")
    assert verdict(world, true, "header").untrue == ("is of all customers, and does not say so",)


def test_the_line_under_a_headline_names_its_filters_as_the_company_writes_them(world: Reading) -> None:
    assert verdict(world, ":gray[Hidden customers among Consumer]", "text") == Verdict("under the headline: hidden")
    assert verdict(world, ":gray[Hidden customers among consumer]", "text").untrue
    first, last = (f"{day:%b %Y}" for day in world.days or ())
    assert not verdict(world, f":gray[{first} – {last}, among Consumer]", "text").untrue
    assert verdict(world, f":gray[{first} – {last}]", "text").untrue
    assert verdict(world, f":gray[{last} – {last}, among Consumer]", "text").untrue


def test_the_page_about_outcomes_is_read_of_the_part_of_life_that_it_shows(world: Reading) -> None:
    page = Reading(world.world, {"period": "All time", "compare": "Nothing"}, "outcomes")
    ((personal, every, month),) = page.rows(
        "select count(*) filter (kind = 'personal'), count(*), $day from fct_outcomes", day=f"{world.last_day:%b %Y}"
    )
    assert 0 < personal < every
    true = f":gray[Based on {personal:,} survey answers, up to {month} · personal life]"
    assert verdict(page, true, "text") == Verdict("based on")
    assert verdict(page, true.replace(f"{personal:,}", f"{every:,}"), "text").untrue
    assert verdict(page, true.replace("personal life", "at work"), "text").untrue
    assert verdict(page, true.replace(" · personal life", ""), "text").untrue


def test_readers_of_surveys_find_another_number_another_item_and_another_wave(world: Reading) -> None:
    everybody = Reading(world.world, {"period": "All time", "compare": "Nothing"}, "expectations")
    ((blind, places, rows),) = world.rows(
        """select
            count(*) filter (people >= 5 and people_experienced = 0), count(*) filter (people >= 5), count(*)
        from fct_perception_coverage"""
    )
    of_which = " and that can be shown" if places < rows else ""
    score, weighted = everybody.one("nps"), everybody.one("nps_weighted")
    assert score is not None
    assert weighted is not None
    newest, before = (
        wave
        for (wave,) in world.rows(
            "select wave from fct_expectation_gaps group by wave order by min(answered_on) desc limit 2"
        )
    )
    for kind, true, said, untrue in (
        (
            "surveys: coverage",
            f"In {blind} of the {places} places that customers pass{of_which}, no experience is known",
            f"In {blind}",
            f"In {blind - 1}",
        ),
        (
            "surveys: one score",
            f"One NPS over all surveys: {score:+.0f}; {weighted:+.0f} weighted to what all customers are",
            f"; {weighted:+.0f}",
            f"; {weighted + 1:+.0f}",
        ),
        (
            "change between waves",
            f"The gap: no clear change, {newest} against {before}",
            f"{newest} against {before}",
            f"{before} against {newest}",
        ),
    ):
        assert verdict(everybody, true, "header") == Verdict(kind)
        assert verdict(everybody, true.replace(said, untrue), "header").untrue
