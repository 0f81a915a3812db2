"""How a message describes the contents of a file: by position and kind; by name only if it cannot be personal data.

The contents of a file may be personal data: a cell, a key of JSON, and, where the header is missing, the header itself.
Messages are kept (audit records, logs, releases) and sent, so that they quote nothing of it but

- names that the user wrote in cx.yml or a mapping, and the canonical ones;
- names made of the words that columns are called by (`HEADER_WORDS`), none of which is a person's;
- in a row that is a header, since some name in it is known: names that are nearly the known ones.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

LONGEST_NAME: Final = 60
MOST_NAMES: Final = 40
_MOST_POSITIONS: Final = 10
_NEARLY: Final = 0.8

# What columns, keys, events and questions are called by. Words that people are called by as often are left out (will,
# mark, may, grace); a word more only makes messages friendlier.
HEADER_WORDS: Final = frozenset(
    """
    a about account accounts action active activity address adress age agent all amount and annual answer answered
    answers area article ask asked at attribute author average balance band basket begin begun birth birthday body
    booking bool brand browser budget by call called campaign cancel canceled cancelled cart case categories category
    cell center change changed channel check checkout choice city class click clicked clicks client close closed code
    comment comments company completed condition consent construct contact contacts content contract conversion
    conversions cost costs count country created credit currency current customer customers data date day days deal
    delivered delivery department description desk detail details device direction discount district document dollar
    dollars done download downloaded downloads duration ease easy effort email emails end ended entity error euro euros
    event events experience external extra fee feedback field file filled first flag form format from full gender given
    goal grade gross group help home hour hours how id identifier ids image import in income index industry info input
    interaction invoice is issue item items joined key keyword kind kpi label language last latitude lead leads length
    level like likely link list load loaded local location logged login long longitude loss loyalty mail measured
    medium member membership mention message messages method metric metrics minute minutes mobile month monthly name
    names net network new newsletter next no none not note notes nps number of offer old on open opened option order
    ordered orders origin other our overall owner page pages paid parent part partner path pay payment per percent
    period person phone pillar place plan platform point points postal postcode posted price priority product products
    profile progress properties purchase purchased quality quantity quarter query question questions rate rating reach
    read reason received recommend recommendation recorded ref reference referrer refund refunded region registered
    remark reminder reply request requester resolution resolved respondent response responses result results return
    returned revenue review role row sales sample satisfaction satisfied scale score screen search second seconds
    segment sent service session set sets shipped shipping shop sign signed signup site size sku social solved sort
    source speed stage start started state status step stock store street subject submitted subscribed subscription sum
    summary support survey system table tag tags target task tax team tel telephone term test text the ticket tickets
    tier time times timestamp title to topic total touchpoint track traits transaction type unit units unknown up
    update updated url used user username users utm value values variant vat version view viewed views visit visited
    visitor visits was wave website week weekly weight what when where which who why width with year yearly you your
    zip zone
    """.split()  # noqa: SIM905 (a list of hundreds of quoted words does not read better)
)

_EMAIL: Final = r"[^\s@,;<>()\"']+@[^\s@,;<>()\"']+"
_PHONE: Final = r"(?<![\w.])(?:\+|00?)?\d[\d ()/.\u00a0-]{5,22}\d(?![\w])"
_IS_EMAIL: Final = re.compile(r"\S+@\S+")
_HOLDS_EMAIL: Final = re.compile(_EMAIL)
_IS_PHONE: Final = re.compile(r"(?:\+|00?)[1-9][\d ()/.\u00a0-]{4,22}\d")
_HOLDS_PHONE: Final = re.compile(_PHONE)
_IS_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+|www\.\S+")
_IS_DAY: Final = re.compile(r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})([ T,].*)?")
_IS_NUMBER: Final = re.compile(r"[+-]?[€$£¥ ]*\d[\d.,' ]*[€$£¥% ]*")
# What Segment's own words for a page or a screen put around its name.
_IS_VIEW: Final = re.compile(r"Viewed (.+) (?:Page|Screen)")
_QUOTED: Final = re.compile(r"(['\"`]).*\1")
_WORDS: Final = re.compile(r"[^\W\d_]+")
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WRITTEN_KINDS: Final = ("text", "a name", "a number", "a day or a time", "a web address", "nothing")
# More words of capitals than this are a title, not a name.
_MOST_WORDS_OF_A_NAME: Final = 4


def kind_of(text: str) -> str:
    """What a text looks like, in a few words that hold nothing of it."""
    stripped = text.strip()
    if not stripped:
        return "nothing"
    for pattern, kind in (
        (_IS_EMAIL, "an e-mail address"),
        (_IS_URL, "a web address"),
        (_IS_DAY, "a day or a time"),
        (_IS_PHONE, "a telephone number"),
        (_IS_NUMBER, "a number"),
    ):
        if pattern.fullmatch(stripped):
            return kind
    if _HOLDS_EMAIL.search(stripped):
        return "a text with an e-mail address"
    if _HOLDS_PHONE.search(stripped):
        return "a text with a long number"
    return "a name" if _may_be_a_person(stripped) else "text"


def looks_like_a_record(header: Sequence[str], known: Collection[str]) -> int | None:
    """The position (from 1) of the cell of a header row that no column is called by; None where there is none.

    An e-mail address or a telephone number is recognised at any position; a day or a time in a row of which no name is
    known.
    """
    personal = {"an e-mail address", "a telephone number"}
    if not is_header(header, known):
        personal.add("a day or a time")
    for position, name in enumerate(header, start=1):
        if name not in known and kind_of(name) in personal:
            return position
    return None


def is_header(names: Collection[str], known: Collection[str]) -> bool:
    """Whether a row has a known column name, so that its other cells are names, too, and not a person's record."""
    return any(name in known for name in names)


@dataclass(frozen=True)
class Names:
    """Names that occur in a file, and how messages describe them.

    Attributes:
        names: as in the file, in its order.
        known: names that the user wrote, and the canonical ones.
        word: what is named: a column, a key.
        have_positions: the order means something to a reader of the file; not for keys of JSON.
    """

    names: Sequence[str]
    known: Collection[str] = ()
    word: str = "column"
    have_positions: bool = True
    _places: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._places.update({name: position for position, name in enumerate(self.names, start=1)})

    def may_be_named(self, name: str) -> bool:
        """Whether a message may quote a name: see the module."""
        if name in self.known:
            return True
        if not any(character.isalpha() for character in name):
            # Columns without a name of their own are called by their position.
            return name == str(self._places.get(name))
        if is_made_of_header_words(name):
            return True
        is_near = self.have_positions and is_header(self.names, self.known) and _is_near(name, self.known)
        return is_near and kind_of(name) in ("text", "a name")

    def key(self, name: str) -> str | None:
        """The name, else its position, as the key of a problem; None where neither can be said."""
        if self.may_be_named(name):
            return shortened(name)
        return f"{self.word} {self._places[name]}" if self.have_positions and name in self._places else None

    def of(self, name: str) -> str:
        """`column 'amount'`, `column 3 (it looks like an e-mail address)`, or `a key (it looks like text)`."""
        if self.may_be_named(name):
            return f"{self.word} '{shortened(name)}'"
        looks = f"(it looks like {kind_of(name)})"
        key = self.key(name)
        return f"{key} {looks}" if key else f"a {self.word} {looks}"

    def listed(self) -> str:
        """All names, those that are not quoted by position; short enough for a message."""
        named = [name for name in self.names if self.may_be_named(name)]
        others = [self._places[name] for name in self.names if not self.may_be_named(name)]
        parts = [", ".join(shortened(name) for name in named[:MOST_NAMES])] if named else []
        if len(named) > MOST_NAMES:
            parts[0] += f" and {len(named) - MOST_NAMES} more"
        if others:
            noun = self.word if len(others) == 1 else f"{self.word}s"
            at = ", ".join(str(position) for position in others[:_MOST_POSITIONS])
            more = ", ..." if len(others) > _MOST_POSITIONS else ""
            what = "what it is called" if len(others) == 1 else "what they are called"
            parts.append(f"{noun} {at}{more} ({what} is not quoted)")
        return "; ".join(parts)

    def near(self, wanted: str) -> str | None:
        """How a message speaks of the name that is nearest to a wanted one: quoted, or by position; None if none is."""
        found = difflib.get_close_matches(wanted, self.names, n=1, cutoff=0.5)
        if not found:
            return None
        return f"'{found[0]}'" if self.may_be_named(found[0]) else self.key(found[0])


def is_made_of_header_words(name: str) -> bool:
    """Whether a name holds nothing but words that columns are called by, single letters and a few digits."""
    if len(name) > 2 * LONGEST_NAME or kind_of(name) not in ("text", "a name"):
        return False
    if sum(character.isdigit() for character in name) > 4:
        return False
    words = [word.lower() for word in _words(name)]
    return all(len(word) == 1 or word in HEADER_WORDS or word in ("qid", "utm") for word in words)


def quoted(text: str) -> str:
    """What a user wrote, in quotes; where it looks like a person's address or number after all, what it looks like.

    A cell of a mapping may be one column too far, and the vetoes among the mappings hold people.
    """
    kind = kind_of(text)
    return f"'{shortened(text)}'" if kind in _WRITTEN_KINDS else f"What stands there ({kind})"


def nearly(word: str, known: Collection[str], *, cutoff: float = _NEARLY) -> str | None:
    """What data hold that is nearly a word which the user wrote, where a message may quote it; None else.

    Of what may be a person's name only what is very near.
    """
    lower = {name.lower(): name for name in sorted(known, reverse=True)}
    for near in difflib.get_close_matches(word.lower(), lower, n=3, cutoff=cutoff):
        kind = kind_of(lower[near])
        is_very_near = difflib.SequenceMatcher(None, word.lower(), near).ratio() >= _NEARLY
        if kind == "text" or (kind == "a name" and is_very_near):
            return lower[near]
    return None


def spoken(text: str, *, about: str = "value") -> str:
    """A text of data as a message may show it: itself if it cannot be personal data, else its kind.

    For words that data use for other things than people (events, channels, questions), but that may hold personal data
    where columns are shifted. Texts of several parts (`source / medium`) are judged part by part, calls of pages and
    screens (`Viewed Home Page`) by what was viewed.
    """
    viewed = _IS_VIEW.fullmatch(text)
    kinds = [kind_of(part) for part in re.split(r" / | \(", viewed[1] if viewed else text)]
    personal = next((kind for kind in kinds if kind not in ("text", "a number", "nothing", "a day or a time")), None)
    if personal is None:
        return text
    if personal == "a web address" and not _HOLDS_EMAIL.search(text) and not _HOLDS_PHONE.search(text):
        return text
    article = "an" if about[:1] in "aeiou" else "a"
    return f"({article} {about} that looks like {personal})"


def without_values(text: str) -> str:
    """A message of an engine without what it quotes, and without addresses and long numbers.

    Messages of a database quote cells, and cells hold personal data. From the first quote to the last one of its kind:
    a value may hold quotes itself.
    """
    text = _QUOTED.sub("'…'", text)
    return _HOLDS_PHONE.sub("…", _HOLDS_EMAIL.sub("…", text))


def cause_of(error: OSError) -> str:
    """Why the system refused something, without the path, which may lead elsewhere."""
    return error.strerror or type(error).__name__


def shortened(name: str) -> str:
    """A name that fits into a message."""
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}..."


def names_of(mapping: Mapping[str, str]) -> set[str]:
    """Both sides of `columns` of a source: canonical names, and what the user says they are called."""
    return {*mapping, *(name.strip() for name in mapping.values())}


def _words(text: str) -> list[str]:
    return _WORDS.findall(_CAMEL.sub(" ", text))


def _is_near(name: str, known: Collection[str]) -> bool:
    return bool(difflib.get_close_matches(name, list(known), n=1, cutoff=_NEARLY))


def _may_be_a_person(text: str) -> bool:
    """One to four words with capitals, none of which columns are called by: `Ada Byron`, and not `Order Date`."""
    words = text.replace(",", " ").split()
    if not 1 <= len(words) <= _MOST_WORDS_OF_A_NAME:
        return False
    if not all(word[0].isupper() and re.fullmatch(r"[^\W\d_]+(?:['’.-][^\W\d_]*)*", word) for word in words):
        return False
    return not any(part.lower() in HEADER_WORDS for word in words for part in _words(word))
