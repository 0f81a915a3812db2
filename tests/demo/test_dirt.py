"""The files have every kind of dirt, as often as planned, and identity problems only on request."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from demo import Dirt, generate
from tests.demo.reading import SURVEYS, ZONE, Reading

PEOPLE = 400
KINDS = {
    "interactions: bad date", "interactions: unmapped channel", "interactions: unmapped event",
    "mentions: answered too early", "mentions: bad date", "mentions: repeated",
    "orders: amount is not a number", "orders: bad date", "orders: currency without a rate",
    "orders: impossible amount", "orders: repeated", "surveys: answer to an unmapped question",
    "surveys: preview, test or spam", "tickets: deleted", "tickets: repeated", "web: bad date", "web: broken",
    "web: crawler", "web: future", "web: late", "web: nobody", "web: repeated", "web: unmapped event",
}  # fmt: skip


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    folder = tmp_path_factory.mktemp("shared")
    generate(folder, customers=PEOPLE, dirt=Dirt(identity=True))
    return Reading(folder)


def rows_of(reading: Reading, folder: str, delimiter: str = ",") -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for path in sorted((reading.folder / "inbox" / folder).glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows += csv.DictReader(file, delimiter=delimiter)
    return rows


def test_every_kind_of_dirt_is_present(planted: Reading) -> None:
    assert set(planted.truths["dirt"]) == KINDS
    assert all(planted.truths["dirt"].values())


def test_dirty_orders_match_the_stated_count(planted: Reading) -> None:
    dirt, rows = planted.truths["dirt"], rows_of(planted, "orders")
    assert len(rows) - len({tuple(row.values()) for row in rows}) >= dirt["orders: repeated"]
    assert sum(row["Net Amount"] == "n/a" for row in rows) == dirt["orders: amount is not a number"]
    assert sum(row["Net Amount"].startswith("-") for row in rows) == dirt["orders: impossible amount"]
    foreign = [row for row in rows if row["Currency"] != "EUR"]
    assert [row["Type"] for row in foreign] == ["refund"] * dirt["orders: currency without a rate"]
    assert any(row["Ordered At"].startswith("31.02.") for row in rows)


def test_dirty_web_events_match_the_stated_count(planted: Reading) -> None:
    dirt = planted.truths["dirt"]
    known = [call for call in planted.lines if call is not None]
    messages = Counter(call["messageId"] for call in known)
    assert len(planted.lines) - len(known) == dirt["web: broken"]
    assert sum(count - 1 for count in messages.values()) == dirt["web: repeated"]
    assert sum(call["timestamp"] == "yesterday" for call in known) == dirt["web: bad date"]
    assert sum(call["timestamp"].startswith("2099") for call in known) == dirt["web: future"]
    assert sum(not (call["anonymousId"] or call["userId"]) for call in known) == dirt["web: nobody"]
    assert sum("bot" in call["context"]["userAgent"].lower() for call in known) == dirt["web: crawler"]


def test_late_web_events_are_in_the_next_months_file(planted: Reading) -> None:
    late = 0
    for path in (planted.folder / "inbox/web").glob("*.jsonl"):
        month = path.stem.removeprefix("events-")
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                call = json.loads(line)
            except json.JSONDecodeError:
                continue
            if call["messageId"].startswith("ajs-next-"):
                at = pd.Timestamp(call["timestamp"]).tz_convert(ZONE)
                late += f"{at:%Y-%m}" < month
    assert late == planted.truths["dirt"]["web: late"]


def test_unmapped_channel_events_match_the_stated_count(planted: Reading) -> None:
    channels = planted.mapping("channels")
    mapped = set(channels.loc[channels["data_source"] == "shop_interactions", "utm_source"])
    strange = planted.interactions.loc[~planted.interactions["Source"].isin(mapped), "Source"]
    assert strange.tolist() == ["fax"] * planted.truths["dirt"]["interactions: unmapped channel"]


def test_invalid_responses_match_the_stated_count(planted: Reading) -> None:
    aside = sum(int((planted.all_responses(survey)["status"] != "0").sum()) for survey in SURVEYS)
    assert aside == planted.truths["dirt"]["surveys: preview, test or spam"]


def test_clean_files_have_no_dirt_and_the_same_facts(tmp_path: Path) -> None:
    generate(tmp_path / "clean", customers=120, dirt=Dirt(files=False))
    generate(tmp_path / "dirty", customers=120)
    clean, dirty = Reading(tmp_path / "clean"), Reading(tmp_path / "dirty")
    assert set(clean.truths["dirt"]) <= {
        "surveys: answer to an unmapped question",
        "tickets: deleted",
        "web: unmapped event",
    }
    assert clean.truths["facts"] == dirty.truths["facts"]
    assert set(clean.web["message"]) <= set(dirty.web["message"])
    assert None not in clean.lines


def test_enough_people_have_two_addresses(planted: Reading) -> None:
    assert planted.truths["hard_to_identify"]["two_emails"] >= 0.04 * 1500
    assert planted.truths["hard_to_identify"]["shared_device"] == 0


def test_identities_list_every_person_of_the_files(planted: Reading) -> None:
    identities = pd.read_csv(planted.folder / "identities.csv", dtype=str, keep_default_na=False)
    customers = set(identities.loc[identities["id_type"] == "customer", "id"])
    browsers = set(identities.loc[identities["id_type"] == "anonymous", "id"])
    emails = set(identities.loc[identities["id_type"] == "email", "id"])
    assert customers == set(planted.contacts["Customer"]) | set(planted.interactions["Customer"])
    assert browsers == set(planted.web["browser"])
    assert emails >= set(planted.contacts["Email"]) - {""}
    phones = {row.Phone.replace(" ", "") for row in planted.contacts.itertuples() if row.Phone.startswith("+")} - {
        "+491713920000"
    }
    assert set(identities.loc[identities["id_type"] == "phone", "id"]) >= phones > set()
    assert identities["person"].nunique() == 1500


def test_the_files_alone_join_the_identifiers_of_a_person(planted: Reading) -> None:
    identities = pd.read_csv(planted.folder / "identities.csv", dtype=str, keep_default_na=False)
    kinds = {"customer": "customer", "anonymous": "browser", "email": "email"}
    identities = identities[identities["id_type"].isin(kinds)]
    joined = [planted.person(kinds[row.id_type], row.id) for row in identities.itertuples()]
    assert identities.groupby(joined)["person"].nunique().max() == 1
    assert pd.Series(joined, index=identities["person"]).groupby(level=0).nunique().max() == 1


def test_devices_and_addresses_are_shared_on_request(shared: Reading) -> None:
    assert shared.truths["hard_to_identify"]["shared_device"] >= 0.03 * PEOPLE
    junk = shared.contacts["Email"].value_counts()
    assert (junk > 1).sum() >= 3
    phones = shared.contacts["Phone"].value_counts()
    assert phones["+49 171 39200 00"] > 5
    assert phones["00000"] > 1
    identities = pd.read_csv(shared.folder / "identities.csv", dtype=str, keep_default_na=False)
    browsers = identities[identities["id_type"] == "anonymous"].groupby("id")["person"].nunique()
    assert browsers.max() > 5
    assert (browsers == 2).sum() >= 5


def test_shared_devices_change_no_facts(shared: Reading, tmp_path: Path) -> None:
    generate(tmp_path, customers=PEOPLE)
    assert Reading(tmp_path).truths["facts"] == shared.truths["facts"]
