"""Who did what on shared devices, before they were known and after a veto: now, then, and in any order of arrival."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.dbt_project.identity.building import build, load
from tests.dbt_project.identity.scoring import identifier_key

SECRET = bytes(range(32))
CONFIGURATION = """\
company: Northwind
timezone: UTC
currency: EUR
identity: {phone_region: DE, junk: {phones: ["030/23125-999"]}}
revenue_from: [orders]
sources:
  - {name: orders, kind: crm, vendor: csv, entity: orders, id_namespace: shop, path: inbox/orders/*.csv}
  - {name: contacts, kind: crm, vendor: csv, entity: contacts, id_namespace: shop, path: inbox/contacts/*.csv}
  - {name: web, kind: web, vendor: segment, id_namespace: shop, path: inbox/web/*.jsonl}
  - {name: app, kind: web, vendor: csv, entity: events, id_namespace: shop, path: inbox/app/*.csv}
"""
MAPPINGS = {
    "touchpoint_types": "data_source,event,role,occurrence,touchpoint,stage,corner,interaction\n"
    ",order,purchase,any,Order,purchase,commerce,\n",
    "channels": "data_source,utm_source,utm_medium,channel,presence,method\nweb,,,Direct,online,web\n",
}
VETOES = """\
id_type_1,id_1,id_type_2,id_2
customer,twin-1,customer,twin-2
customer,nobody,customer,twin-1
"""
# Day, device, who is known to be there; 'identify' calls besides the visits.
VISITS = (
    (1, "tablet", None),
    (2, "tablet", "mother"),
    (3, "tablet", None),
    (5, "tablet", "daughter"),
    (7, "tablet", None),
    (1, "laptop", None),
    (2, "laptop", None),
    (5, "laptop", "buyer"),
)
IDENTIFIES = (
    (2, "tablet", "mother"),
    (4, "tablet", "daughter"),
    (4, "laptop", "buyer"),
    *((day, "kiosk", f"shopper-{day}") for day in range(1, 8)),
    *((day, f"phone-{day}", "guest") for day in range(1, 4)),
)
# Rows of the web entity: call, visitor, customer, id of before, event, address.
CALLS = (
    ("", "pad", "", "", "opened", ""),
    ("identify", "pad", "reader", "", "app identify", "reader@home.example"),
    ("screen", "watch", "", "", "app screen", ""),
    ("alias", "", "reader", "watch", "app alias", ""),
    ("alias", "", "reader", "reader-of-old", "app alias", ""),
    # Nothing says of these two ids which is a visitor's, but that one of them came as such.
    ("track", "glasses", "", "", "looked", ""),
    ("alias", "reader", "", "glasses", "app alias", ""),
    ("group", "glasses", "publisher", "", "app group", "publisher@home.example"),
    ("track", "radio", "", "", "heard", ""),
)
CONTACTS = (
    ("twin-1", "twins@home.example", 1),
    ("twin-2", "twins@home.example", 3),
    ("clerk-1", "NONE@home.example", 1),
    ("clerk-2", "none@home.example", 2),
    *((f"walk-in-{number}", "store@northwind.example", number) for number in range(1, 8)),
    *((f"cousin-{number}", "family@home.example", number) for number in range(1, 4)),
)
# The same number in three spellings, one of another country in two, a switchboard's extensions, fillers, the store's.
PHONES = (
    ("caller-1", "030 23125-001"),
    ("caller-2", "+49 (0)30 23125001"),
    ("caller-3", "0049/30/23125 001"),
    ("abroad-1", "+1 (201) 555-0123"),
    ("abroad-2", "001 201 555 0123"),
    ("clerk-3", "030 23125-002 ext. 1"),
    ("clerk-4", "030 23125-002 ext. 1"),
    ("filler-1", "000000"),
    ("filler-2", "000000"),
    ("filler-3", "030 23125 999"),
    ("filler-4", "03023125999"),
    *((f"passer-by-{number}", "0171 39200 00") for number in range(1, 8)),
)


@dataclass(frozen=True)
class Warehouse:
    """What the models say, read out."""

    people: Mapping[int, int]
    visits: Mapping[str, tuple[int, int]]
    page_views: frozenset[str]
    aliases: Mapping[int, int]
    guarded: Mapping[int, str]
    refusals: Mapping[tuple[int, int], str]

    def person(self, kind: str, value: str) -> int:
        return self.people[key(kind, value)]


def key(kind: str, value: str) -> int:
    return identifier_key(SECRET, kind, "" if kind in ("email", "phone") else "shop", value)


def files() -> dict[str, str]:
    """A file a day for web, one a contact, one of orders, one a row of the app."""
    calls: dict[int, list[dict[str, object]]] = {}
    for day, device, customer in VISITS:
        calls.setdefault(day, []).append({"type": "page", "name": f"{device}-{day}"} | _ids(day, device, customer))
    for day, device, customer in IDENTIFIES:
        calls.setdefault(day, []).append({"type": "identify"} | _ids(day, device, customer))
    written = {f"inbox/web/{day}.jsonl": "".join(json.dumps(call) + "\n" for call in of) for day, of in calls.items()}
    for customer, email, day in CONTACTS:
        written[f"inbox/contacts/{customer}.csv"] = (
            f"customer_id,email,created_at\n{customer},{email},2026-01-{day:02d}T08:00:00Z\n"
        )
    for customer, phone in PHONES:
        written[f"inbox/contacts/{customer}.csv"] = (
            f"customer_id,phone,created_at\n{customer},{phone},2026-01-02T08:00:00Z\n"
        )
    for number, cells in enumerate(CALLS, start=1):
        written[f"inbox/app/{number}.csv"] = (
            "call,person_id,customer_id,previous_id,event,email,occurred_at\n"
            f"{','.join(cells)},2026-01-0{number}T09:00:00Z\n"
        )
    written["inbox/orders/1.csv"] = "customer_id,occurred_at,amount,order_id\nbuyer,2026-01-06T10:00:00Z,20,o1\n"
    return written


def _ids(day: int, device: str, customer: str | None) -> dict[str, object]:
    moment = f"2026-01-{day:02d}T10:00:00Z"
    call: dict[str, object] = {"anonymousId": device, "timestamp": moment, "context": {"userAgent": "Mozilla/5.0"}}
    return call | ({"userId": customer} if customer else {})


def arrive(folder: Path, names: list[str]) -> None:
    """Some of the files arrive and are loaded."""
    mappings = {f"mappings/{name}.csv": text for name, text in {**MAPPINGS, "identity_vetoes": VETOES}.items()}
    for name, text in {"cx.yml": CONFIGURATION, **mappings, **{name: files()[name] for name in names}}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    load(folder, secret=SECRET)


def read(raw: Path) -> Warehouse:
    with duckdb.connect(str(raw), read_only=True) as connection:
        connection.execute(f"attach '{raw.with_name('cx.duckdb')}' as cx (read_only)")

        def rows(query: str) -> list[Any]:
            found: list[Any] = connection.execute(query).fetchall()
            return found

        return Warehouse(
            people=dict(rows("select identifier_key, person_id from intermediate.int_identity__identifiers")),
            visits={
                event.removeprefix("Viewed ").removesuffix(" Page"): (now, then)
                for event, now, then in rows(
                    "select event, person_id, person_id_at_event from intermediate.int_touchpoints__types "
                    "inner join intermediate.int_touchpoints__source_events using (event_key) "
                    "where event <> 'contact_created'"
                )
            },
            page_views=frozenset(
                event
                for (event,) in rows(
                    "select event from intermediate.int_touchpoints__source_events where data_source = 'app' "
                    "and is_page_view"
                )
            ),
            aliases=dict(rows("select former_person_id, person_id from cx.marts.person_key_aliases")),
            guarded=dict(rows("select identifier_key, reason from intermediate.int_identity__guarded")),
            refusals={
                (a, b): refusal
                for a, b, refusal in rows(
                    "select identifier_a, identifier_b, refusal from intermediate.int_identity__links "
                    "where not joins_people"
                )
            },
        )


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    folder = tmp_path_factory.mktemp("at_once")
    arrive(folder, sorted(files()))
    return read(build(folder, target=folder / ".dbt"))


@pytest.mark.slow
def test_visits_of_a_shared_tablet_stay_with_the_first_person(at_once: Warehouse) -> None:
    mother, daughter = at_once.person("customer", "mother"), at_once.person("customer", "daughter")
    assert mother != daughter
    assert [at_once.visits[f"tablet-{day}"][0] for day in (1, 2, 3, 5, 7)] == [mother, mother, mother, daughter, mother]


@pytest.mark.slow
def test_a_late_identify_assigns_the_visits_before_the_purchase(at_once: Warehouse) -> None:
    buyer = at_once.person("customer", "buyer")
    assert [at_once.visits[f"laptop-{day}"][0] for day in (1, 2, 5)] == [buyer] * 3
    assert at_once.visits["order"][0] == buyer


@pytest.mark.slow
def test_a_visit_before_the_identify_was_anonymous_at_the_time(at_once: Warehouse) -> None:
    then = {visit: person for visit, (_, person) in at_once.visits.items()}
    assert then["laptop-1"] == then["laptop-2"] == key("anonymous", "laptop")
    assert then["laptop-5"] == at_once.person("customer", "buyer")
    assert then["tablet-1"] == key("anonymous", "tablet")
    assert then["tablet-3"] == at_once.person("customer", "mother")


@pytest.mark.slow
def test_shared_and_filler_identifiers_join_no_people_and_are_reported(at_once: Warehouse) -> None:
    assert at_once.guarded == {
        key("anonymous", "kiosk"): "shared",
        key("email", "store@northwind.example"): "shared",
        key("email", "none@home.example"): "junk",
        key("customer", "guest"): "junk",
        key("phone", "+491713920000"): "shared",
        key("phone", "+493023125999"): "junk",
    }
    for guarded in at_once.guarded:
        assert [one for one, person in at_once.people.items() if person == guarded] == [guarded]
    cousins = {at_once.person("customer", f"cousin-{number}") for number in range(1, 4)}
    assert cousins == {at_once.person("email", "family@home.example")}


@pytest.mark.slow
def test_identify_and_alias_calls_of_the_web_entity_make_one_person(at_once: Warehouse) -> None:
    reader = at_once.person("customer", "reader")
    devices = [at_once.person("anonymous", device) for device in ("pad", "watch", "glasses")]
    assert devices == [reader] * 3
    assert at_once.person("customer", "reader-of-old") == reader
    assert at_once.person("email", "reader@home.example") == reader
    assert at_once.person("anonymous", "radio") != reader
    # Of an alias call, an id that a visitor never had is a customer's, whatever column it is in.
    assert key("anonymous", "reader") not in at_once.people
    # A group call names nobody.
    assert key("customer", "publisher") not in at_once.people


@pytest.mark.slow
def test_calls_of_the_web_entity_that_only_link_are_no_events(at_once: Warehouse) -> None:
    assert {event for event in at_once.visits if event.startswith(("app", "opened", "looked", "heard"))} == {
        *("opened", "app screen", "looked", "heard"),
    }
    assert at_once.visits["opened"][0] == at_once.visits["app screen"][0] == at_once.person("customer", "reader")
    assert at_once.page_views == {"app screen"}


@pytest.mark.slow
def test_equal_phones_join_except_switchboards_and_fillers(at_once: Warehouse) -> None:
    callers = {at_once.person("customer", f"caller-{number}") for number in range(1, 4)}
    assert callers == {at_once.person("phone", "+493023125001")}
    assert at_once.person("customer", "abroad-1") == at_once.person("customer", "abroad-2")
    strangers = [name for name, _ in PHONES if name.startswith(("clerk", "filler", "passer-by"))]
    assert len({at_once.person("customer", name) for name in strangers}) == len(strangers)


@pytest.mark.slow
def test_a_veto_separates_two_customers_of_one_address(at_once: Warehouse) -> None:
    address = at_once.person("email", "twins@home.example")
    assert at_once.person("customer", "twin-1") == address
    assert at_once.person("customer", "twin-2") != address
    assert at_once.refusals[key("customer", "twin-2"), key("email", "twins@home.example")] == "veto"


@pytest.mark.slow
def test_arrival_order_does_not_change_people_and_aliases_resolve(at_once: Warehouse, tmp_path: Path) -> None:
    late_first = sorted(files(), reverse=True)
    arrive(tmp_path, late_first[::2])
    before = read(build(tmp_path, target=tmp_path / ".dbt"))
    arrive(tmp_path, late_first)
    after = read(build(tmp_path, target=tmp_path / ".dbt"))
    assert after == at_once
    people = set(after.people.values())
    former = set(before.people.values())
    assert former - people, "no key changed: the halves are too alike to show anything"
    for person in former:
        assert (person in people) != (person in after.aliases)
        assert after.aliases.get(person, person) in people
