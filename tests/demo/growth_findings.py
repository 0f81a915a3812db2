"""What a careful analyst would claim about hand-offs, tasks, corners, channels, replies, gates and perception.

As in `findings`, a claim needs an interval and a size that matters; each looks for the one thing that stands out among
its like (pairs of corners into one stage, tasks, gates, ...), so that what all of them share is not a finding.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from tests.demo.reading import STAGES, Reading

LEAST = 25
DAY = pd.Timedelta(days=1)
WINDOW = 90 * DAY
YEAR = 365 * DAY


@dataclass(frozen=True)
class GrowthFindings:
    """Claims; None where the data support none."""

    seam: tuple[str, str, str] | None
    long_task: str | None
    keeping_corner: str | None
    assisting_channel: str | None
    slow_category: str | None
    slow_network: str | None
    costly_gate: str | None
    driver: str | None
    at_stake: str | None


def growth_findings(reading: Reading) -> GrowthFindings:
    """Everything that may be claimed about a workspace."""
    tickets, mentions = reading.tickets, negative_mentions(reading)
    return GrowthFindings(
        seam=seam(reading),
        long_task=stands_out(task_attempts(reading), "task", "abandoned"),
        keeping_corner=stands_out(late_contacts(reading), "corner", "kept"),
        assisting_channel=assisting_channel(reading),
        slow_category=stands_out(tickets.assign(late=~(tickets["reply_hours"] <= 24)), "category", "late"),
        slow_network=stands_out(mentions, "Network", "late"),
        costly_gate=costly_gate(reading),
        driver=driver(reading),
        at_stake=at_stake(reading),
    )


def stands_out(rows: pd.DataFrame, group: str, outcome: str, *, by: float = 0.15) -> str | None:
    """The group whose share of `outcome` is highest, if proven and relevantly above all others taken together."""
    shares = rows.groupby(group)[outcome].agg(["sum", "size"])
    shares = shares[shares["size"] >= LEAST].astype(float)
    if len(shares) < 2:
        return None
    limit = NormalDist().inv_cdf(1 - 0.025 / len(shares))
    first = (shares["sum"] / shares["size"]).idxmax()
    mine, rest = shares.loc[first], shares.drop(first).sum()
    difference = mine["sum"] / mine["size"] - rest["sum"] / rest["size"]
    error = np.sqrt(sum(p * (1 - p) / n for p, n in ((s["sum"] / s["size"], s["size"]) for s in (mine, rest))))
    return str(first) if difference > by and difference > limit * error else None


def seam(reading: Reading) -> tuple[str, str, str] | None:
    """The hand-off between corners after which most people reach no later stage, among those into the same stage."""
    found = []
    handed = hand_offs(reading)
    for stage, rows in handed.groupby("stage"):
        pair = stands_out(rows, "pair", "lost")
        if pair:
            found.append((*pair.split(">"), str(stage)))
    return found[0] if found else None


def hand_offs(reading: Reading) -> pd.DataFrame:
    """Hand-offs between corners on entering a stage, if observed for 90 days: pair, stage, lost."""
    touches = reading.touchpoints.dropna(subset=["stage"]).reset_index(drop=True)
    before = touches.shift()
    same = (touches["person"] == before["person"]) & (touches["at"] - before["at"] <= WINDOW)
    enters = same & (touches["stage"] != before["stage"]) & (touches["corner"] != before["corner"])
    reached = later_stage_at(touches)
    end = touches["at"].max()
    rows = touches[enters & (end - touches["at"] >= WINDOW) & (touches["stage"] != STAGES[-1])]
    waited = reached[rows.index] - rows["at"]
    return pd.DataFrame(
        {
            "pair": before.loc[rows.index, "corner"] + ">" + rows["corner"],
            "stage": rows["stage"],
            "lost": ~(waited <= WINDOW),
        }
    )


def later_stage_at(touches: pd.DataFrame) -> pd.Series:
    """When each touch's person next reaches a stage later than the touch's own; NaT where never."""
    rank = touches["stage"].map(STAGES.index)
    reached = pd.Series(pd.NaT, index=touches.index, dtype=touches["at"].dtype)
    for number in range(len(STAGES) - 1):
        next_at = touches["at"].where(rank > number).groupby(touches["person"]).bfill()
        reached = reached.where(rank != number, next_at)
    return reached


def task_attempts(reading: Reading) -> pd.DataFrame:
    """One row per started task, and whether it was abandoned: no goal by the same browser within an hour."""
    web = reading.web
    rows = []
    for task in reading.mapping("tasks").itertuples():
        starts = web[web["event"] == task.start_event]
        goals = web[web["event"] == task.goal_event][["browser", "at"]].assign(reached=True)
        both = pd.merge_asof(
            starts[["browser", "at"]],
            goals,
            on="at",
            by="browser",
            direction="forward",
            tolerance=pd.Timedelta(hours=1),
        )
        rows.append(pd.DataFrame({"task": task.task, "abandoned": both["reached"].isna()}))
    return pd.concat(rows)


def late_contacts(reading: Reading) -> pd.DataFrame:
    """The company's contacts with customers in the last quarter before they lapse, and who ordered again in time."""
    events = reading.touchpoints
    types = reading.mapping("touchpoint_types")
    reaching_out = set(
        types.loc[types["role"] == "outreach", ["data_source", "event"]].itertuples(index=False, name=None)
    )
    orders = events.loc[events["event"] == "order", ["person", "at"]].sort_values("at")
    is_outreach = [key in reaching_out for key in zip(events["source"], events["event"], strict=True)]
    outreach = events.loc[is_outreach, ["person", "at", "corner"]].sort_values("at")
    last = pd.merge_asof(outreach, orders.assign(ordered=orders["at"]), on="at", by="person")
    following = orders.assign(again=orders["at"])
    both = pd.merge_asof(last, following, on="at", by="person", direction="forward", allow_exact_matches=False)
    silent = both["at"] - both["ordered"]
    end = events["at"].max()
    late = both[(silent > 275 * DAY) & (silent <= YEAR) & (both["ordered"] + YEAR <= end)]
    return late.assign(kept=late["again"] - late["ordered"] <= YEAR)


def assisting_channel(reading: Reading) -> str | None:
    """The channel that is often on the way to first orders and hardly ever right before them."""
    shares = channel_shares(reading)
    candidates = shares[(shares["any"] > 0.05) & (shares["last"] < 0.1 * shares["any"])]
    return str(candidates["any"].idxmax()) if len(candidates) else None


def channel_shares(reading: Reading) -> pd.DataFrame:
    """Per channel: its share of all touches in the 90 days before first orders, and of the last ones."""
    channels = {tuple(row[:3]): row.channel for row in reading.mapping("channels").itertuples(index=False)}
    web = reading.web[reading.web["type"].isin(["page", "track"]) & (reading.web["event"] != "Order Completed")]
    web_touches = pd.DataFrame(
        {
            "person": [
                reading.person("customer", user) if user else reading.person("browser", browser)
                for user, browser in zip(web["user"], web["browser"], strict=True)
            ],
            "at": web["at"],
            "channel": [channels.get(("web", *pair)) for pair in zip(web["source"], web["medium"], strict=True)],
        }
    )
    staff = reading.interactions
    staff_touches = pd.DataFrame(
        {
            "person": [reading.person("customer", who) for who in staff["Customer"]],
            "at": staff["at"],
            "channel": [
                channels.get(("shop_interactions", *pair))
                for pair in zip(staff["Source"], staff["Medium"], strict=True)
            ],
        }
    )
    sales = reading.orders[reading.orders["Type"] == "sale"]
    first = (
        sales.assign(person=[reading.person("customer", who) for who in sales["Customer"]])
        .groupby("person")["at"]
        .min()
    )
    touches = pd.concat([web_touches, staff_touches]).sort_values("at", kind="stable")
    ordered = touches["person"].map(first)
    ways = touches[(touches["at"] < ordered) & (ordered - touches["at"] <= WINDOW)]
    return pd.DataFrame(
        {
            "any": ways["channel"].value_counts(normalize=True),
            "last": ways.drop_duplicates("person", keep="last")["channel"].value_counts(normalize=True),
        }
    ).fillna(0.0)


def negative_mentions(reading: Reading) -> pd.DataFrame:
    """Negative mentions of the company older than a day, and whether they were answered late or never."""
    mentions = reading.mentions
    posted = mentions["Posted"]
    rows = mentions[
        (mentions["Brand"] == "Northwind") & (mentions["Tone"] == "negative") & (posted < posted.max() - DAY)
    ]
    return rows.assign(late=~(rows["Answered"] - rows["Posted"] <= DAY))


def gate_views(reading: Reading) -> pd.DataFrame:
    """Gates shown to people for the first time: path, abandoned, and whether no later stage was reached in 90 days."""
    touches = reading.touchpoints.dropna(subset=["stage"]).reset_index(drop=True)
    reached = later_stage_at(touches)
    web = reading.web
    shown = web[web["event"] == "Guide Offered"]
    sent = web[web["event"] == "Guide Requested"][["browser", "path", "at"]].assign(submitted=True)
    rows = pd.merge_asof(
        shown[["browser", "user", "path", "at"]],
        sent,
        on="at",
        by=["browser", "path"],
        direction="forward",
        tolerance=pd.Timedelta(hours=1),
    )
    rows["person"] = [
        reading.person("customer", user) if user else reading.person("browser", browser)
        for user, browser in zip(rows["user"], rows["browser"], strict=True)
    ]
    seen = touches[touches["event"] == "Guide Offered"].assign(reached=reached)
    rows = rows.merge(seen[["person", "at", "reached"]], on=["person", "at"])
    rows = rows[rows["at"] <= touches["at"].max() - WINDOW]
    return rows.assign(abandoned=rows["submitted"].isna(), lost=~(rows["reached"] - rows["at"] <= WINDOW))


def costly_gate(reading: Reading) -> str | None:
    """The gate that most people leave and after which most are lost."""
    views = gate_views(reading)
    left, lost = stands_out(views, "path", "abandoned"), stands_out(views, "path", "lost")
    return left if left == lost else None


def answers(reading: Reading) -> pd.DataFrame:
    """Answers to the relationship survey as numbers, with the person, the time, tenure and the next order."""
    frame = reading.responses("relationship_survey")
    numbers = frame.filter(regex="^QID[1-59]").drop(columns="QID5_NPS_GROUP").apply(pd.to_numeric)
    numbers["at"] = frame["at"]
    numbers["person"] = reading.respondents("relationship_survey")
    seen = reading.events.groupby("person")["at"].min()
    numbers["tenure"] = (numbers["at"] - numbers["person"].map(seen)).dt.days
    sales = reading.orders[reading.orders["Type"] == "sale"]
    sales = sales.assign(person=[reading.person("customer", who) for who in sales["Customer"]])[["person", "at"]]
    return pd.merge_asof(
        numbers.sort_values("at"),
        sales.assign(again=sales["at"]).sort_values("at"),
        on="at",
        by="person",
        direction="forward",
        allow_exact_matches=False,
    )


def weights(reading: Reading, outcome: str = "QID4", *, adjusted: bool = False) -> pd.DataFrame:
    """Standardised least-squares weights of perceived items on a score, with 95% limits after Bonferroni."""
    codebook = reading.mapping("survey_codebook")
    asked = codebook[(codebook["survey_id"] == "relationship_survey") & (codebook["construct"] == "perception")]
    columns = [*asked["question_id"], *(["tenure"] if adjusted else [])]
    data = answers(reading)[[*columns, outcome]].dropna()
    if adjusted:
        data["tenure"] = np.sqrt(data["tenure"].clip(lower=0))
    z = (data - data.mean()) / data.std()
    x, y = z[columns].to_numpy(), z[outcome].to_numpy()
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ y
    residual = y - x @ beta
    error = np.sqrt(np.diag(inverse) * (residual @ residual) / (len(y) - len(beta)))
    half = NormalDist().inv_cdf(1 - 0.025 / len(columns)) * error
    names = [*asked["item"], *(["tenure"] if adjusted else [])]
    return pd.DataFrame({"weight": beta, "low": beta - half, "high": beta + half}, index=names)


def driver(reading: Reading) -> str | None:
    """The item that overall satisfaction follows most, if clearly more than the next."""
    ordered = weights(reading).sort_values("weight", ascending=False)
    first, following = ordered.iloc[0], ordered.iloc[1]
    return str(ordered.index[0]) if first["low"] > max(following["weight"], 0.1) else None


def tolerance(reading: Reading) -> pd.DataFrame:
    """Answers observed for a year, per interaction: below what the respondent accepts, and not ordered again."""
    codebook = reading.mapping("survey_codebook")
    asked = codebook[codebook["survey_id"] == "relationship_survey"]
    data = answers(reading)
    data = data[data["at"] <= reading.events["at"].max() - YEAR]
    rows = []
    for interaction, items in asked[(asked["construct"] == "perception") & (asked["interaction"] != "")].groupby(
        "interaction"
    ):
        perceived = data[list(items["question_id"])].mean(axis=1)
        accepted = data[[question.replace("QID2", "QID9") for question in items["question_id"]]].mean(axis=1)
        known = perceived.notna() & accepted.notna()
        rows.append(
            pd.DataFrame(
                {
                    "interaction": interaction,
                    "below": (perceived < accepted)[known],
                    "lost": ~(data["again"] - data["at"] <= YEAR)[known],
                }
            )
        )
    return pd.concat(rows, ignore_index=True)


def at_stake(reading: Reading) -> str | None:
    """The interaction in which being below tolerance goes with the greatest loss, if proven."""
    found = {}
    rows = tolerance(reading)
    limit = NormalDist().inv_cdf(1 - 0.025 / rows["interaction"].nunique())
    for interaction, one in rows.groupby("interaction"):
        shares = one.groupby("below")["lost"].agg(["mean", "size"])
        if len(shares) < 2 or shares["size"].min() < LEAST:
            continue
        difference = shares.loc[True, "mean"] - shares.loc[False, "mean"]
        error = np.sqrt((shares["mean"] * (1 - shares["mean"]) / shares["size"]).sum())
        if difference > 0.1 and difference > limit * error:
            found[str(interaction)] = difference
    return max(found, key=lambda name: found[name]) if found else None
