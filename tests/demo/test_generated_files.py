"""The demo company's files have the vendors' shapes, agree with each other and with the mappings, and never change."""

from __future__ import annotations

import hashlib
import json
import time
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from demo import generate
from demo.setting.phones import STORE_PHONE
from tests.demo.reading import EMBEDDED, STAGES, SURVEYS, SYSTEM_COLUMNS, ZONE, Reading
from workspace import load_workspace

END_ON = date(2026, 6, 30)


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "other"):
        generate(tmp_path / name, customers=200, days=200)
    assert digests(tmp_path / "one") == digests(tmp_path / "other")


def test_another_seed_gives_other_people_with_the_same_vocabulary(tmp_path: Path) -> None:
    generate(tmp_path / "one", customers=200, days=200)
    generate(tmp_path / "other", customers=200, days=200, seed=1)
    one, other = digests(tmp_path / "one"), digests(tmp_path / "other")
    same = {name for name in one if one[name] == other.get(name)}
    assert same == {name for name in one if name == "cx.yml" or name.startswith("mappings/")}


@pytest.mark.parametrize(("customers", "days"), [(1, 1), (3, 30), (40, 90)])
def test_a_tiny_company_still_has_a_file_for_every_source(tmp_path: Path, customers: int, days: int) -> None:
    generate(tmp_path, customers=customers, days=days)
    config = load_workspace(tmp_path).config
    assert [source.name for source in config.sources if not list(tmp_path.glob(source.path))] == []


@pytest.mark.parametrize(("customers", "days"), [(0, 730), (10, 0)])
def test_an_empty_company_is_refused(tmp_path: Path, customers: int, days: int) -> None:
    with pytest.raises(ValueError, match="at least one person"):
        generate(tmp_path, customers=customers, days=days)


def test_the_workspace_is_valid_without_a_warning(planted: Reading) -> None:
    assert load_workspace(planted.folder).warnings == ()


def test_exactly_two_events_are_unmapped(planted: Reading) -> None:
    touches = planted.touchpoints
    assert set(touches.loc[touches["stage"].isna(), "event"]) == {"Beta Banner Seen", "Window shopping"}


def test_exactly_one_question_is_unmapped(planted: Reading) -> None:
    codebook = planted.mapping("survey_codebook")
    mapped = set(zip(codebook["survey_id"], codebook["question_id"], strict=True))
    asked = {
        (survey, column)
        for survey in SURVEYS
        for column in planted.all_responses(survey).columns
        if column not in (*SYSTEM_COLUMNS, *EMBEDDED)
    }
    assert asked - mapped == {("relationship_survey", "QID8")}
    assert mapped - asked == set()


def test_every_column_of_the_contacts_is_canonical_or_a_mapped_attribute(planted: Reading) -> None:
    canonical = set(load_workspace(planted.folder).config.source("shop_contacts").named_columns.values())
    mapped = set(planted.mapping("attributes")["column"])
    assert set(planted.contacts.columns) - {"at"} - canonical - mapped == set()


def test_every_referral_to_the_shop_has_a_channel(planted: Reading) -> None:
    channels = planted.mapping("channels")
    mapped = set(channels[["data_source", "utm_source", "utm_medium"]].itertuples(index=False, name=None))
    used = {("shop_orders", *pair) for pair in zip(planted.orders["Source"], planted.orders["Medium"], strict=True)}
    used |= {
        ("shop_interactions", *pair)
        for pair in zip(planted.interactions["Source"], planted.interactions["Medium"], strict=True)
    }
    assert used - mapped == {("shop_interactions", "fax", "letter")}
    assert set(channels["presence"]) == {"online", "offline"}


def test_the_lines_of_an_order_add_up_to_its_amount_and_its_pieces(planted: Reading) -> None:
    lines = planted.order_lines.astype({"Pieces": int, "Net Amount": float})
    summed = lines.groupby("Order Number")[["Pieces", "Net Amount"]].sum()
    sales = planted.orders[planted.orders["Type"] == "sale"].set_index("Order Number")
    assert sorted(summed.index) == sorted(sales.index)
    assert (summed["Pieces"] == sales["Items"].astype(int)).all()
    assert ((summed["Net Amount"] - sales["amount"]).abs() < 0.005).all()
    assert not lines.duplicated(["Order Number", "Position"]).any()
    assert (lines["Net Amount"] > 0).all()


def test_all_stages_and_corners_are_observed(planted: Reading) -> None:
    touches = planted.touchpoints
    assert set(touches["stage"].dropna()) == set(STAGES)
    assert set(touches["corner"].dropna()) == {"marketing", "product", "commerce", "service"}


def test_not_everyone_reaches_the_last_stage(planted: Reading) -> None:
    touches = planted.touchpoints.dropna(subset=["stage"])
    reached = touches.groupby("stage")["person"].nunique()
    assert reached["discovery"] > reached["purchase"] > reached["advocacy"] > 100
    assert 0.3 < reached["purchase"] / 1500 < 0.8


def test_history_ends_on_its_last_day_and_begins_no_earlier_than_its_first(planted: Reading) -> None:
    days = planted.events["at"].dt.tz_convert(ZONE).dt.date
    assert days.max() == END_ON
    assert days.min() >= END_ON - timedelta(days=730)


def test_a_person_has_at_most_thirty_events_on_average(planted: Reading) -> None:
    assert 10 < len(planted.events) / 1500 < 30


def test_people_are_counted_as_drawn_once_their_identifiers_are_joined(planted: Reading) -> None:
    people = set(planted.events["person"])
    strangers = {person for person in people if person.startswith(("respondent/", "author/"))}
    assert len(people) - len(strangers) == 1500
    assert planted.truths["facts"]["people"] == len(people)


def test_the_facts_are_what_the_files_add_up_to(planted: Reading) -> None:
    orders, facts = planted.orders, planted.truths["facts"]
    sales = orders[orders["Type"] == "sale"]
    assert facts["orders"] == len(sales)
    assert facts["customers"] == len({planted.person("customer", who) for who in sales["Customer"]})
    assert facts["revenue"] == pytest.approx(2 * sales["amount"].sum() - orders["amount"].sum())


def test_browsers_are_anonymous_before_they_are_identified(planted: Reading) -> None:
    web = planted.web
    first_identified = web[web["type"] == "identify"].groupby("browser")["at"].min()
    known_at = web["browser"].map(first_identified)
    before = web[known_at.isna() | (web["at"] < known_at)]
    assert len(before) > 1000
    assert set(before["user"]) == {""}
    assert (web["user"] != "").mean() > 0.2


def test_every_customer_id_on_the_web_has_a_contact(planted: Reading) -> None:
    assert set(planted.web["user"]) - {""} <= set(planted.contacts["Customer"])


def test_some_people_have_two_records_with_one_address(planted: Reading) -> None:
    emails = planted.contacts.loc[planted.contacts["Email"] != "", "Email"]
    assert 1 <= emails.duplicated().sum() < 50


def test_some_people_have_two_records_with_one_phone_in_two_spellings_and_no_second_address(planted: Reading) -> None:
    contacts = planted.contacts[~planted.contacts["Phone"].isin(["", STORE_PHONE])]
    own = contacts["Phone"].str.replace(r"\D", "", regex=True).str.replace("^(49|0)", "", regex=True)
    by_phone = contacts[own.duplicated(keep=False)]
    assert len(by_phone) == 2 * planted.truths["hard_to_identify"]["second_record_by_phone"] > 0
    assert (by_phone["Email"] == "").sum() == len(by_phone) / 2
    assert by_phone["Phone"].str.startswith("(0").sum() >= len(by_phone) / 2


def test_a_refund_is_at_most_its_order_and_later(planted: Reading) -> None:
    orders = planted.orders
    sales = orders[orders["Type"] == "sale"].set_index("Order Number")
    assert sales.index.is_unique
    back = orders[orders["Type"] != "sale"].join(sales[["amount", "at"]].add_suffix("_sold"), on="Order Number")
    assert set(back["Type"]) == {"refund", "cancel"}
    assert (back["amount"] <= back["amount_sold"]).all()
    assert (back["at"] > back["at_sold"]).all()


def test_the_web_shop_reports_no_order_that_the_crm_does_not_know(planted: Reading) -> None:
    reported = {
        (call["properties"]["order_id"], call["properties"]["total"])
        for call in planted.lines
        if call is not None and call.get("event") == "Order Completed"
    }
    sales = planted.orders[planted.orders["Type"] == "sale"]
    assert reported <= set(zip(sales["Order Number"], sales["amount"], strict=True))
    assert 0.3 < len(reported) / len(sales) < 0.95


def test_the_first_reported_order_is_the_first_order(planted: Reading) -> None:
    events = planted.touchpoints
    first = events[events["occurrence"] == "first"].set_index("person")
    ordered = first.loc[first["event"] == "order", "at"]
    reported = first.loc[first["event"] == "Order Completed", "at"]
    assert (reported - ordered.loc[reported.index] < pd.Timedelta(seconds=5)).all()


def test_some_web_events_are_repeated_and_some_are_from_crawlers(planted: Reading) -> None:
    calls = planted.calls
    assert 0 < calls["message"].duplicated().mean() < 0.02
    assert 0 < calls["is_crawler"].mean() < 0.03


def test_staff_work_in_daytime_and_stores_are_closed_on_sundays(planted: Reading) -> None:
    local = planted.interactions["at"].dt.tz_convert(ZONE)
    assert local.dt.hour.between(9, 20).all()
    assert not ((local.dt.day_of_week == 6) & (planted.interactions["Source"] == "store")).any()
    web = planted.web["at"].dt.tz_convert(ZONE)
    assert web.dt.hour.between(7, 22).all()
    assert web.dt.day_of_week.nunique() == 7


def test_an_export_of_qualtrics_has_three_header_rows(planted: Reading) -> None:
    path = sorted((planted.folder / "inbox/surveys").glob("relationship-*.csv"))[0]
    ids, texts, imports = pd.read_csv(path, header=None, dtype=str, nrows=3).to_numpy()
    assert list(ids[:4]) == ["StartDate", "EndDate", "Status", "IPAddress"]
    assert texts[0] == "Start Date"
    assert [json.loads(cell)["ImportId"] for cell in imports[: len(SYSTEM_COLUMNS)]] == list(SYSTEM_COLUMNS)
    assert json.loads(imports[1])["timeZone"] == ZONE


@pytest.mark.parametrize("survey", SURVEYS)
def test_surveys_contain_invalid_and_missing_responses(planted: Reading, survey: str) -> None:
    rows = planted.all_responses(survey)
    assert set(rows["status"]) == {"0", "1", "2", "8"}
    assert rows["_recordId"].is_unique
    assert 0 < (rows["finished"] == "0").mean() < 0.15
    assert (rows == "-99").any(axis=None)
    known = rows["externalDataReference"] != ""
    by_mail = ~known & (rows["recipientEmail"] != "")
    assert known.mean() > by_mail.mean() > 0
    assert (~known & ~by_mail & (rows["status"] == "0")).any()
    assert rows["wave"].replace("", None).dropna().nunique() >= 4


def test_a_touch_survey_follows_the_order_that_it_names(planted: Reading) -> None:
    answers = planted.responses("touch_survey").dropna(subset=["order_id"])
    sales = planted.orders[planted.orders["Type"] == "sale"].set_index("Order Number")
    assert len(answers) > 100
    assert (answers["at"] > answers["order_id"].map(sales["at"])).all()


def test_neutral_people_differ_from_planted_ones_in_effects_only(planted: Reading, neutral: Reading) -> None:
    assert neutral.truths["planted"] is False
    assert neutral.truths["truths"]["best_customers"] == []
    assert neutral.truths["tolerances"] == planted.truths["tolerances"]
    assert (neutral.folder / "cx.yml").read_bytes() == (planted.folder / "cx.yml").read_bytes()


@pytest.mark.slow
def test_five_thousand_people_take_less_than_ten_seconds(tmp_path: Path) -> None:
    started = time.process_time()
    generate(tmp_path)
    assert time.process_time() - started < 10


def test_a_deal_comes_once_for_each_state_in_the_order_of_its_stages(planted: Reading) -> None:
    deals = planted.deals
    assert not deals.duplicated(["Deal", "Stage"]).any()
    assert set(deals["Stage"]) == {"qualified", "proposal", "negotiation", "won", "lost"}
    order = ["qualified", "proposal", "negotiation", "won", "lost"]
    for _, states in deals.sort_values("Changed").groupby("Deal"):
        assert list(states["Stage"]) == sorted(states["Stage"], key=order.index)
        assert states["Changed"].iloc[0] == states["Opened"].iloc[0]
    last = deals.sort_values("Changed").drop_duplicates("Deal", keep="last")
    assert (last["Closed"] == "").sum() > 0
    assert set(last.loc[last["Closed"] != "", "Deal"]) == set(planted.closed_deals["Deal"])
    # Only what was closed is anybody's touchpoint.
    assert ((deals["Customer"] == "") == (deals["Closed"] == "")).all()


def test_a_lead_that_was_won_became_the_account_of_a_deal_on_that_day(planted: Reading) -> None:
    leads = planted.leads
    won = leads["Status"] == "won"
    opened = set(zip(planted.deals["Account"], planted.deals["Opened"].str[:10], strict=True))
    assert set(zip(leads.loc[won, "Account"], leads.loc[won, "Closed"].str[:10], strict=True)) <= opened
    assert won.sum() > 20
    # An account does not say that a lead was won: others asked in vain, most of them strangers.
    assert 0 < (leads.loc[~won, "Account"] != "").mean() < 0.5
    assert set(leads["Status"]) == {"won", "lost", "working"}
    assert "Customer" not in leads.columns
