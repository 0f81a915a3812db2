"""Scrubbing removes everything that names a person and keeps what customers complain about."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from re import _constants, _parser  # type: ignore[attr-defined]  # the only view of a pattern's parts
from typing import Any

import pytest

from dbt_project.methods.text import scrubbing
from dbt_project.methods.text.scrubbing import LONGEST_TEXT, REMOVED, KnownNames, folded, known_names, scrub

FIRST = (
    "Anna", "Jörg", "Zoë", "Łukasz", "Marie-Claire", "Sean", "Ayşe", "Dmitri", "Ingrid", "Will", "Björn", "Chiara",
    "Mohammed", "Fränzi", "Søren", "Nguyen", "Olga", "Pedro", "Eszter", "Tom",
)  # fmt: skip
LAST = (
    "Schmidt", "Müller", "van der Berg", "O'Neil", "Größer", "Kowalczyk", "Sánchez", "Smith-Jones", "Özdemir", "Koch",
    "Lindqvist", "Bauer", "Petrov", "Rossi", "Haug", "MacDonald", "Weiß", "Dubois", "Nagy", "Hopkins",
)  # fmt: skip
# What is complained about, and where the personal part stands. `{}` is the place.
SAID = (
    "I had to explain everything twice to your agent {} yesterday.",
    "{}: the parcel came two weeks late and nobody called.",
    "Waited 3 days for a reply. {}",
    "Please answer at last, {}, the kettle leaks after 2 years",
    "Die Lieferung kam zu spät, {} und niemand half mir.",
    "Immer wieder dieselben Angaben! {}",
    "Ich warte seit 14 Tagen ({}) auf eine Antwort.",
    "Too expensive, 49.99 EUR for this?! {} is not amused",
)


def left_of(secrets: list[str], cleaned: str) -> list[str]:
    """Secrets that can still be read: words as words, numbers and addresses whatever stands between their parts."""
    words = {folded(word) for word in re.findall(r"[^\W\d_]+", cleaned)}
    compact = re.sub(r"\W", "", cleaned).casefold()
    return [
        secret
        for secret in secrets
        if (folded(secret) in words if secret.isalpha() else re.sub(r"\W", "", secret).casefold() in compact)
    ]


def simulated(luck: random.Random) -> tuple[str, str, list[str], tuple[str, ...]]:
    """A comment, its harmless part, what must not survive of it, and what the company knows of its author."""
    first, last = luck.choice(FIRST), luck.choice(LAST)
    place = luck.choice(("web.de", "mail.example.co.uk"))
    mail = f"{folded(first)}.{folded(last).replace(' ', '')}{luck.randint(1, 99)}@{place}"
    phone = luck.choice(("+49 {} {}", "0{}/{}", "(0{}) {}", "0049-{}-{}")).format(
        luck.randint(30, 999), luck.randint(100000, 9999999)
    )
    order = luck.choice(("N-{}", "#{}", "ORD{}", "Bestellung {}", "order no. {}", "A-{}-X")).format(
        luck.randint(100000, 999999)
    )
    name = luck.choice(
        (f"{first} {last}", f"{first.upper()} {last.upper()}", f"{last}, {first}", f"{first} {last}".lower(), first)
    )
    written = {
        "name": name,
        "mail": luck.choice((mail, mail.upper(), mail.replace("@", " (at) ").replace(".", " (dot) "))),
        "phone": phone,
        "order": order,
    }
    kinds = luck.sample(sorted(written), luck.randint(1, 4))
    personal = luck.choice((", ", " - ", "; ")).join(written[kind] for kind in kinds)
    said = luck.choice(SAID)
    secrets = []
    if "name" in kinds:
        secrets += re.findall(r"[^\W\d_]{3,}", name)
    if "mail" in kinds:
        secrets += [mail, mail.split("@")[0], mail.split("@")[1]]
    if "phone" in kinds:
        secrets.append(re.sub(r"\D", "", phone)[-6:])
    if "order" in kinds:
        secrets.append(re.sub(r"\D", "", order))
    return said.format(personal), said, secrets, (f"{first} {last}", mail, phone)


@pytest.fixture(scope="module")
def customers() -> KnownNames:
    return known_names((f"{first} {last}" for first in FIRST for last in LAST), commons=("will", "der", "van"))


def test_personal_data_is_removed_from_500_comments(customers: KnownNames) -> None:
    luck = random.Random(20261122)
    survived, kept, harmless = [], 0, 0
    for _ in range(500):
        text, said, secrets, own = simulated(luck)
        cleaned = scrub(text, customers, own=own)
        survived += [(secret, cleaned) for secret in left_of(secrets, cleaned)]
        words = re.findall(r"[^\W_]+", said)
        kept += sum(word in cleaned for word in words)
        harmless += len(words)
    assert survived == []
    # It does not scrub by emptying comments: what they say is still there.
    assert kept / harmless > 0.98


def test_personal_data_is_removed_from_anonymous_comments(customers: KnownNames) -> None:
    luck = random.Random(7)
    for _ in range(500):
        text, _, secrets, _ = simulated(luck)
        left = left_of(secrets, scrub(text, customers))
        # A single name in small letters, or one that is a word, too, is a word unless it is the author's own.
        assert not [secret for secret in left if secret.casefold() not in ("will", "van", "der")], (text, left)


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("My name is Xaver Unbekannt and I wait.", ("Xaver", "Unbekannt")),
        ("Mrs. Underhill was rude", ("Underhill",)),
        ("Herr Dr. Immergrün half nicht", ("Immergrün",)),
        ("Es war gut.\nViele Grüße\nXaver Unbekannt", ("Xaver", "Unbekannt")),
        ("ich heiße xaver", ("xaver",)),
        ("see https://example.org/me?id=7 or @xaver_u", ("example", "xaver")),
        ("DE89 3704 0044 0532 0130 00 ist mein Konto", ("3704", "0532")),
        ("I live at 221b Baker Street", ("221b", "Baker")),
        ("Bitte an Lindenstraße 12 liefern", ("Lindenstraße 12",)),
        ("ticket 4711 is open", ("4711",)),
    ],
)
def test_unknown_names_are_found_by_context(text: str, gone: tuple[str, ...]) -> None:
    cleaned = scrub(text, known_names(()))
    assert REMOVED in cleaned
    assert not [part for part in gone if part in cleaned]


@pytest.mark.parametrize(
    "text",
    [
        "Waited 14 days in 2026, 3 of 10 times it failed; 49.99 EUR is too much.",
        "will der Preis noch steigen? lang gewartet.",
        "24-hour service would be great",
        "Die Anleitung hilft nicht, Schritt 2 fehlt.",
    ],
)
def test_text_without_personal_data_is_unchanged(text: str, customers: KnownNames) -> None:
    assert scrub(text, customers) == text


def test_spellings_of_a_name_are_equal() -> None:
    assert folded("Müller") == folded("MUELLER") == folded("mu\u0308ller") == "mueller"
    assert folded("Zoë") == "zoe"


# Shapes at which a pattern that goes back and forth spends minutes: one that begins a match, again and again, and what
# follows it in vain.
UNITS = (
    "a.", "a", "1", "a-", "1-", "a1-", " ", ". ", "((", "+(", "a dot ", "a at ", "a (dot) ", "a@", "@", "@a", "a@a.",
    "dr ", "mr ", "Mr A ", "my name is ", "A ", "regards ", "regards A ", "order ", "order #", "#", "ab12 ", "ab12cd ",
    "1 a ", "1 1 ", "-", ".", "weg ", "weg.", "weg 1", "[removed] ", "[removed]", "[", "www.", "https://", "’", "ü.",
    "aü1-",
)  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize("unit", UNITS)
def test_the_longest_text_is_processed_in_time(unit: str, customers: KnownNames) -> None:
    """Where the work grew with the cube of the text, one of these would take hours."""
    for after in ("", "!", "x", "  ", "@", "1a"):
        scrub((unit * LONGEST_TEXT)[: LONGEST_TEXT - len(after)] + after, customers, own=("Ann Lee", "a@example.org"))


def repetitions(pattern: Any) -> Iterator[tuple[Any, int]]:
    """Every repetition of a parsed pattern: how it gives back, and how often it may repeat."""
    for code, given in pattern:
        if code in (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT):
            yield code, int(given[1])
        for part in given if isinstance(given, (tuple, list)) else ():
            if isinstance(part, _parser.SubPattern):
                yield from repetitions(part)
            elif isinstance(part, list):
                for branch in part:
                    yield from repetitions(branch) if isinstance(branch, _parser.SubPattern) else ()


def test_no_pattern_backtracks_without_bound() -> None:
    patterns = [*scrubbing._RULES, *scrubbing._AFTER_WORDS, scrubbing._CODE, scrubbing._STREET]
    found = [(one.pattern, *each) for one in patterns for each in repetitions(_parser.parse(one.pattern))]
    assert len(found) > 50
    # What gives back what it took does so a few times at most; four digits and more are taken one by one.
    assert [
        one
        for one in found
        if one[1] is not _constants.POSSESSIVE_REPEAT and one[2] > 60 and r"\d(?:[\s()./" not in one[0]
    ] == []


def test_a_too_long_text_is_cut_and_scrubbed(customers: KnownNames) -> None:
    cleaned = scrub("ann@example.org " + "word " * 10_000, customers)
    assert len(cleaned) <= LONGEST_TEXT
    assert cleaned.startswith(REMOVED)
