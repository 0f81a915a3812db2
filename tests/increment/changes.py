"""What may happen to a company between two runs: each kind of change is a function that draws what exactly from dice.

In: a company and a random generator. Out: the company's files changed, and a sentence that says how; None where this
kind cannot happen to the company as it is. A change of the code is in `checkout.py`.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from tests.increment.company import (
    Company,
    Record,
    Records,
    SourceFiles,
    changed,
    later,
    read_mapping,
    shown,
    some,
    with_deletion,
    write_mapping,
)

Change = Callable[[Company, random.Random], str | None]

SETTINGS: Final[Mapping[str, Sequence[Any]]] = {
    "timezone": ["UTC", "America/New_York", "Asia/Tokyo", "Europe/Berlin"],
    "company": ["Northwind Trading", "Northwind"],
    "customer_unit": ["account", "person"],
    "earliest_date": [date(2025, 1, 1), date(2025, 6, 1), date(2000, 1, 1)],
    "conversion.occurrence": ["any", "first"],
    "conversion.event": ["contact_created", "order"],
    "journey.gap_days": [7, 30, 120],
    "journey.conversion_days": [7, 60],
    "journey.session_minutes": [2, 240],
    "journey.survey_link_days": [3, 90],
    "journey.task_hours": [1, 72],
    "customers.active_days": [20, 90, 365],
    "value.unit": ["day", "month", "week"],
    "value.horizon_months": [3, 24],
    "value.top_tier": [0.1, 0.5],
    "attribution.lookback_days": [5, 30, 180],
    "attribution.half_life_days": [2, 30],
    "attribution.position": [[0.3, 0.3, 0.4], [0.5, 0.0, 0.5]],
    "service.reply_target_hours": [1, 100],
    "identity.at_most.customers_per_email": [1, 3],
    "identity.at_most.devices_per_email": [1, 20],
    "identity.junk.mailboxes": [["willem"], ["p1"]],
    "privacy.publish_comments": [True, False],
    "privacy.min_cell": [2, 10],
}


def late_rows(company: Company, dice: random.Random) -> str | None:
    """Files, or rows of files, arrive that were held back: as a file of their own, or where they belong."""
    arrived = []
    for _ in range(min(len(company.late), dice.randint(1, 8))):
        name, path, records = company.late.pop()
        source = _named(company, name)
        if source is None:
            continue
        if not path.is_file():
            source.write(path, records)
            arrived.append(f"file {shown(path)}")
        elif dice.random() < 0.5:
            own = source.read(path)
            place = dice.choice([0, len(own.rows)])
            own.rows[place:place] = records.rows
            source.write(path, own)
            arrived.append(f"{len(records.rows)} rows in {shown(path)}")
        else:
            target = source.bring(records.rows, like=path, mark="late")
            arrived.append(f"{len(records.rows)} rows in {shown(target)}")
    return f"arrived late: {', '.join(arrived)}" if arrived else None


def doubled_rows(company: Company, dice: random.Random) -> str | None:
    """Rows come again, in their own file or in a new one."""
    source, path, records = _some_file(company, dice)
    again = some(dice, records.rows, 6)
    if not again:
        return None
    if dice.random() < 0.5:
        records.rows += again
        source.write(path, records)
        return f"{len(again)} rows stand twice in {shown(path)}"
    return f"{len(again)} rows of {shown(path)} again in {shown(source.bring(again, like=path, mark='again'))}"


def doubled_file(company: Company, dice: random.Random) -> str | None:
    """A file comes again, byte for byte, under another name."""
    source, path, _ = _some_file(company, dice)
    copy = source.new_file("copy")
    shutil.copyfile(path, copy)
    return f"{shown(path)} again as {shown(copy)}"


def newer_states(company: Company, dice: random.Random) -> str | None:
    """Records come again with another value and a later `updated_at`."""
    sources = [source for source in company.sources if _says_when_changed(source)]
    if not sources:
        return None
    source = dice.choice(sources)
    path = dice.choice(source.files)
    rows, stamp = source.read(path).rows, source.column("updated_at")
    states = [
        changed(_with_other_value(source, row, rows, dice), **{stamp: later(str(row[stamp]), dice)})
        for row in some(dice, rows, 5)
    ]
    if not states:
        return None
    return f"{len(states)} newer states of {source.name} in {shown(source.bring(states, like=path, mark='newer'))}"


def corrected_rows(company: Company, dice: random.Random) -> str | None:
    """Values are corrected where they stand, without saying so."""
    source, path, records = _some_file(company, dice)
    for row in some(dice, records.rows, 5):
        row.update(_with_other_value(source, row, records.rows, dice))
    source.write(path, records)
    return f"values corrected in {shown(path)}"


def two_people_are_one(company: Company, dice: random.Random) -> str | None:
    """A late identification joins two people: a contact gets the address of another one."""
    pair = _two_contacts(company, dice)
    if pair is None:
        return None
    source, one, other = pair
    column = source.column(dice.choice(["email", "phone"]))
    stamp, key = source.column("updated_at"), source.column("customer_id")
    state = changed(one, **{column: other[column], stamp: later(one[stamp], dice, days=400)})
    source.bring([state], like=source.files[-1], mark="joined")
    company.joined.append((one[key], other[key]))
    return f"{one[key]} is known by the {column.lower()} of {other[key]}"


def an_address_moves(company: Company, dice: random.Random) -> str | None:
    """A contact gives up an address, and another one gets it."""
    pair = _two_contacts(company, dice)
    if pair is None:
        return None
    source, one, other = pair
    email, stamp, key = source.column("email"), source.column("updated_at"), source.column("customer_id")
    states = [
        changed(one, **{email: f"moved.{one[key]}@example.net".lower(), stamp: later(one[stamp], dice)}),
        changed(other, **{email: one[email], stamp: later(other[stamp], dice)}),
    ]
    source.bring(states, like=source.files[-1], mark="moved")
    return f"the address of {one[key]} moves to {other[key]}"


def a_device_is_identified(company: Company, dice: random.Random) -> str | None:
    """Somebody logs in on a device that was nobody's, or another's; all that the device did is then theirs."""
    calls, contacts = company.of_entity("calls"), company.of_entity("contacts")
    if not calls or not contacts:
        return None
    source = calls[0]
    call = dict(dice.choice(source.all_rows()))
    customer = dice.choice(contacts[0].all_rows())[contacts[0].column("customer_id")]
    for name in ("name", "event", "properties"):
        call.pop(name, None)
    call |= {"type": "identify", "userId": customer, "messageId": f"late-{dice.randrange(10**9)}", "traits": {}}
    source.bring([call], like=source.files[-1], mark="login")
    return f"device {call['anonymousId'][:8]} is identified as {customer}"


def veto(company: Company, dice: random.Random) -> str | None:
    """The company says that two people are not one, or takes it back."""
    path = company.mapping("identity_vetoes")
    _, rows = read_mapping(path)
    if rows and dice.random() < 0.4:
        row = rows.pop(dice.randrange(len(rows)))
        text = f"no veto any more: {row['id_1']}, {row['id_2']}"
    else:
        pair = _two_contacts(company, dice)
        if pair is None:
            return None
        source, one, other = pair
        key, email = source.column("customer_id"), source.column("email")
        first, second = dice.choice(company.joined) if company.joined else (one[key], other[key])
        row = {"id_type_1": "customer", "id_1": first, "id_type_2": "customer", "id_2": second}
        if dice.random() < 0.4 and one[email]:
            row |= {"id_1": one[key], "id_type_2": "email", "id_2": one[email].strip().lower()}
        rows.append(row)
        text = f"veto: {row['id_1']} is not {row['id_2']}"
    names = ["id_type_1", "id_1", "id_type_2", "id_2"]
    return text if company.try_out(lambda: write_mapping(path, names, rows), path) else None


def deleted_records(company: Company, dice: random.Random) -> str | None:
    """The vendor marks records as deleted."""
    source, path, records = _some_file(company, dice, with_key=True)
    gone = some(dice, records.rows, 3)
    if not gone or source.options["vendor"] in ("segment", "qualtrics"):
        return None
    stamp = source.column("updated_at")
    newer = [changed(row, **{stamp: later(str(row[stamp]), dice)}) if stamp in row else row for row in gone]
    if source.options["vendor"] == "zendesk":
        newer = [changed(row, status="deleted") for row in newer]
    else:
        newer = list(with_deletion(newer))
    return f"{len(gone)} records deleted in {shown(source.bring(newer, like=path, mark='deleted'))}"


def an_erased_person(company: Company, dice: random.Random) -> str | None:
    """Everything that a customer id is stated for leaves all files."""
    contacts = company.of_entity("contacts")
    if not contacts:
        return None
    person = dice.choice(contacts[0].all_rows())[contacts[0].column("customer_id")]
    files = 0
    for source in company.sources:
        for path in source.files:
            records = source.read(path)
            kept = [row for row in records.rows if row.get(source.column("customer_id")) != person]
            if len(kept) < len(records.rows):
                files += 1
                records.rows = kept
                source.write(path, records)
    return f"{person} is erased from {files} files"


def a_mapping(company: Company, dice: random.Random) -> str | None:
    """A line of the company's vocabulary is changed, removed, or added."""
    path = dice.choice(sorted((company.root / "mappings").glob("*.csv")))
    names, rows = read_mapping(path)
    if not rows:
        return None
    place = dice.randrange(len(rows))
    if dice.random() < 0.3:
        text = f"{shown(path)}: line {place + 2} removed"
        del rows[place]
    else:
        # A value of another line: it is one that the column may have.
        column = dice.choice(names[1:])
        values = sorted({row[column] for row in rows} - {rows[place][column]})
        if not values:
            return None
        rows[place][column] = dice.choice(values)
        text = f"{shown(path)}: line {place + 2} has {column} {rows[place][column][:30]!r}"
    return text if company.try_out(lambda: write_mapping(path, names, rows), path) else None


def a_setting(company: Company, dice: random.Random) -> str | None:
    """One setting of cx.yml is changed."""
    key = dice.choice(sorted(SETTINGS))
    value = dice.choice(SETTINGS[key])

    def edit() -> None:
        configuration = company.configuration
        place = configuration
        *parts, last = key.split(".")
        for part in parts:
            place = place.setdefault(part, {})
        if place.get(last) != value:
            place[last] = value
            company.configure(configuration)

    return f"{key}: {value}" if company.try_out(edit, company.root / "cx.yml") else None


def another_day(company: Company, dice: random.Random) -> str | None:
    """The as-of day moves by days or by months, forwards or back, or is the newest event's again."""
    configuration = company.configuration
    before = configuration.pop("as_of", None)
    if before is None or dice.random() < 0.8:
        start = before or company.last_day
        moved = dice.choice([1, 2, 3, 7, 31, 62, 120]) * dice.choice([1, -1, -1])
        configuration["as_of"] = start + timedelta(days=moved)
    edited = company.try_out(lambda: company.configure(configuration), company.root / "cx.yml")
    return f"as_of: {configuration.get('as_of', 'the newest event')}" if edited else None


def a_vanished_file(company: Company, dice: random.Random) -> str | None:
    """A file is removed from the inbox, or keeps half of its rows."""
    source, path, records = _some_file(company, dice)
    if dice.random() < 0.4 and len(source.files) > 1:
        path.unlink()
        return f"{shown(path)} is gone"
    if len(records.rows) < 2:
        return None
    records.rows = records.rows[: len(records.rows) // 2]
    source.write(path, records)
    return f"half of {shown(path)} is gone"


def a_source_more(company: Company, dice: random.Random) -> str | None:
    """A source, such as a survey, comes into cx.yml."""
    if not company.unused:
        return None
    options, lines = company.unused.pop(dice.randrange(len(company.unused)))
    company.take_in(dice.randint(0, len(company.configuration["sources"])), options, lines)
    return f"source {options['name']} is added"


def a_source_less(company: Company, dice: random.Random) -> str | None:
    """A source leaves cx.yml; its files stay where they are."""
    configuration = company.configuration
    # The source of the revenue is named elsewhere, too.
    names = {source["name"] for source in configuration["sources"]} - set(configuration["revenue_from"])
    name = dice.choice(sorted(names))
    mappings = sorted((company.root / "mappings").glob("*.csv"))
    if not company.try_out(lambda: company.leave_out(name), company.root / "cx.yml", *mappings):
        company.unused = [one for one in company.unused if one[0]["name"] != name]
        return None
    return f"source {name} is removed"


def other_order(company: Company, dice: random.Random) -> str | None:
    """A file has its rows in another order."""
    source, path, records = _some_file(company, dice)
    if len(records.rows) < 2:
        return None
    dice.shuffle(records.rows)
    source.write(path, records)
    return f"{shown(path)} in another order"


def a_broken_line(company: Company, dice: random.Random) -> str | None:
    """A file ends in the middle of a line."""
    _, path, _ = _some_file(company, dice)
    if path.suffix == ".json":
        return None
    with path.open("a", encoding="utf-8") as file:
        file.write("half a row")
    return f"a broken line in {shown(path)}"


def touched_files(company: Company, dice: random.Random) -> str | None:
    """Files are newer than before and hold what they held."""
    for path in some(dice, [path for source in company.sources for path in source.files], 9):
        os.utime(path)
    return "files are touched, and hold what they held"


# How often a kind is drawn, beside the others.
KINDS: Final[Mapping[Change, int]] = {
    late_rows: 10,
    doubled_rows: 3,
    doubled_file: 3,
    newer_states: 5,
    corrected_rows: 5,
    two_people_are_one: 5,
    an_address_moves: 3,
    a_device_is_identified: 4,
    veto: 5,
    deleted_records: 5,
    an_erased_person: 3,
    a_mapping: 6,
    a_setting: 6,
    another_day: 4,
    a_vanished_file: 3,
    a_source_more: 4,
    a_source_less: 2,
    other_order: 2,
    a_broken_line: 2,
    touched_files: 1,
}


def draw(company: Company, dice: random.Random) -> list[str]:
    """Apply one to four changes, or none in one of ten draws; what they did, in order."""
    done: list[str] = []
    wanted = 0 if dice.random() < 0.1 else dice.randint(1, 4)
    while len(done) < wanted:
        (kind,) = dice.choices(list(KINDS), weights=list(KINDS.values()))
        text = kind(company, dice)
        if text is not None:
            done.append(text)
    return done


def _named(company: Company, name: str) -> SourceFiles | None:
    return next((source for source in company.sources if source.name == name), None)


def _some_file(company: Company, dice: random.Random, *, with_key: bool = False) -> tuple[SourceFiles, Any, Records]:
    source = dice.choice([one for one in company.sources if one.key or not with_key])
    path = dice.choice(source.files)
    return source, path, source.read(path)


def _says_when_changed(source: SourceFiles) -> bool:
    rows = source.read(source.files[0]).rows
    return bool(rows) and source.column("updated_at") in rows[0]


def _with_other_value(source: SourceFiles, row: Record, rows: Sequence[Record], dice: random.Random) -> Record:
    """The record with one value of another record; what tells records apart stays."""
    columns = [name for name in row if name not in (source.key, source.column("updated_at"))]
    column = dice.choice(columns)
    return changed(row, **{column: dice.choice([one[column] for one in rows if column in one])})


def _two_contacts(company: Company, dice: random.Random) -> tuple[SourceFiles, Record, Record] | None:
    """Two contacts with different ids and addresses, each in its newest state."""
    sources = company.of_entity("contacts")
    if not sources:
        return None
    source = sources[0]
    key, stamp, email = source.column("customer_id"), source.column("updated_at"), source.column("email")
    newest = {row[key]: row for row in sorted(source.all_rows(), key=lambda row: str(row[stamp])) if row[email]}
    if len(newest) < 2:
        return None
    one, other = dice.sample(sorted(newest), k=2)
    return source, newest[one], newest[other]
