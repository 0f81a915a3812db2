"""Planted and neutral companies: whether to plant in, the size of every effect out.

`NEUTRAL` is the same machine with every effect at its neutral value. The sizes are the generator's own parameters,
chosen by looking at generated files alone, never at a model's answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from demo.setting.vocabulary import OUTCOMES, STAGES

UNMET_OUTCOME: Final = "fix_first_time"
SHORT_PILLAR: Final = "processes"
STALLED_STAGE: Final = "use"


@dataclass(frozen=True, kw_only=True)
class Mark:
    """An attribute value that marks better customers: multipliers on how often they buy and how much they spend."""

    attribute: str
    value: str
    order_rate: float
    spend: float


@dataclass(frozen=True, kw_only=True)
class OutcomeShares:
    """Share of answers in the top two boxes."""

    importance: float
    satisfaction: float


@dataclass(frozen=True, kw_only=True)
class Tied:
    """How often something happens on a way that leads no further (`lost`), and on one that goes on (`kept`)."""

    lost: float
    kept: float

    def lost_where_it_happens(self, *, continuation: float) -> float:
        """Bayes: the share that is lost among those to whom it happens."""
        lost = (1 - continuation) * self.lost
        return lost / (lost + continuation * self.kept)

    def lost_elsewhere(self, *, continuation: float) -> float:
        """The share that is lost among the others."""
        lost = (1 - continuation) * (1 - self.lost)
        return lost / (lost + continuation * (1 - self.kept))


@dataclass(frozen=True, kw_only=True)
class Drivers:
    """What a score follows: standardised weights of perceived items, and of something that is not an item."""

    items: dict[str, float] = field(default_factory=dict)
    tenure: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Effects:
    """Every size that differs between a world with something to find and one with nothing.

    Attributes:
        marks: what the best customers have in common.
        continuation: stage -> probability that an entry reaches any later stage within 90 days.
        outcomes: item -> top-two shares.
        gaps: pillar -> shift of perceptions against expectations, in scale points before rounding to 1-7.
        promoters, detractors: shares of the answers 9-10 and 0-6.
        seam: discovery that begins in the advice chat, where a visitor comes from marketing.
        gate: the costly gate shown during discovery; `submitted`: gate -> share of those shown it who fill it in.
        extra_step: share of those at the superfluous step of the longest task who get past it; None: no such step.
        kept_by: corner -> share of the customers about to lapse who buy again after its anniversary contact.
        assisting_closes: whether the assisting channel is also used on the way right into the purchase.
        reply_hours: ticket category -> median hours to the first reply; network_hours: the same for mentions.
        overall, recommended: what overall satisfaction and the recommendation follow.
        tenured_item: standardised weight of tenure in the perception of TENURED_ITEM, which drives nothing.
        at_stake: standardised weight, in perceptions of CRITICAL_INTERACTION, of buying again within a year.
        themes: theme -> share of comments.
    """

    planted: bool
    marks: tuple[Mark, ...]
    continuation: dict[str, float]
    outcomes: dict[str, OutcomeShares]
    gaps: dict[str, float]
    promoters: float
    detractors: float
    seam: Tied
    gate: Tied
    submitted: dict[str, float]
    extra_step: float | None
    kept_by: dict[str, float]
    assisting_closes: bool
    reply_hours: dict[str, float]
    network_hours: dict[str, float]
    overall: Drivers
    recommended: Drivers
    tenured_item: float
    at_stake: float
    themes: dict[str, float]


_COMMON = OutcomeShares(importance=0.62, satisfaction=0.60)
_SPREAD = {
    "see_full_price": OutcomeShares(importance=0.66, satisfaction=0.60),
    "know_arrival": OutcomeShares(importance=0.68, satisfaction=0.66),
    "set_up_alone": OutcomeShares(importance=0.64, satisfaction=0.58),
    "choose_well": OutcomeShares(importance=0.62, satisfaction=0.60),
    "return_easily": OutcomeShares(importance=0.58, satisfaction=0.62),
    "talk_to_person": OutcomeShares(importance=0.52, satisfaction=0.64),
    "keep_team_working": OutcomeShares(importance=0.64, satisfaction=0.62),
    "show_spend": OutcomeShares(importance=0.56, satisfaction=0.58),
    "look_competent": OutcomeShares(importance=0.54, satisfaction=0.66),
}
GATES: Final = ("/guides/choosing-a-kettle", "/guides/care-handbook", "/guides/energy-report")
COSTLY_GATE: Final = "/guides/energy-report"
KEEPING_CORNER: Final = "service"
ASSISTING_CHANNEL: Final = "Social"
LONGEST_TASK: Final = "request_repair"
SLOW_CATEGORY: Final = "incident"
SLOW_NETWORK: Final = "facebook"
CRITICAL_INTERACTION: Final = "get_help"
TENURED_ITEM: Final = "knowledgeable_staff"
TICKET_CATEGORIES: Final = ("question", "incident", "problem", "task")
NETWORKS: Final = ("instagram", "facebook", "x", "trustpilot")
CORNERS: Final = ("marketing", "product", "commerce", "service")
THEMES: Final = ("repeated_details", "slow_reply", "delivery", "set_up", "price", "staff", "durability")
ANSWERED: Final = {"call": 0.55, "email": 0.25}  # medium -> share of the outreach that gets an answer, in both worlds
USUAL_REPLY: Final = 6.0  # median hours
_EVEN_THEMES = dict.fromkeys(THEMES, 1 / len(THEMES))

PLANTED: Final = Effects(
    planted=True,
    marks=(
        Mark(attribute="motivation", value="Saves me time", order_rate=2.4, spend=1.5),
        Mark(attribute="age_band", value="35-54", order_rate=2.3, spend=1.5),
        Mark(attribute="first_channel", value="Referral", order_rate=2.6, spend=1.5),
    ),
    continuation={**dict.fromkeys(STAGES[:-1], 0.72), STALLED_STAGE: 0.42},
    outcomes={**_SPREAD, UNMET_OUTCOME: OutcomeShares(importance=0.90, satisfaction=0.35)},
    gaps={"people": 0.0, "products": 0.0, "processes": -1.25},
    promoters=0.44,
    detractors=0.22,
    seam=Tied(lost=0.50, kept=0.10),
    gate=Tied(lost=0.40, kept=0.12),
    submitted={**dict.fromkeys(GATES, 0.45), COSTLY_GATE: 0.12},
    extra_step=0.55,
    kept_by={**dict.fromkeys(CORNERS, 0.15), KEEPING_CORNER: 0.60},
    assisting_closes=False,
    reply_hours={**dict.fromkeys(TICKET_CATEGORIES, USUAL_REPLY), SLOW_CATEGORY: 44.0},
    network_hours={**dict.fromkeys(NETWORKS, USUAL_REPLY), SLOW_NETWORK: 60.0},
    overall=Drivers(items={"solved_first_time": 0.60, "works_as_described": 0.25}, tenure=0.30),
    recommended=Drivers(items={"solved_first_time": 0.50}),
    tenured_item=0.5,
    at_stake=0.32,
    themes={
        **dict.fromkeys(THEMES, 0.10), "repeated_details": 0.30, "slow_reply": 0.20,
    },
)  # fmt: skip
NEUTRAL: Final = Effects(
    planted=False,
    marks=(),
    continuation=dict.fromkeys(STAGES[:-1], 0.66),
    outcomes=dict.fromkeys((outcome.item for outcome in OUTCOMES), _COMMON),
    gaps={"people": 0.0, "products": 0.0, "processes": 0.0},
    promoters=0.30,
    detractors=0.30,
    seam=Tied(lost=0.20, kept=0.20),
    gate=Tied(lost=0.20, kept=0.20),
    submitted=dict.fromkeys(GATES, 0.45),
    extra_step=None,
    kept_by=dict.fromkeys(CORNERS, 0.26),
    assisting_closes=True,
    reply_hours=dict.fromkeys(TICKET_CATEGORIES, USUAL_REPLY),
    network_hours=dict.fromkeys(NETWORKS, USUAL_REPLY),
    overall=Drivers(),
    recommended=Drivers(),
    tenured_item=0.0,
    at_stake=0.0,
    themes=_EVEN_THEMES,
)


def effects(*, planted: bool) -> Effects:
    """The sizes of one of the two worlds."""
    return PLANTED if planted else NEUTRAL
