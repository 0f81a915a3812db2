"""What the page about journeys says. In: sentences. Out: what is untrue in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tests.app.worlds.collecting import Said
from tests.app.worlds.grammar import (
    COMPARED,
    STAGES,
    Compared,
    apart,
    compared,
    differs,
    extent,
    form,
    of_life,
    parsed,
    same,
    says_of_which,
    says_whose,
    spoken,
    too_few,
)
from tests.app.worlds.reading import Reading, quoted


def _going_on(world: Reading) -> Compared:
    """Rates of the stages that are seen, but the last."""
    seen = {str(key[0]) for key, n in world.values("stage_entries", ("stage",)).items() if n}
    earlier = [stage for stage in STAGES if stage in seen][:-1]
    return compared(world, "stage_conversion", "stage", among=earlier)


@form(
    "journey: stalled",
    (
        r"(?P<stays>\S+) stall after (?P<stage>\w+), (?P<others>\S+) after the other stages"
        r"(?P<among> that can be compared)?: no later stage within (?P<days>\d+) days"
    ),
)
def _stalled(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    stages = _going_on(world)
    turned = Compared({name: 1 - value for name, value in stages.values.items()}, stages.bases, stages.missing)
    yield from apart(turned, found["stage"], found["stays"], found["others"], found["among"], highest=True)


@form(
    "journey: no stall",
    r"Between (?P<low>\S+) and (?P<high>\S+) go on from a stage within \d+ days; no stage stands out" + COMPARED,
)
def _no_stall(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    yield from extent(_going_on(world), found["low"], found["high"], found["among"])


@form("journey: one stage", r"(?P<share>\S+) go on from (?P<stage>\w+) within \d+ days")
def _one_stage(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    yield from differs(found["share"], _going_on(world).values.get(found["stage"]), "the share")


@form("journey: too few", r"Too few journeys are observed to say where they stall")
def _no_stage(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    if known := _going_on(world).values:
        yield f"rates are known: {known}"


def _losses(world: Reading, stage: str, kind: str, days: Any) -> Compared:
    within = {"handoff_kind": kind, "stage": stage}
    extra = f"handoff_kind = {quoted(kind)} and stage = {quoted(stage)}"
    return compared(world, "handoff_loss:any", "handoff", extra=extra, where=within, days=days, least=20, bounded=False)


LOSSES: Final = r"(?P<when>Over all time: )?"


@form(
    "journey: hand-off that loses",
    LOSSES
    + (
        r"(?P<handoff>.+ → .+) loses (?P<share>\S+) of people on the way into (?P<stage>\w+)"
        r"(?:; the other hand-offs(?P<among> that can be compared)? lose (?P<others>\S+))?"
    ),
)
def _handoff(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    problems = []
    for kind in ("corner", "channel"):
        losses = _losses(world, found["stage"], kind, None if found["when"] else "shown")
        if found["others"]:
            problems.append(
                list(apart(losses, found["handoff"], found["share"], found["others"], found["among"], highest=True))
            )
        else:
            problems.append(
                list(differs(found["share"], losses.values.get(losses.named(found["handoff"]) or ""), "the loss"))
            )
    # A corner and a channel may have one name.
    if all(problems):
        yield from problems[0]


@form(
    "journey: losses of hand-offs",
    LOSSES
    + r"Hand-offs into (?P<stage>\w+) lose (?P<low>\S+) to (?P<high>\S+) of people; none stands apart"
    + COMPARED,
)
def _handoffs(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    problems = [
        list(
            extent(
                _losses(world, found["stage"], kind, None if found["when"] else "shown"),
                found["low"],
                found["high"],
                found["among"],
            )
        )
        for kind in ("corner", "channel")
    ]
    if all(problems):
        yield from problems[0]


@form(
    "journey: task that is left",
    (
        r"“(?P<task>.+?)” is abandoned in (?P<share>\S+) of attempts(?:; the other "
        r"tasks(?P<among> that can be compared)? in (?P<others>[^ .]+))?(?:\. (?P<leave>\S+)"
        r" of those who leave do so after “(?P<step>.+)”)?"
    ),
)
def _task(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    if not found["others"]:
        tasks = compared(world, "task_abandonment", "task_label", bounded=False)
        yield from differs(found["share"], tasks.values.get(tasks.named(found["task"]) or ""), "the share")
        return
    tasks = compared(world, "task_abandonment", "task_label", least=20, bounded=False)
    yield from apart(tasks, found["task"], found["share"], found["others"], found["among"], highest=True)
    if found["step"]:
        left = world.values(
            "abandoned_task_attempts", ("left_after",), extra=f"task_label = {quoted(tasks.named(found['task']) or '')}"
        )
        whole = sum(left.values())
        yield from differs(
            found["leave"], left.get((found["step"],), 0.0) / whole if whole else None, "the share of the step"
        )


@form(
    "journey: tasks", r"Tasks are abandoned in (?P<low>\S+) to (?P<high>\S+) of attempts; none stands apart" + COMPARED
)
def _tasks(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    yield from extent(
        compared(world, "task_abandonment", "task_label", bounded=False), found["low"], found["high"], found["among"]
    )


def _leading(
    world: Reading, metric: str, text: str, share: str, among: str | None, *, where: Mapping[str, str] | None = None
) -> Iterator[str]:
    channels = compared(world, metric, "channel", where=where, least=0, bounded=False)
    yield from says_of_which(channels, among)
    value, whole = channels.values.get(channels.named(text) or ""), world.one(metric)
    yield from too_few(whole, "the share")
    yield from differs(share, value / whole if value is not None and whole else None, text)
    if value is not None and value < max(channels.values.values()) - 1e-9:
        yield f"{max(channels.values, key=lambda name: channels.values[name])} has more"


@form(
    "journey: opens or closes",
    (
        r"(?P<channel>.+?) (?P<what>opens|closes) most(?P<among>, of the channels "
        r"that can be shown)?: (?P<share>\S+) of conversions"
    ),
)
def _opens(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    model = "first" if found["what"] == "opens" else "last"
    yield from _leading(
        world,
        f"attributed_conversions:{model}",
        found["channel"],
        found["share"],
        found["among"],
        where={"model": model},
    )


@form(
    "journey: largest channel",
    (
        r"(?P<channel>.+?) is the largest(?: channel|(?P<among> of the channels "
        r"that can be shown)): (?P<share>\S+) of touchpoints"
    ),
)
def _largest(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    yield from _leading(world, "touchpoints", found["channel"], found["share"], found["among"])


@form("journey: brings back", r"(?P<channel>.+) brings back (?P<back>\S+) for each \S+ spent")
def _brings_back(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    values = {str(key[0]): value for key, value in world.values("return_on_ad_spend", ("channel",)).items()}
    yield from differs(
        found["back"],
        next((value for name, value in values.items() if same(name, found["channel"])), None),
        "the return",
    )


@form(
    "journey: assists",
    (
        r"(?P<channel>.+) takes part in (?P<n>[\d,]+) conversions? and closes (?P<share>\S+)"
        r" of them; by its place in the paths (?P<due>\S+) would be expected"
    ),
)
def _assists(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    channels = compared(world, "closing_share", "channel", bounded=False)
    name = channels.named(found["channel"]) or ""
    yield from differs(found["n"], channels.bases.get(name), "conversions")
    yield from differs(found["share"], channels.values.get(name), "the share closed")


@form(
    "journey: closing",
    (
        r"A channel closes (?:between (?P<low>\S+) and )?(?P<high>\S+) of the conversions "
        r"it takes part in(?:; none only assists| \(“.+”\))"
    )
    + COMPARED,
)
def _closing(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    channels = compared(world, "closing_share", "channel", bounded=False)
    if found["low"]:
        yield from extent(channels, found["low"], found["high"], found["among"])
    elif found["high"] not in {f"{share:.0%}" for share in channels.values.values()}:
        # One channel alone, by its name: nothing is said of the others.
        yield f"no channel closes {found['high']}: {dict(channels.values)}"


@form(
    "journey: stages on the way",
    (
        r"(?P<least>At least )?(?P<share>\S+) of journeys stay in one stage; the "
        r"most common way of the others(?P<among> that can be shown)? is (?P<path>.+)"
    ),
)
def _ways(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    yield from says_whose(world, said)
    rows = dict(world.rows("select path, n from fct_journey_paths where path_kind = 'stages' and not is_other"))
    ((whole,),) = world.rows("select count(*) from fct_journeys")
    alone = sum(n for path, n in rows.items() if " > " not in path) / whole
    if found["least"]:
        if parsed(found["share"])[0] > alone + 1e-9:
            yield f"{alone} stay in one stage"
    else:
        yield from differs(found["share"], alone, "the share")
    yield from _commonest({path: n for path, n in rows.items() if " > " in path}, found["path"], found["among"])


def _commonest(rows: Mapping[str, float], text: str, among: str | None) -> Iterator[str]:
    named = next((path for path in rows if same(path.replace(" > ", " → "), text)), None)
    if named is None:
        yield f"no such path: {text}"
    elif not among and rows[named] < max(rows.values()):
        yield f"{max(rows, key=lambda path: rows[path])} is more common"


@form(
    "journey: last steps",
    (
        r"The most common last steps before a (?P<end>conversion|customer was lost)"
        r"(?P<among>, of those that can be shown)?: (?P<path>.+) \((?P<n>[\d,]+) times?\)"
    ),
)
def _last_steps(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    yield from says_whose(world, said)
    kind = "to purchase" if found["end"] == "conversion" else "to lost customer"
    rows = dict(world.rows("select path, n from fct_journey_paths where path_kind = $kind and not is_other", kind=kind))
    yield from _commonest(rows, found["path"], found["among"])
    yield from differs(
        found["n"],
        next((n for path, n in rows.items() if same(path.replace(" > ", " → "), found["path"])), None),
        "how often",
    )


@form(
    "journey: next step",
    r"After “(?P<step>.+?)” (?P<share>\S+) go on to “(?P<after>.+?)”(?:, after a median of (?P<wait>.+))?",
)
def _next(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    yield from says_whose(world, said)
    rows = world.rows(
        (
            "select share, waiting_days_median from fct_journey_transitions where from_step "
            "= $step and to_step = $after and tier = 'all'"
        ),
        step=found["step"],
        after=found["after"],
    )
    yield from differs(found["share"], rows[0][0] if rows else None, "the share")
    if found["wait"]:
        yield from differs(found["wait"], rows[0][1] if rows else None, "the wait")


@form(
    "journey: busiest time",
    (
        r"(?P<day>\w+day) (?P<from>\d\d)–(?P<to>\d\d) h is the busiest time(?P<among> "
        r"of those that can be shown)?(?:, with (?P<share>\S+) of touchpoints)?"
    ),
)
def _busiest(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    hours = world.values("touchpoints", ("weekday", "hour_of_day"))
    blocks: dict[tuple[str, int], float] = {}
    for (weekday, hour), n in hours.items():
        if weekday is not None and hour is not None:
            blocks[weekday, int(hour) // 4] = blocks.get((weekday, int(hour) // 4), 0.0) + n
    value = blocks.get((found["day"], int(found["from"]) // 4), 0.0)
    if found["share"]:
        yield from differs(found["share"], value / (world.one("touchpoints") or 1.0), "the share")
    if not found["among"] and value < max(blocks.values()):
        yield f"{max(blocks, key=lambda one: blocks[one])} is busier"


EXTREMES: Final = {
    "The share going on": ("stage_conversion", ("channel", "segment", "value_tier_at_event"), "true", {}),
    "The rated experience": ("perception_level", ("stage",), "true", {}),
    "The rating after a hand-off": (
        "perception_after_handoff",
        ("handoff",),
        "handoff_kind = 'corner'",
        {"handoff_kind": "corner"},
    ),
    "The opportunity score": ("opportunity_score", ("interaction", "value_tier_at_event", "stage"), "true", {}),
    "The gap": ("expectation_gap_percent", ("value_tier_at_event", "stage"), "true", {}),
}


@form(
    "extremes",
    (
        r"(?P<what>The share going on|The rated experience|The rating after a "
        r"hand-off|The opportunity score|The gap)(?: is lowest at “(?P<first>.+?)” \((?P<low>\S+)\) and highest at "
        r"“(?P<last>.+?)” \((?P<high>\S+)\)|: no clear difference by (?P<none>"
        r"[\w -]+?)| is (?P<one>\S+) at “(?P<name>.+?)”)"
    )
    + COMPARED,
)
def _extremes(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    metric, dimensions, extra, where = EXTREMES[found["what"]]
    if metric == "opportunity_score":
        extra, where = of_life(world), {"kind": world.life} if world.life else {}
    problems = []
    for dimension in dimensions:
        if found["none"] and spoken(dimension.removesuffix("_at_event")) != found["none"].replace("-", ""):
            continue
        among = STAGES if dimension == "stage" else None
        rows = compared(world, metric, dimension, extra=extra, where=where, among=among)
        # Percents of the scale are kept as numbers up to a hundred.
        values = {name: value / (100 if metric.endswith("_percent") else 1) for name, value in rows.values.items()}
        if found["one"]:
            problems.append(list(differs(found["one"], values.get(rows.named(found["name"]) or ""), "the number")))
            continue
        wrong = list(says_of_which(rows, found["among"]))
        if found["low"]:
            wrong += differs(found["low"], min(values.values(), default=None), "the lowest")
            wrong += differs(found["high"], max(values.values(), default=None), "the highest")
            wrong += differs(found["low"], values.get(rows.named(found["first"]) or ""), found["first"])
            wrong += differs(found["high"], values.get(rows.named(found["last"]) or ""), found["last"])
        elif len(values) < 2:
            wrong.append(f"nothing to compare: {values}")
        problems.append(wrong)
    if all(problems):
        yield from problems[0] if problems else [f"nobody reads it by {found['none']}"]


@form(
    "journey: models differ",
    (
        r"The models disagree most on (?P<channel>.+?): (?P<most>\S+) of conversions "
        r"by (?P<by>.+?), (?P<least>\S+) by (?P<other>.+?)\. .+"
    ),
)
def _disagree(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    shares = _model_shares(world)
    for name, text in ((found["by"], found["most"]), (found["other"], found["least"])):
        model = {spoken_model: model for model, spoken_model in MODELS.items()}.get(name)
        given = shares.get(model or "", {})
        yield from differs(text, given.get(found["channel"], 0.0) if given else None, name)


MODELS: Final = {
    "first": "first touch",
    "last": "last touch",
    "last_non_direct": "last touch that is not direct",
    "linear": "equal shares",
    "position": "position",
    "time_decay": "time decay",
    "markov_1": "removal effect",
    "markov_2": "removal effect of pairs",
    "shapley": "Shapley value",
}


def _model_shares(world: Reading) -> dict[str, dict[str, float]]:
    """Model -> channel -> share of all conversions."""
    event = "order"
    is_whole = "region" not in world.chosen
    rules = "true" if is_whole else world.within("conversions", "shown")
    if is_whole:
        rules = world.within("conversions", None)
    rows = world.rows(
        f"""select model, channel, sum(credit) from (
            select f.*, p.segment, p.region
            from fct_attribution_credits as f left join dim_people as p using (person_id)
        ) where {rules} group by all"""
    )
    if is_whole:
        rows += world.rows(
            "select model, channel, conversions from fct_channel_contributions where origin = 'touchpoints' and "
            "conversion = $event and period = 'all' and segment = $segment and refused_reason is null",
            event=event,
            segment=world.chosen.get("segment", "all"),
        )
    found: dict[str, dict[str, float]] = {}
    for model, channel, value in rows:
        if channel is not None and value is not None:
            found.setdefault(model, {})[channel] = float(value)
    return {
        model: {name: value / sum(given.values()) for name, value in given.items()}
        for model, given in found.items()
        if sum(given.values())
    }


@form("journey: models agree", r"The (?P<n>\d+) models agree on every channel within five points")
def _agree(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    shares = {model: given for model, given in _model_shares(world).items() if model != "last_non_direct"}
    if len(shares) + 1 == int(found["n"]):
        channels = {name for given in shares.values() for name in given}
        widest = max(
            (
                max(given.get(name, 0.0) for given in shares.values())
                - min(given.get(name, 0.0) for given in shares.values())
                for name in channels
            ),
            default=0.0,
        )
        if widest >= 0.05 + 1e-9:
            yield f"they differ by {widest}"
