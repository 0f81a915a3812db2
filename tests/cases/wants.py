"""What each case must give. One function a case: the case in; (what was asked, what came, whether it is right) out.

A right value is written once, in the comparison; a text is right where it says what a user needs to act.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from tests.cases.case import Case


class Line(NamedTuple):
    """One question of a case."""

    what: str
    got: Any
    want: str
    is_right: bool


Lines = Iterator[Line]
WANTS: dict[str, Callable[[Case], Lines]] = {}
# Cases without a workspace of their own, and the tests that stand for them.
ELSEWHERE = {
    "dagster-reexecute": "tests/end_to_end/test_dagster_server.py",
    "no-home": "tests/workspace/test_environment.py",
}


def wants(name: str) -> Callable[[Callable[[Case], Lines]], Callable[[Case], Lines]]:
    """Say that a function judges the case of this name."""

    def add(judge: Callable[[Case], Lines]) -> Callable[[Case], Lines]:
        WANTS[name] = judge
        return judge

    return add


def equal(what: str, got: Any, want: Any) -> Line:
    """The two are equal."""
    return Line(what, got, str(want), got == want)


def says(what: str, got: str, *patterns: str) -> Line:
    """The text matches every pattern, case aside."""
    return Line(
        what,
        _shortened(got, patterns[0]),
        f"says {' and '.join(patterns)}",
        all(re.search(one, got, re.IGNORECASE) for one in patterns),
    )


def says_not(what: str, got: str, pattern: str) -> Line:
    """The text does not match."""
    return Line(what, _shortened(got, pattern), f"does not say {pattern}", not re.search(pattern, got, re.IGNORECASE))


def _shortened(text: str, pattern: str, size: int = 300) -> str:
    found = re.search(pattern, text, re.IGNORECASE)
    start = max(found.start() - size // 2, 0) if found and len(text) > size else 0
    return text[start : start + size]


def not_well(case: Case) -> Line:
    """`cx status` does not say that all is well, and its exit code says so too."""
    return Line(
        "cx status",
        _shortened(case.status, "Not well"),
        "not 'All is well', exit 1",
        "All is well" not in case.status and case.status.endswith("exit 1"),
    )


@wants("01-zone-in-words")
def zone_in_words(case: Case) -> Lines:
    yield equal("cx run", case.run, "published")
    instants = {
        "RZ1": ("2026-04-30 23:00:00", "2026-05-01"),
        "RZ2": ("2026-04-30 23:00:00", "2026-05-01"),
        "RZ3": ("2026-02-11 03:30:00", "2026-02-11"),
        "RZ4": ("2026-02-10 10:30:00", "2026-02-10"),
        "RZ5": ("2026-02-11 03:30:00", "2026-02-11"),
    }
    amounts = {"RZ1": 11, "RZ2": 12, "RZ3": 13, "RZ4": 14, "RZ5": 15}
    for order, (at, on) in instants.items():
        sql = f"select strftime(occurred_at, '%Y-%m-%d %H:%M:%S'), cast(occurred_on as varchar) from fct_orders \
where amount = {amounts[order]}"
        found = case.rows(sql)
        # Words that are not understood are not a valid time; the row is quarantined, never read as local time.
        yield Line(order, found, f"{at} on {on}, or quarantined", found in ([(at, on)], []) and case.run == "published")
    got = case.value("first_reply_hours")
    yield Line("first_reply_hours", got, "0.5, or quarantined", got in (0.5, "no_data"))


@wants("03-percent-Z-format")
def percent_z(case: Case) -> Lines:
    refused = "exit 1" in case.check and re.search("%Z", case.check)
    got = case.rows("select strftime(occurred_at, '%Y-%m-%d %H:%M:%S'), cast(occurred_on as varchar) from fct_orders")
    yield Line(
        "cx check; the order's time",
        f"{case.check[:300]}; {got}",
        "%Z is refused by name, or 2026-03-31 22:30:00 on 2026-04-01",
        bool(refused) or got == [("2026-03-31 22:30:00", "2026-04-01")],
    )


@wants("04-whole-source-quarantined")
def whole_source(case: Case) -> Lines:
    revenue = case.value("revenue")
    reported = re.search(r"r4_shop.*10 of 10", case.status) and "All is well" not in case.status
    yield Line("revenue", revenue, "110 (100 of r4_shop), or reported", revenue == 110 or bool(reported))


@wants("05-order-lines")
def order_lines(case: Case) -> Lines:
    yield equal("orders", case.value("orders"), 2)
    yield equal("revenue", case.value("revenue"), 65)


@wants("order-lines-lose-revenue")
def order_lines_again(case: Case) -> Lines:
    yield equal("orders", case.value("orders"), 2)
    yield equal("revenue", case.value("revenue"), 65)


@wants("06-equal-part-refunds")
def part_refunds(case: Case) -> Lines:
    yield equal("revenue", case.value("revenue"), 65)


@wants("07-guest-checkout")
def guests(case: Case) -> Lines:
    yield equal("customers", case.value("customers"), 1)
    yield equal("orders", case.value("orders"), 15)
    yield equal("revenue", case.value("revenue"), 300)
    ranked = "value_tier is not null or predicted_value_12m is not null"
    sql = f"select count(*) from dim_customers where ({ranked}) and orders > 1"
    yield equal("guests with a tier or a forecast", case.one(sql), 0)
    sql = "select count(distinct identifier_key) from private.intermediate.int_identity__guarded"
    yield equal("identifiers set apart", case.one(sql), 2)
    yield says("cx status", case.status, "guarded")


@wants("08a-invisible-in-ids")
def invisible(case: Case) -> Lines:
    yield equal("customers", case.value("customers"), 3)
    yield equal("orders of each", case.count("select orders from dim_customers"), {"2": 3})


@wants("09a-order-by-day")
def order_by_day(case: Case) -> Lines:
    sql = "select channel, credit from fct_attribution_credits where model = 'last' order by 1"
    models = case.rows("select distinct model from fct_attribution_credits order by 1")
    got = case.rows(sql) or models
    yield equal("last touch", got, [("Paid search", 1.0), ("Paid search", 1.0)])
    sql = "select count(*) from fct_attribution_credits where channel = 'unattributed'"
    yield equal("unattributed, all models", case.one(sql), 0)


@wants("10-task-of-one-event")
def task_of_one_event(case: Case) -> Lines:
    if "exit 1" in case.check and "start_event" in case.check:
        yield says("cx check", case.check, "goal_event")
        return
    yield equal("attempts", case.one("select count(*) from fct_tasks"), 3)
    yield equal("completed", case.one("select count(*) from fct_tasks where is_completed"), 1)
    yield equal("minutes", case.one("select max(minutes) from fct_tasks where is_completed"), 10)


@wants("11-nps-half-points")
def half_points(case: Case) -> Lines:
    got = case.query("nps")
    row = got[0] if isinstance(got, list) else {}
    shown = {name: row.get(name) for name in ("value", "nps", "n", "status")}
    is_left_out = row.get("n") in (0, None) and row.get("status") == "no_data"
    is_detractor = row.get("value", row.get("nps")) == -50
    yield Line("nps", shown, "n 0 (out of scale), or -50", is_left_out or is_detractor)
    if is_left_out:
        yield not_well(case)


@wants("12-qualtrics-status-bits")
def status_bits(case: Case) -> Lines:
    yield equal("nps", case.value("nps"), 100)
    sql = "select count(distinct response_id) from fct_survey_answers"
    yield equal("responses", case.one(sql), 40)


@wants("13-years-no-company-has-seen")
def first_years(case: Case) -> Lines:
    rows = case.query("orders", "--grain", "month")
    months = sorted(str(row["period"])[:7] for row in rows) if isinstance(rows, list) else [rows]
    yield Line("first month of orders", months[:1], "2026-03", months[:1] == ["2026-03"])
    most = case.one("select max(n) from (select count(*) as n from fct_customer_months group by person_id)")
    yield Line("most months of a person", most, "at most 4", isinstance(most, int) and most <= 4)
    yield says("cx status", case.status, "1 of 2 rows", "occurred_at")


@wants("14-segment-called-All")
def segment_all(case: Case) -> Lines:
    got = case.page("who", segment="All")
    yield Line(
        "page who, ?segment=All",
        _shortened(got, r"Based on \d+ customers"),
        "based on 6 customers",
        "Based on 6 customers" in got and "ERROR" not in got,
    )


@wants("15-bought-for-nothing")
def bought_for_nothing(case: Case) -> Lines:
    sql = """
        select max(d.predicted_value_12m) from dim_customers as d where d.revenue = {worth}
    """
    zero, tiny = case.one(sql.format(worth=0)), case.one(sql.format(worth=3))
    yield Line(
        "forecast of ZERO and TINY",
        (zero, tiny),
        "ZERO <= TINY",
        zero is not None and tiny is not None and not isinstance(zero, str) and zero <= tiny,
    )


@wants("16-not-a-csv-at-all")
def not_a_csv(case: Case) -> Lines:
    yield says("cx check", case.check, "gzip", "Excel|workbook", "exit 1")
    yield says_not("cx check", case.check, "under .encoding")


@wants("xlsx-named-csv")
def workbook(case: Case) -> Lines:
    yield says("cx check", case.check, "Excel|workbook", "export|save", "exit 1")
    yield says_not("cx check", case.check, "under .encoding")


@wants("catch-all-channel-hides-unmapped")
def catch_all(case: Case) -> Lines:
    yield equal(
        "touchpoints",
        case.values("touchpoints", "channel").get("Direct")
        if isinstance(case.values("touchpoints", "channel"), dict)
        else case.run,
        1,
    )
    yield says("cx status", case.status, "unmapped.*tiktok")


@wants("change-without-waves")
def no_waves(case: Case) -> Lines:
    got = case.query("expectation_gap_change", "--by", "pillar")
    statuses = sorted({row["status"] for row in got}) if isinstance(got, list) else got
    yield Line("expectation_gap_change --by pillar", statuses, "no_data", statuses in (["no_data"], []))
    for page in ("expectations", "quality"):
        yield says_not(f"page {page}", case.page(page), "(?-i:ERROR)")
    said = case.cx("brief", "--output", str(case.root))
    brief = next(iter(sorted(case.root.glob("*.html"))), None)
    text = re.sub(r"<[^>]+>", " ", brief.read_text()) if brief else said
    yield says("cx brief", re.sub(r"\s+", " ", text), "What changed")
    yield says_not("cx brief", re.sub(r"\s+", " ", text), r"Overall score\D{0,40}50\D{1,30}50")
    yield says("cx status", case.status, "no fact has a date")


@wants("codebook-matches-nothing")
def codebook(case: Case) -> Lines:
    yield says("cx check", case.check, "How likly", "delimiter")
    yield says_not("cx check", case.check, "is in order: Acme, sources s.$")


@wants("decimal-comma")
def decimal_comma(case: Case) -> Lines:
    yield says("cx check", case.check, "decimal")
    yield not_well(case)


@wants("internal-traffic-blocks")
def internal_traffic(case: Case) -> Lines:
    yield equal("cx run", case.run, "published")
    yield equal("touchpoints", case.value("touchpoints"), 1)


@wants("mentions-without-replies")
def without_replies(case: Case) -> Lines:
    for metric in ("negative_answered_share", "negative_in_time_share", "positive_amplified_share"):
        yield equal(metric, case.value(metric), "no_data")
    got = case.values("share_of_voice", "brand")
    right = (
        got == {"Acme": 0.8, "Other": 0.2}
        or (isinstance(got, str) and "not_sliceable" in got)
        or (isinstance(got, dict) and set(got.values()) == {"not_sliceable"})
    )
    yield Line("share_of_voice --by brand", got, ".8 and .2, or not_sliceable", right)
    rows = case.query("negative_share")
    row = rows[0] if isinstance(rows, list) else {"status": rows}
    kept = {
        name: row.get(name)
        for name in ("value", "negative_share", "status", "certification", "reason", "badge", "note")
    }
    is_right = row["status"] in ("refused", "no_data", "withheld") or "provisional" in str(row).lower()
    yield Line("negative_share", kept, "provisional or refused", is_right)
    yield says_not("page before", case.page("before"), "Only 0%")


@wants("na-in-comments")
def na_in_comments(case: Case) -> Lines:
    got = case.value("comments")
    hint = re.search(r"60\b.*\bNA\b|\bNA\b.*\b60\b", case.check + case.status)
    yield Line("comments", (got, hint and hint[0][:120]), "30, or a hint at 60", got == 30 or bool(hint))


@wants("nps-labelled-ends")
def labelled_ends(case: Case) -> Lines:
    got = case.query("nps")
    row = got[0] if isinstance(got, list) else {}
    yield equal("nps", round(row.get("value", row.get("nps")) or 0, 4), -45.4545)
    yield equal("n", row.get("n"), 66)


@wants("paths-value-without-conversion")
def paths_value(case: Case) -> Lines:
    yield equal("cx run", case.run, "published")
    sql = "select sum(quarantined) from private.intermediate.int_quality__staging_totals"
    yield equal("quarantined", case.one(sql), 1)


@wants("pillar-left-empty")
def empty_pillar(case: Case) -> Lines:
    yield equal("expectation_gap", case.value("expectation_gap"), -1)


@wants("reasons-only")
def reasons_only(case: Case) -> Lines:
    got = case.value("completion_rate")
    yield Line("completion_rate", got, "1 or no_data", got in (1, "no_data"))
    got = case.values("choice_answers", "choice")
    yield equal("choice_answers --by choice", got, {"Location": 20, "Price": 20, "Service": 40})


@wants("unreadable-dates")
def unreadable_dates(case: Case) -> Lines:
    yield says("cx check", case.check, "2026/03/01 5:04:00 PM GMT-3", "%")
    yield says("cx status", case.status, "66 of 66")
    yield not_well(case)
