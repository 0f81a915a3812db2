"""Times in every spelling of the grammar mean what Python says they mean; any other text is not a time."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import duckdb
import pytest

from tests.dbt_project.rendering import render_text

BERLIN = ZoneInfo("Europe/Berlin")
# Zones whose clocks change at other hours, by half an hour, twice a year the other way round, and at midnight.
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Kathmandu",
    "Africa/Cairo",
    "America/St_Johns",
    "Pacific/Apia",
    "UTC",
)
# The hours around every change of the clocks, and a plain winter and summer day.
WALL_TIMES = tuple(
    day + timedelta(minutes=minutes)
    for day in (
        *(datetime(2026, 3, day) for day in (7, 8, 22, 28, 29)),
        *(datetime(2026, 4, day) for day in (4, 5)),
        *(datetime(2026, 9, day) for day in (5, 6)),
        *(datetime(2026, 10, day) for day in (3, 4, 24, 25)),
        *(datetime(2026, 11, day) for day in (1, 2)),
        datetime(2026, 1, 15),
        datetime(2026, 7, 15),
    )
    for minutes in range(0, 24 * 60, 45)
)


@cache
def _expression(formats: tuple[str, ...], earliest: str) -> str:
    return render_text("{{ parse_timestamp('text', 'format', 'zone') }}", formats=formats, earliest=earliest)


def parsed(
    rows: Iterable[tuple[str | None, str]], *, pattern: str | None = None, earliest: str = "1976-01-01"
) -> list[datetime | None]:
    """What the warehouse reads in each (text, zone), as UTC without a zone."""
    listed = list(rows)
    sql = _expression((pattern,) if pattern else (), earliest)
    with duckdb.connect() as database:
        # A session in another zone, so that nothing may depend on it.
        database.execute("set timezone = 'Asia/Tokyo'")
        database.execute(
            """
            create table times as
            select unnest($texts::varchar[]) as text, unnest($zones::varchar[]) as zone, $pattern::varchar as format,
                generate_subscripts($texts::varchar[], 1) as position
            """,
            {"texts": [text for text, _ in listed], "zones": [zone for _, zone in listed], "pattern": pattern},
        )
        return [row[0] for row in database.execute(f"select {sql} from times order by position").fetchall()]


def read(text: str | None, zone: str = "Europe/Berlin", **options: str) -> datetime | None:
    return parsed([(text, zone)], **options)[0]


def instant(wall: datetime, zone: str) -> datetime:
    """UTC of a local time: skipped ones by the offset before, of two the second."""
    there = ZoneInfo(zone)
    second = wall.replace(tzinfo=there, fold=1)
    is_skipped = second.astimezone(UTC).astimezone(there).replace(tzinfo=None) != wall
    return wall.replace(tzinfo=there, fold=0 if is_skipped else 1).astimezone(UTC).replace(tzinfo=None)


def spellings(wall: datetime) -> Iterator[str]:
    """Every way to write a local time to the minute."""
    for day, hour in itertools.product(
        (f"{wall:%Y-%m-%d}", f"{wall:%Y/%m/%d}", f"{wall.year}-{wall.month}-{wall.day}"), (f"{wall:%H:%M}",)
    ):
        for clock in (hour, f"{hour}:00", f"{hour}:00.0", f"{hour}:00,000", f"{hour}:00.000000000"):
            yield f"{day} {clock}"
            yield f"{day}T{clock}"
        half = "AM" if wall.hour < 12 else "PM"
        twelve = f"{(wall.hour + 11) % 12 + 1}:{wall:%M}"
        yield f"{day} {twelve} {half}"
        yield f"{day} {twelve}:00{half.lower()}"
        yield f"{day} {twelve}\u202f{half[0]}.M."
    yield f"{wall:%Y%m%dT%H%M}"
    yield f"{wall:%Y%m%dT%H%M%S}"
    yield f"{wall:%Y%m%d%H%M%S}"


@cache
def zones() -> tuple[str, ...]:
    """Zones whose rules the engine and Python know alike: one of the two may hold newer ones."""
    noons = [datetime(2023 + n // 24, n % 24 // 2 + 1, 1 + 14 * (n % 2), 12, tzinfo=UTC) for n in range(96)]
    alike = []
    with duckdb.connect() as database:
        for zone in sorted(available_timezones() - {"localtime"}):
            found = database.execute(
                "select timezone($zone, unnest($noons::timestamptz[]))", {"zone": zone, "noons": noons}
            )
            there = ZoneInfo(zone)
            if [row[0] for row in found.fetchall()] == [noon.astimezone(there).replace(tzinfo=None) for noon in noons]:
                alike.append(zone)
    return tuple(alike)


def test_the_engine_and_python_agree_on_nearly_all_timezones() -> None:
    assert len(zones()) > 0.97 * len(available_timezones())


def compare(cases: Sequence[tuple[str, str, datetime | None]], **options: str) -> None:
    found = parsed([(text, zone) for text, zone, _ in cases], **options)
    wrong = [(text, zone, want, got) for (text, zone, want), got in zip(cases, found, strict=True) if want != got]
    assert wrong == []


def test_times_without_a_zone_use_the_timezone_of_the_source() -> None:
    compare(
        [(text, zone, instant(wall, zone)) for zone in ZONES for wall in WALL_TIMES[::7] for text in spellings(wall)]
    )
    compare([(f"{wall:%Y-%m-%d %H:%M}", zone, instant(wall, zone)) for zone in ZONES for wall in WALL_TIMES])


@pytest.mark.slow
def test_local_times_around_clock_changes_match_python() -> None:
    cases = []
    # The engine does not know yet that the clocks of Moldova change an hour earlier.
    for zone in set(zones()) - {"Europe/Chisinau", "Europe/Tiraspol"}:
        there = ZoneInfo(zone)
        for day in range(0, 366 * 4, 1):
            at = datetime(2023, 1, 1, tzinfo=UTC) + timedelta(days=day)
            if at.astimezone(there).utcoffset() != (at + timedelta(days=1)).astimezone(there).utcoffset():
                walls = (
                    at.astimezone(there).replace(tzinfo=None, minute=0) + timedelta(minutes=30 * n) for n in range(60)
                )
                cases += [(f"{wall:%Y-%m-%d %H:%M:%S}", zone, instant(wall, zone)) for wall in walls]
        cases += [("2026-01-15", zone, instant(datetime(2026, 1, 15), zone))]
    compare(cases)


def test_a_day_begins_at_midnight_of_the_source() -> None:
    days = (datetime(2026, 1, 31), datetime(2026, 7, 31), datetime(2026, 9, 6))
    texts = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d")
    compare([(day.strftime(text), zone, instant(day, zone)) for zone in ZONES for day in days for text in texts])
    assert read("2026-2-3") == datetime(2026, 2, 2, 23)


def offsets(minutes: int) -> Iterator[str]:
    """Every way to write an offset."""
    sign, hours, rest = "-" if minutes < 0 else "+", abs(minutes) // 60, abs(minutes) % 60
    for blank in ("", " ", "  "):
        for prefix in ("", "UTC", "GMT", "UT"):
            yield f"{blank}{prefix}{sign}{hours:02}:{rest:02}"
            yield f"{blank}{prefix}{sign}{hours:02}{rest:02}"
            yield f"{blank}{prefix}{sign}{hours}:{rest:02}"
            if rest == 0:
                yield f"{blank}{prefix}{sign}{hours:02}"
                yield f"{blank}{prefix}{sign}{hours}"


def test_an_explicit_offset_overrides_the_timezone_of_the_source() -> None:
    cases: list[tuple[str, str, datetime | None]] = []
    for minutes in (*range(-720, 841, 60), -570, -210, 330, 345, 525, 765):
        zone = timezone(timedelta(minutes=minutes))
        for number, offset in enumerate(offsets(minutes)):
            wall = datetime(2026, 3, 29, 2, 30) + timedelta(days=number)
            want = wall.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
            texts = [text for text in spellings(wall) if text[-1].isdigit() or not offset[0].isalpha()]
            cases += [(texts[(number + minutes + n) % len(texts)] + offset, "Europe/Berlin", want) for n in range(3)]
    compare(cases)


def test_utc_in_words_is_utc() -> None:
    wall = datetime(2026, 4, 30, 23)
    words = ("Z", "z", " Z", "UTC", " UTC", " GMT", " UT", "+0000", " -00:00", " +0000 UTC", "+00:00[UTC]", "[Etc/UTC]")
    cases = [(text, word) for text in spellings(wall) for word in words if text[-1].isdigit() or word[0] in " +["]
    compare([(text + word, "America/New_York", wall) for text, word in cases])


def test_an_area_name_is_its_timezone() -> None:
    cases = []
    for number, name in enumerate(zone for zone in zones() if "/" in zone):
        wall = WALL_TIMES[number * 11 % len(WALL_TIMES)]
        cases.append((f"{wall:%Y-%m-%d %H:%M:%S} {name}", "Europe/Berlin", instant(wall, name)))
        cases.append((f"{wall:%Y-%m-%dT%H:%M}[{name}]", "Europe/Berlin", instant(wall, name)))
    compare(cases)


def test_an_offset_with_a_zone_name_is_read_when_they_agree() -> None:
    first, second = datetime(2026, 10, 25, 0, 30), datetime(2026, 10, 25, 1, 30)
    assert read("2026-10-25T02:30:00+02:00[Europe/Berlin]") == first
    assert read("2026-10-25T02:30:00+01:00[Europe/Berlin]") == second
    assert read("2026-10-25 02:30:00 +0200 CEST", "UTC") == first
    assert read("2026-10-25 02:30:00 +0300 CEST", "UTC") is None
    assert read("2026-10-25T02:30:00+03:00[Europe/Berlin]") is None
    assert read("2026-10-25T02:30:00+01:00[Europe/Nowhere]") is None
    assert read("2026-10-25 02:30:00 +0100 XYZ") is None


def test_a_zone_abbreviation_is_read_only_if_the_source_zone_uses_it_then() -> None:
    cases: list[tuple[str, str, datetime | None]] = []
    # Cuba writes CST and CDT of another zone than everybody else.
    for zone in set(zones()) - {"America/Havana", "Cuba"}:
        for wall in (datetime(2026, 1, 15, 12), datetime(2026, 7, 15, 12)):
            moment = wall.replace(tzinfo=ZoneInfo(zone))
            name, offset = moment.tzname() or "", moment.utcoffset()
            if name in (
                "CET",
                "CEST",
                "EST",
                "EDT",
                "CST",
                "CDT",
                "MST",
                "MDT",
                "PST",
                "PDT",
                "IST",
                "BST",
                "JST",
                "AEDT",
            ):
                want = moment.astimezone(UTC).replace(tzinfo=None)
                cases.append((f"{wall:%Y-%m-%d %H:%M} {name}", zone, want))
                # Elsewhere, and half a year later where clocks change, the same word is not a time.
                cases.append((f"{wall:%Y-%m-%d %H:%M} {name}", "Asia/Kathmandu", None))
                other = (moment + timedelta(days=182)).replace(tzinfo=ZoneInfo(zone))
                if other.utcoffset() != offset:
                    cases.append((f"{other:%Y-%m-%d %H:%M} {name}", zone, None))
    assert len(cases) > 300
    compare(cases)
    assert read("2026-10-25 02:30 CEST") == datetime(2026, 10, 25, 0, 30)
    assert read("2026-10-25 02:30 CET") == datetime(2026, 10, 25, 1, 30)


def test_fractions_of_any_length_are_cut_to_microseconds() -> None:
    digits = "123456789012345"
    cases: list[tuple[str, str, datetime | None]] = []
    for length in range(1, 16):
        want = datetime(2026, 2, 10, 19, 30, 5, int(digits[:6][:length].ljust(6, "0")))
        for mark, zone in itertools.product(".,", ("Z", " UTC", "+00:00", " +0")):
            cases.append((f"2026-02-10T19:30:05{mark}{digits[:length]}{zone}", "Europe/Berlin", want))
    compare(cases)


def test_epoch_seconds_milliseconds_and_microseconds_are_distinguished_by_length() -> None:
    want = datetime(2026, 2, 10, 19, 30)
    compare(
        [
            *((text, "Europe/Berlin", want) for text in ("1770751800", "1770751800000", " 1770751800000000 ")),
            ("1770751800.25", "Europe/Berlin", want.replace(microsecond=250_000)),
            # Of another length a number is not one of them.
            *(("1" * length, "Europe/Berlin", None) for length in (1, 4, 5, 6, 7, 9, 11, 12, 15, 17, 19)),
        ]
    )


NO_TIMES = (
    *("infinity", "-infinity", "epoch", "today", "now", "yesterday", "null", "-", "0", "", "  "),
    *("2026-02-30", "2026-13-01", "2026-00-10", "2026-02-10 25:00", "2026-02-10 10:60", "2026-02-10 23:59:60"),
    *(
        "2026-02-10 24:01",
        "2026-02-10 24:00:00.5",
        "2026-02-10 13:00 PM",
        "2026-02-10 0:30 AM",
        "26-02-10",
        "26/02/10",
    ),
    *("-0044-03-15", "0044-03-15 (BC)", "12026-01-01", "+2026-01-01", "2026-02", "2026", "2026-W07-2", "2026-041"),
    *("02-10", "19:30", "10.02.2026", "10/02/2026", "2026.02.10", "Feb 10 2026", "2026-02-10T", "2026-02-10T19"),
    *("2026-02-10Z", "2026-02-10 UTC", "2026-02-10+01:00", "2026-02-10 19:30 +15:00", "2026-02-10 19:30 -13:00"),
    *("2026-02-10 19:30 +01:75", "2026-02-10 19:30 +530", "2026-02-10T19:30:00+01:00:30", "2026-02-10 19:30 8"),
    *(
        "2026-02-10 19:30:00 XYZ",
        "2026-02-10 19:30 Europe/Nowhere",
        "2026-02-10 19:30Z+01:00",
        "2026-02-10 19:30:00.",
    ),
    *("2026-02-10 19:30 PST", "2026-02-10 19:30 CST", "2026-02-10 19:30 Zulu", "2026-02-10 19:30 [Europe/Berlin"),
    *("2026-02-10 19:30:00 2026-02-11", "2026-02-10, 19:30", "2026-02-10_19:30", "2026-02/10", "x2026-02-10"),
)


def test_partly_understood_text_is_not_a_time() -> None:
    compare([(text, "Europe/Berlin", None) for text in NO_TIMES])


def test_a_word_after_a_time_is_a_zone_or_invalidates_it() -> None:
    """Every word of one to three letters, glued and behind a blank: what is not understood is never dropped."""
    local, utc = datetime(2026, 2, 10, 18, 30, 15), datetime(2026, 2, 10, 19, 30, 15)
    # Names of UTC, and of the offset that Berlin has on that day.
    understood = dict.fromkeys(("Z", "UT", "UTC", "GMT"), utc) | dict.fromkeys(("CET", "WAT", "BST", "IST"), local)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    words = ["".join(word) for size in (1, 2, 3) for word in itertools.product(letters, repeat=size)]
    texts = [f"2026-02-10 19:30:15{blank}{word}" for blank in ("", " ") for word in words]
    found = dict(zip(texts, parsed((text, "Europe/Berlin") for text in texts), strict=True))
    wanted = {text: understood.get(text.removeprefix("2026-02-10 19:30:15").strip()) for text in texts}
    assert {text: at for text, at in found.items() if at != wanted[text]} == {}


def test_no_suffix_of_a_time_is_ignored() -> None:
    """Whatever stands behind, before or inside a time, the text is not a time or means something of its own."""
    generator = random.Random(20261128)
    marks = " .,:;+-/()[]TZzUCGMAPE0123456789abXé\u00a0"
    known = {datetime(2026, 2, 10, 18, 30, 15)}  # the bare time, in Berlin
    texts: list[str] = []
    for bare in ("2026-02-10 19:30:15", "2026-02-10T19:30:15", "2026/02/10 7:30:15 PM"):
        for _ in range(1_500):
            added = "".join(generator.choice(marks) for _ in range(generator.randint(1, 6)))
            at = generator.choice((len(bare), len(bare), 0, generator.randrange(len(bare))))
            texts.append(bare[:at] + added + bare[at:])
    for text, got in zip(texts, parsed((text, "Europe/Berlin") for text in texts), strict=True):
        if got in known:
            # The same instant only where what was added says the same: blanks, zeros of a fraction, +1 hour, AM or PM.
            rest = text.replace("\u00a0", " ").replace("2026", "").strip()
            assert not any(mark in rest for mark in ";()éXb_"), text


@pytest.mark.parametrize(
    ("pattern", "text", "want"),
    [
        ("%Y-%m-%d %H:%M:%S %Z", "2026-03-31 22:30:00 UTC", datetime(2026, 3, 31, 22, 30)),
        ("%Y-%m-%d %H:%M:%S %Z", "2026-03-31 22:30:00 CEST", datetime(2026, 3, 31, 20, 30)),
        ("%Y-%m-%d %H:%M:%S %Z", "2026-03-31 22:30:00 Asia/Tokyo", datetime(2026, 3, 31, 13, 30)),
        ("%Y-%m-%d %H:%M:%S %Z", "2026-03-31 22:30:00 BST", None),
        ("%Y-%m-%d %H:%M:%S %Z", "2026-03-31 22:30:00", None),
        ("%d.%m.%Y %H:%M%Z", "31.03.2026 22:30Z", datetime(2026, 3, 31, 22, 30)),
        ("%d.%m.%Y %H:%M %z", "31.03.2026 22:30 +0100", datetime(2026, 3, 31, 21, 30)),
        ("%d.%m.%Y %H:%M %z", "31.03.2026 22:30 +19:00", None),
        ("%d.%m.%Y %H:%M %z", "31.03.2026 22:30 +01:75", None),
        ("%a %b %d %H:%M:%S %z %Y", "Tue Mar 31 22:30:00 +0000 2026", datetime(2026, 3, 31, 22, 30)),
        ("%d.%m.%Y %H:%M", " 31.03.2026 22:30 ", datetime(2026, 3, 31, 20, 30)),
        ("%d.%m.%Y %H:%M", "25.10.2026 02:30", datetime(2026, 10, 25, 1, 30)),
        ("%d.%m.%Y %H:%M", "31.03.2026 22:30 UTC", None),
        ("%d.%m.%Y %H:%M", "31.03.27 22:30", None),
        ("%d.%m.%Y %H:%M", "epoch", None),
        ("%d.%m.%Y %H:%M", "infinity", None),
        ("%d.%m.%Y", "31.02.2026", None),
        ("%d.%m.%Y", "2026-03-31", None),
    ],
)
def test_a_format_reads_its_times_and_no_others(pattern: str, text: str, want: datetime | None) -> None:
    assert read(text, pattern=pattern) == want


def test_formats_can_be_mixed_and_unusable_ones_read_no_times() -> None:
    formats = ("%Y-%m-%d %H:%M:%S %Z", "%d.%m.%Y", "%d.%m.%Y %H:%M %z", "%Y-%m-%d %H:%M:%S.%n")
    sql = render_text("{{ parse_timestamp('text', 'format', 'zone') }}", formats=formats)
    rows = [
        ("2026-03-31 22:30:00 UTC", formats[0]),
        ("31.03.2026", formats[1]),
        ("31.03.2026 22:30 +0100", formats[2]),
        ("2026-03-31 22:30:00.5", formats[3]),
        ("2026-03-31T22:30:00Z", None),
        ("2026-03-31T22:30:00Z", "%k"),
    ]
    with duckdb.connect() as database:
        database.execute("create table times (text varchar, format varchar, zone varchar default 'Europe/Berlin')")
        database.executemany("insert into times (text, format) values (?, ?)", rows)
        found = database.execute(f"select {sql}, typeof({sql}) from times").fetchall()
    moment = datetime(2026, 3, 31, 22, 30)
    assert found == [
        (moment, "TIMESTAMP"),
        (datetime(2026, 3, 30, 22), "TIMESTAMP"),
        (moment - timedelta(hours=1), "TIMESTAMP"),
        (moment - timedelta(hours=2) + timedelta(seconds=0.5), "TIMESTAMP"),
        (moment, "TIMESTAMP"),
        (None, "TIMESTAMP"),
    ]


def test_times_before_the_earliest_date_are_missing() -> None:
    forms = ("{}", "{} 10:00", "{}T10:00:00Z", "{}T10:00:00 +0100", "{} 10:00 AM", "{} 10:00 Asia/Tokyo")
    days = ("0001-01-01", "0027-06-27", "1899-12-30", "1969-12-31", "1970-01-01", "1989-12-31")
    early = [*(form.format(day) for form in forms for day in days), "0000000000", "0599616000000"]
    compare([(text, "Europe/Berlin", None) for text in early], earliest="1990-01-01")
    late = parsed(((form.format("1990-01-02"), "Europe/Berlin") for form in forms), earliest="1990-01-01")
    assert None not in late
    for pattern, text in (
        ("%d.%m.%Y", "31.12.1989"),
        ("%Y-%m-%d %z", "1989-12-31 +0000"),
        ("%Y-%m-%d %H:%M %Z", "1989-12-31 10:00 UTC"),
    ):
        assert read(text, pattern=pattern, earliest="1990-01-01") is None
        assert read(text, pattern=pattern, earliest="1980-01-01") is not None


def test_dates_in_mappings_have_one_format() -> None:
    sql = render_text("{{ parse_day('text') }}")
    texts = [
        "2026-01-31",
        " 2026-01-31 ",
        "2026-02-30",
        "2026-1-31",
        "2026-01-31 10:00 PST",
        "infinity",
        "26-01-31",
        "epoch",
    ]
    with duckdb.connect() as database:
        database.execute("create table days as select unnest($texts::varchar[]) as text", {"texts": texts})
        found = [row[0] for row in database.execute(f"select cast({sql} as varchar) from days").fetchall()]
    assert found == ["2026-01-31", "2026-01-31", *[None] * 6]
