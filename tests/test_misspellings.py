"""A misspelling breaks a test that names the place: each is made in a copy of the project, and the test is run.

`pytest tests/test_misspellings.py -m slow -s` prints a line each: the file, the misspelling, and what the test said.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.project_copy import copy_project

pytestmark = pytest.mark.slow

MARTS = "dbt_project/models/marts"


@dataclass(frozen=True)
class Misspelling:
    """One edit and the test that has to fail.

    Attributes:
        file: below the repository.
        right: text of the file, whose first occurrence is changed.
        wrong: what it becomes.
        test: pytest's name of it.
        named: what its message has to hold.
    """

    file: str
    right: str
    wrong: str
    test: str
    named: str


FEEDS = "tests/pipeline/test_declarations.py::test_marts_and_metrics_agree_on_every_feed"
CASES = {
    "a key of a metric's meta": Misspelling(
        f"{MARTS}/orders/fct_orders.yml",
        "min_cell: 0",
        "min_cel: 0",
        "tests/pipeline/test_definition_checks.py::test_every_metric_of_the_project_is_complete",
        "min_cel",
    ),
    "a feed that a metric names": Misspelling(
        f"{MARTS}/outcomes/fct_outcomes.yml", "feeds: [outcomes]", "feeds: [outcome]", FEEDS, "outcome_answers"
    ),
    "the day of a feed": Misspelling(
        f"{MARTS}/tickets/fct_tickets.yml", "dated_by: opened_on", "dated_by: opend_on", FEEDS, "opend_on"
    ),
    "the key of a mart": Misspelling(
        f"{MARTS}/outcomes/fct_outcomes.yml",
        "unique: [outcome_id, [response_id, item]]",
        "unique: []",
        "tests/expectations/test_suite_marts.py::test_every_mart_declares_a_key_and_the_gate_checks_it",
        "marts.fct_outcomes",
    ),
    "a control total": Misspelling(
        f"{MARTS}/tickets/fct_tickets.yml",
        'tickets: "count(*)"',
        'ticket: "count(*)"',
        "tests/expectations/test_suite_marts.py::test_every_control_total_is_declared_by_its_mart_and_the_reverse",
        "fct_tickets",
    ),
    "what dates a fact": Misspelling(
        "dbt_project/models/staging/crm/stg_crm__orders.yml",
        "meta: {dates: {orders: [occurred_at]}}",
        "meta: {date: {orders: [occurred_at]}}",
        "tests/pipeline/test_declarations.py::test_every_staging_model_says_what_dates_its_facts_and_the_facts_read_it",
        "stg_crm__orders",
    ),
    "a reason": Misspelling(
        "dbt_project/models/staging/crm/base/base_crm__orders.sql",
        "reason('missing', 'customer_id')",
        "reason('mising', 'customer_id')",
        "tests/dbt_project/test_reasons.py",
        "mising",
    ),
    "a metric's independent check": Misspelling(
        "tests/serving/independent_sql.py",
        '    "revenue": Plain(',
        '    "revenu": Plain(',
        "tests/serving/test_metrics_equal_independent_sql.py"
        "::test_every_metric_of_the_project_has_an_independent_check",
        "metric revenue has no independent check",
    ),
    "the title of a page": Misspelling(
        "app/kit/pages.py", '"What is their journey?"', '""', "tests/app/kit/test_pages.py", "journey"
    ),
    "the folder of a page": Misspelling(
        "app/kit/pages.py", 'Page("outcomes"', 'Page("outcome"', "tests/app/kit/test_pages.py", "outcomes"
    ),
    "a path in the docs": Misspelling(
        "docs/adding-a-page.md",
        "`app/kit/pages.py`",
        "`app/kit/page.py`",
        "tests/workspace/test_documentation.py::test_every_path_named_in_the_docs_exists",
        "adding-a-page.md: app/kit/page.py",
    ),
    "a command in the docs": Misspelling(
        "docs/engineer.md",
        "cx check --workspace",
        "cx chek --workspace",
        "tests/workspace/test_documentation.py::test_every_command_and_option_named_in_the_docs_exists",
        "engineer.md: cx chek",
    ),
    "a key of cx.yml in the docs": Misspelling(
        "docs/configuration.md",
        "`privacy.min_cell`",
        "`privacy.min_cel`",
        "tests/workspace/test_documentation.py::test_every_key_is_explained",
        "privacy.min_cell",
    ),
    "a vendor's reader": Misspelling(
        "ingestion/vendors/shapes.py",
        '("social", "csv"): social_csv.READER',
        '("social", "cvs"): social_csv.READER',
        "tests/pipeline/test_declarations.py::test_every_vendor_has_a_reader_and_every_table_its_events",
        "social",
    ),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every file of the project."""
    return copy_project(tmp_path_factory.mktemp("copy"))


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_a_misspelling_breaks_a_test_that_names_the_place(
    copy: Path, case: Misspelling, request: pytest.FixtureRequest
) -> None:
    file = copy / case.file
    before = file.read_text(encoding="utf-8")
    assert case.right in before
    file.write_text(before.replace(case.right, case.wrong, 1), encoding="utf-8")
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", case.test],
            cwd=copy,
            env=os.environ | {"XDG_CACHE_HOME": str(copy / ".cache"), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        file.write_text(before, encoding="utf-8")
    assert ended.returncode == pytest.ExitCode.TESTS_FAILED, ended.stdout[-2000:] + ended.stderr[-2000:]
    said = [line for line in ended.stdout.splitlines() if line.startswith("E ") and case.named in line]
    assert said, ended.stdout[-3000:]
    print(
        f"\n{request.node.callspec.id} | {case.file} | {case.wrong.strip()} | {said[0].removeprefix('E').strip()[:160]}"
    )
