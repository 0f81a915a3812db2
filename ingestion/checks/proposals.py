"""What was seen of a source in, rows of the mappings that a person may accept out, most frequent first.

Each says why it is proposed. What a word does not decide is proposed as its most careful meaning: an event as `other`,
a question as `ignore`. Columns that may hold a person are not proposed as attributes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ingestion.checks.samples import Sample
from workspace import Workspace
from workspace.configuration.mappings import MAPPING_FILES
from workspace.wording import kind_of


@dataclass(frozen=True)
class Proposal:
    """A row of a mapping file.

    Attributes:
        file: the file's name, such as `channels`.
        row: its columns.
        seen: how often what it is about was seen.
        why: what speaks for it.
    """

    file: str
    row: Mapping[str, str]
    seen: int
    why: str


# event -> role, occurrence, touchpoint, stage, corner: events that entities imply, and those of well-known vendors.
_EVENTS: Final[Mapping[str, Sequence[tuple[str, str, str, str, str]]]] = {
    "order": (
        ("purchase", "first", "First purchase", "purchase", "commerce"),
        ("purchase", "repeat", "Repeat purchase", "loyalty", "commerce"),
    ),
    "refund": (("refund", "any", "Refund", "use", "service"),),
    "cancel": (("cancel", "any", "Cancelled order", "use", "service"),),
    "contact_created": (("system", "any", "Customer record opened", "discovery", "marketing"),),
    "contract_started": (("purchase", "any", "Contract started", "purchase", "commerce"),),
    "contract_ended": (("cancel", "any", "Contract ended", "use", "service"),),
    "lead_created": (("other", "any", "Lead", "discovery", "marketing"),),
    "deal_won": (("other", "any", "Deal won", "purchase", "commerce"),),
    "deal_lost": (("other", "any", "Deal lost", "discovery", "commerce"),),
    "survey_answered": (("other", "any", "Survey answered", "use", "service"),),
    "ticket_opened": (("contact", "any", "Ticket opened", "use", "service"),),
    "ticket_solved": (("other", "any", "Ticket solved", "use", "service"),),
    "mention": (("review", "any", "Public mention", "advocacy", "marketing"),),
    "review": (("review", "any", "Review", "advocacy", "marketing"),),
    "page_viewed": (("view", "any", "Page view", "awareness", "marketing"),),
    "page_view": (("view", "any", "Page view", "awareness", "marketing"),),
    "screen_view": (("usage", "any", "Screen view", "use", "product"),),
    "session_start": (("view", "any", "Visit", "awareness", "marketing"),),
    "first_visit": (("view", "any", "First visit", "awareness", "marketing"),),
    "search": (("search", "any", "Search", "discovery", "marketing"),),
    "view_search_results": (("search", "any", "Search", "discovery", "marketing"),),
    "sign_up": (("signup", "any", "Signed up", "discovery", "marketing"),),
    "generate_lead": (("other", "any", "Lead form", "discovery", "marketing"),),
    "purchase": (("other", "any", "Purchase seen on the web", "purchase", "commerce"),),
    "email_sent": (("outreach", "any", "E-mail sent", "awareness", "marketing"),),
    "email_opened": (("other", "any", "E-mail opened", "awareness", "marketing"),),
    "email_clicked": (("view", "any", "E-mail clicked", "discovery", "marketing"),),
    "email_unsubscribed": (("other", "any", "Unsubscribed", "use", "marketing"),),
}
_KNOWN_EVENT: Final = "the meaning that this event usually has"
_UNKNOWN_EVENT: Final = "not a known event: check its role and stage, or remove the line"

_SEARCH_SITES: Final = ("google", "bing", "yahoo", "duckduckgo", "baidu", "ecosia", "yandex")
_SOCIAL_SITES: Final = (
    *("facebook", "instagram", "linkedin", "twitter", "x", "tiktok", "pinterest", "reddit", "youtube", "whatsapp"),
    *("fb", "t.co", "lnkd.in", "mastodon", "threads", "snapchat"),
)
_PAID: Final = re.compile(r"(.*cp.*|ppc|retargeting|paid.*)")
# medium -> channel; the first pattern that fits, in the order of GA4's default channel groups.
_MEDIA: Final[Sequence[tuple[re.Pattern[str], str]]] = tuple(
    (re.compile(pattern), channel)
    for pattern, channel in (
        (r"display|banner|expandable|interstitial|cpm", "Display"),
        (r"e-?_?\s?mail", "E-mail"),
        (r"affiliates?", "Affiliates"),
        (r"referral|app|link", "Referral"),
        (r"organic", "Organic search"),
        (r"social|social-network|social-media|sm|social network|social media", "Organic social"),
        (r".*video.*", "Video"),
        (r"audio", "Audio"),
        (r"sms", "SMS"),
        (r".*push|.*(mobile|notification).*", "Push message"),
        (r"phone|voice|call", "Phone"),
        (r"chat|messaging|web_?widget", "Chat"),
    )
)
_OFFLINE: Final = ("Phone",)

_RECOMMENDS: Final = re.compile(r"nps|recommend|weiterempf", re.IGNORECASE)
_SATISFIED: Final = re.compile(r"csat|satisf|zufrieden", re.IGNORECASE)
_EFFORT: Final = re.compile(r"\bces\b|effort|easy|aufwand", re.IGNORECASE)
# From this many letters on, on average, answers are comments and not choices.
_LONG_ANSWER: Final = 25
# A column with more distinct values than this, or with most values its own, may name people.
_MOST_VALUES: Final = 20
_PEOPLE: Final = (
    *(
        "an e-mail address",
        "a telephone number",
        "a text with an e-mail address",
        "a text with a long number",
        "a name",
    ),
)
_FIRMOGRAPHIC: Final = re.compile(r"industry|employ|company|revenue|branch", re.IGNORECASE)
_PERSONAL: Final = re.compile(
    r"name|mail|phone|mobile|address|street|zip|postal|birth|ip|url|token|id$|_id|date|time|_at$", re.IGNORECASE
)


def propose(workspace: Workspace, sample: Sample) -> list[Proposal]:
    """Rows for all that was seen of a source and that no mapping speaks of yet.

    Args:
        workspace: whose mappings are in force.
        sample: what was seen of one of its sources.
    """
    found = [*_events(sample), *_channels(sample), *_questions(sample), *_attributes(sample)]
    known = {
        (file, tuple(row[column].lower() for column in MAPPING_FILES[file].key))
        for file in {one.file for one in found}
        for row in workspace.mappings.rows(file)
    }
    fresh = [one for one in found if not _is_known(one, known)]
    return sorted(fresh, key=lambda one: (list(MAPPING_FILES).index(one.file), -one.seen))


def _is_known(one: Proposal, known: set[tuple[str, tuple[str, ...]]]) -> bool:
    """Whether a row speaks of the same, for this source or for all."""
    key = MAPPING_FILES[one.file].key
    own = tuple(one.row.get(column, "").lower() for column in key)
    for_all = tuple(
        "" if column in ("data_source", "survey_id") else value for column, value in zip(key, own, strict=True)
    )
    return (one.file, own) in known or (one.file, for_all) in known


def _events(sample: Sample) -> Iterator[Proposal]:
    implied = sample.implied_events
    seen = (
        dict.fromkeys(implied, sample.records) if implied is not None else sample.canonical.get("event", sample.events)
    )
    for event, count in seen.items():
        rows = _EVENTS.get(event.lower()) or (("other", "any", _in_words(event), "discovery", ""),)
        for role, occurrence, touchpoint, stage, corner in rows:
            row = {
                "data_source": sample.source.name,
                "event": event,
                "role": role,
                "occurrence": occurrence,
                "touchpoint": touchpoint,
                "stage": stage,
                "corner": corner,
                "interaction": "",
            }
            why = _KNOWN_EVENT if event.lower() in _EVENTS else _UNKNOWN_EVENT
            yield Proposal("touchpoint_types", row, count, why)


def _channels(sample: Sample) -> Iterator[Proposal]:
    for (source, medium), count in sample.channels.items():
        channel, why = _channel(source, medium, sample)
        row = {
            "data_source": sample.source.name,
            "utm_source": source,
            "utm_medium": medium,
            "channel": channel,
            "presence": "offline" if channel in _OFFLINE else "online",
            "method": "",
        }
        yield Proposal("channels", row, count, why)
    if not sample.channels and sample.source.kind in ("crm", "survey"):
        row = {"data_source": sample.source.name, "utm_source": "", "utm_medium": ""}
        name = _in_words(sample.source.vendor)
        row |= {"channel": name, "presence": "online", "method": ""}
        yield Proposal("channels", row, sample.records, "where these rows come from")


def _channel(source: str, medium: str, sample: Sample) -> tuple[str, str]:
    """The channel of a pair by the rules of GA4's default channel groups, and what speaks for it."""
    rules = "the rules of GA4's default channel groups"
    site = source.removeprefix("www.").partition(".")[0]
    if source in ("", "(direct)") and medium in ("", "(none)", "(not set)"):
        if sample.source.kind == "web":
            return "Direct", rules
        return _in_words(sample.source.vendor), "rows that name no campaign"
    if _PAID.fullmatch(medium):
        return (
            "Paid search" if site in _SEARCH_SITES else "Paid social" if site in _SOCIAL_SITES else "Paid other"
        ), rules
    for pattern, channel in _MEDIA:
        if pattern.fullmatch(medium):
            return channel, rules
    if source in ("email", "e-mail", "newsletter"):
        return "E-mail", rules
    if site in _SEARCH_SITES:
        return "Organic search", rules
    if site in _SOCIAL_SITES or sample.source.kind == "social":
        return "Organic social" if site in _SOCIAL_SITES else _in_words(source), rules
    return _in_words(medium or source), "its own word: check it"


def _questions(sample: Sample) -> Iterator[Proposal]:
    if sample.source.kind != "survey":
        return
    for question in sorted(sample.question_ids, key=lambda one: -sum(sample.answers(one).values())):
        answers = sample.answers(question)
        if answers:
            construct, low, high, why = _construct(question, answers)
            row = {"survey_id": sample.source.name, "question_id": question, "construct": construct}
            yield Proposal("survey_codebook", {**row, "scale_min": low, "scale_max": high}, sum(answers.values()), why)


def _construct(question: str, answers: Mapping[str, int]) -> tuple[str, str, str, str]:
    """Construct, both ends of the scale, and why, from a question's name and its answers."""
    numbers = [float(answer) for answer in answers if re.fullmatch(r"-?\d+(\.0+)?", answer)]
    if len(numbers) == len(answers):
        low, high = min(numbers), max(numbers)
        spoken = f"answers from {low:g} to {high:g}"
        if _RECOMMENDS.search(question) and low >= 0 and high <= 10:
            return "nps", "0", "10", f"{spoken}, and a name that speaks of recommending"
        top = next((end for end in (5, 7, 10) if high <= end), None)
        for pattern, construct in ((_SATISFIED, "csat"), (_EFFORT, "ces")):
            if pattern.search(question) and low >= 1 and top is not None:
                return construct, "1", str(top), f"{spoken}: check both ends of the scale"
        return "ignore", "", "", f"{spoken}: say what it measures"
    letters = sum(len(answer) * times for answer, times in answers.items()) / sum(answers.values())
    if letters >= _LONG_ANSWER:
        return "comment", "", "", "answers in whole sentences"
    return "ignore", "", "", f"{len(answers)} different answers: say what it measures"


def _attributes(sample: Sample) -> Iterator[Proposal]:
    if sample.entity not in ("contacts", "accounts"):
        return
    for column, values in sample.values.items():
        total = sum(values.values())
        is_own = len(values) > _MOST_VALUES or len(values) * 2 > total
        if not values or is_own or _PERSONAL.search(column) or any(kind_of(value) in _PEOPLE for value in values):
            continue
        kind = "firmographic" if sample.entity == "accounts" or _FIRMOGRAPHIC.search(column) else "demographic"
        attribute = re.sub(r"\W+", "_", column.strip().lower()).strip("_")
        row = {"data_source": sample.source.name, "column": column, "attribute": attribute, "kind": kind}
        yield Proposal("attributes", {**row, "bands": "", "dimension": ""}, total, f"{len(values)} different values")


def files_of(proposals: Iterable[Proposal]) -> dict[str, list[Proposal]]:
    """Proposals by the mapping file that they are for."""
    found: dict[str, list[Proposal]] = {}
    for one in proposals:
        found.setdefault(one.file, []).append(one)
    return found


def _in_words(name: str) -> str:
    """A name as a label: `free_gift.claimed` is `Free gift claimed`."""
    words = " ".join(re.sub(r"[_\-.$/]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)).split()) or name
    return words[:1].upper() + words[1:]
