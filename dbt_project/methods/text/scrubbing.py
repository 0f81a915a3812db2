"""What people write in; the same without what could name a person out.

Three nets, each wide on purpose: what looks like an address, a number or a handle; what stands where people put names;
and the names, addresses and phone numbers of the customers that the company knows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

REMOVED: Final = "[removed]"
# A name of fewer letters (Li, Bo) is a word too often; it goes only beside another name.
SHORTEST_NAME: Final = 3

# The patterns below read a text in time that grows with its length, whatever it holds: every repetition is possessive
# (`++`, it gives nothing back) or bounded, and a run of characters is tried from its beginning only (`(?<!...)`).
LONGEST_TEXT: Final = 20_000
_BLANKS: Final = r"\s{1,5}"
_AT: Final = rf"(?:@|\s{{0,3}}[\[({{]\s{{0,3}}(?:at|ät)\s{{0,3}}[\])}}]\s{{0,3}}|{_BLANKS}(?:at|ät){_BLANKS})"
_SPELLED_DOT: Final = (
    rf"(?:\s{{0,3}}[\[({{]\s{{0,3}}(?:dot|punkt)\s{{0,3}}[\])}}]\s{{0,3}}|{_BLANKS}(?:dot|punkt){_BLANKS})"
)
_IN_ADDRESS: Final = r"[\w.+%'’-]"
_NUMBERED: Final = (
    "order|bestellung|bestellnummer|auftrag|auftragsnummer|invoice|rechnung|rechnungsnummer|ticket|case|customer|kunde|"
    "kundennummer|account|konto|vertrag|vertragsnummer|contract|tracking|sendung|sendungsnummer"
)
_RULES: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # e-mail addresses, also written out
        rf"(?<!{_IN_ADDRESS}){_IN_ADDRESS}++(?:{_SPELLED_DOT}{_IN_ADDRESS}++){{0,6}}{_AT}"
        rf"[\w-]++(?:(?:\.|{_SPELLED_DOT})[\w-]++){{1,8}}",
        r"(?:https?://|www\.)\S++",
        r"(?<!\w)@\w[\w.-]*+",  # handles
        r"\b[a-z]{2}\d{2}(?:[ ]?[a-z0-9]{4}){2,7}(?:[ ]?[a-z0-9]{1,4})?\b",  # bank accounts (IBAN)
        r"(?<!\w)[a-z]{1,8}[._/#:-]{0,2}\d{3,}+[a-z0-9]*+(?:[-_/][a-z0-9]++)*+",  # order and customer numbers
        r"(?<!\w)[+(]{0,3}\d(?:[\s()./\-–]{0,3}\d){4,}(?!\w)",  # five digits and more: phones, cards, postcodes
        rf"\b(?:{_NUMBERED})\b[\s.:#-]{{0,5}}(?:no|nr|number|nummer|id)?[\s.:#-]{{0,5}}[a-z]{{0,4}}-?\d[\w-]*+",
        r"#\s?\d{2,}+[\w-]*+",
        r"\b\d{1,6}\s?[a-z]?\s{1,3}[\w.-]{1,40}\s{1,3}(?:street|st|road|rd|avenue|ave|lane|drive)\b",  # addresses
    )
)
_CODE: Final = re.compile(r"(?<![a-z0-9-])[a-z0-9-]++", re.IGNORECASE)
_STREET: Final = re.compile(
    r"(?:straße|strasse|str\.|weg|platz|gasse|allee)\s{1,3}\d{1,5}(?:\s?[a-z])?\b", re.IGNORECASE
)
_NAME: Final = r"[^\W\d_][\w’'-]++"
_CAPITALISED: Final = r"[A-ZÄÖÜÀ-ÞŠŽČŁŚ][\w’'-]*+"
_AFTER_WORDS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        # After a title or an introduction the next words are a name, in whatever case they are written.
        rf"(?i:\b(?:mr|mrs|ms|miss|dr|prof|herrn?|frau|fr|hr)\b\.?){_BLANKS}"
        rf"(?:(?i:dr|prof)\.?{_BLANKS}){{0,4}}({_CAPITALISED}(?:{_BLANKS}{_CAPITALISED})?)",
        rf"(?i:\b(?:my name is|i am called|mein name ist|ich heiße|ich heisse)\b){_BLANKS}"
        rf"({_NAME}(?:{_BLANKS}{_CAPITALISED}){{0,5}})",
        # At the end of a letter.
        rf"(?i:\b(?:regards|sincerely|yours|cheers|grüße|gruß|grüsse|gruss|mfg|lg|vg)\b)[,.!]?{_BLANKS}"
        rf"({_CAPITALISED}(?:{_BLANKS}{_CAPITALISED}){{0,2}})\Z",
    )
)
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_FOLDS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe"})


@dataclass(frozen=True)
class KnownNames:
    """Names of known customers, folded.

    Attributes:
        words: every word of every name.
        commons: words of names that are also common words of the language (Will, Lang). Like names in small letters,
            they go only beside another name.
    """

    words: frozenset[str]
    commons: frozenset[str] = frozenset()


def known_names(names: Iterable[str], *, commons: Collection[str] = ()) -> KnownNames:
    """Words of names as a set that `scrub` takes.

    Args:
        names: as the company's contacts write them, first and last together or apart.
        commons: words of the language that are not names by themselves, such as stop words.
    """
    found: set[str] = set()
    for name in names:
        found.update(folded(word) for word in _WORD.findall(name))
        found.update(folded(part) for word in _WORD.findall(name) for part in re.split(r"['’-]", word) if part)
    kept = frozenset(word for word in found if len(word) >= 2)
    return KnownNames(words=kept, commons=kept & {folded(word) for word in commons})


@lru_cache(maxsize=200_000)
def folded(word: str) -> str:
    """A word without case and marks: Müller, MUELLER and Muller with its dots apart are one, Zoë is zoe."""
    lower = unicodedata.normalize("NFC", word).casefold().translate(_FOLDS)
    return "".join(c for c in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(c))


def scrub(text: str, names: KnownNames, *, own: Collection[str] = ()) -> str:
    """The text with everything that could name a person replaced by `[removed]`; at most its first 20,000 characters.

    Args:
        names: of all known customers.
        own: names, addresses and phone numbers of the one who wrote: they go in any case and spelling.
    """
    cleaned = unicodedata.normalize("NFKC", text[:LONGEST_TEXT])[:LONGEST_TEXT].strip()
    for value in sorted({value.strip() for value in own if value and len(value.strip()) > 1}, key=len, reverse=True):
        cleaned = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", REMOVED, cleaned, flags=re.IGNORECASE)
    for rule in _RULES:
        cleaned = rule.sub(REMOVED, cleaned)
    cleaned = _CODE.sub(lambda found: REMOVED if _is_code(found.group(0)) else found.group(0), cleaned)
    cleaned = _without_streets(cleaned)
    for rule in _AFTER_WORDS:
        cleaned = rule.sub(lambda found: found.group(0).replace(found.group(1), REMOVED), cleaned)
    cleaned = _without_names(cleaned, names, own_words={folded(w) for value in own for w in _WORD.findall(value)})
    return re.sub(rf"(?:{re.escape(REMOVED)}[\s,;.–-]*)+(?={re.escape(REMOVED)})", "", cleaned).strip()


def _is_code(run: str) -> bool:
    """Whether a run of letters, digits and dashes is a number of something: three digits and a letter at least."""
    return len(run) > 4 and sum(c.isdigit() for c in run) > 2 and any(c.isalpha() for c in run)


def _without_streets(text: str) -> str:
    """Without `Lindenstraße 12`: what ends a street's name is found first, and then the beginning of the word."""
    kept, done = [], 0
    for found in _STREET.finditer(text):
        start = found.start()
        while start > done and (text[start - 1].isalnum() or text[start - 1] in "_.-"):
            start -= 1
        kept += [text[done:start], REMOVED]
        done = found.end()
    return "".join([*kept, text[done:]])


def _without_names(text: str, names: KnownNames, *, own_words: set[str]) -> str:
    if not names.words and not own_words:
        return text
    found = [(match.start(), match.end(), match.group(0)) for match in _WORD.finditer(text)]
    folds = [{folded(word), *(folded(part) for part in re.split(r"['’-]", word))} for _, _, word in found]
    is_name = [bool(fold & names.words) for fold in folds]
    is_common = [
        len(word) < SHORTEST_NAME or bool(fold & names.commons) for (_, _, word), fold in zip(found, folds, strict=True)
    ]
    cuts = []
    for at, (start, end, word) in enumerate(found):
        if text[start - 1 : start] == "[" and word == "removed":
            continue
        if folds[at] & own_words:
            cuts.append((start, end))
        elif is_name[at]:
            neighbours = [other for other in (at - 1, at + 1) if 0 <= other < len(found)]
            is_beside = any(is_name[other] and not (is_common[at] and is_common[other]) for other in neighbours)
            if is_beside or not (is_common[at] or word[0].islower()):
                cuts.append((start, end))
    kept, done = [], 0
    for start, end in cuts:
        kept += [text[done:start], REMOVED]
        done = end
    return "".join([*kept, text[done:]])
