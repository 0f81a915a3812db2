"""A second reading of a demo workspace: files in, data frames out, with plain pandas and nothing of the generator.

It follows the mappings and the definitions of DESIGN.md (touchpoints, stage entries, identity), so that what is tested
is what a stranger would find in the files.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from demo.setting.phones import STORE_PHONE

STAGES = ("awareness", "discovery", "purchase", "use", "loyalty", "advocacy")
ZONE = "Europe/Berlin"
SURVEYS = ("relationship_survey", "outcomes_survey", "touch_survey")
SYSTEM_COLUMNS = (
    "startDate", "endDate", "status", "ipAddress", "progress", "duration", "finished", "recordedDate", "_recordId",
    "recipientLastName", "recipientFirstName", "recipientEmail", "externalDataReference", "locationLatitude",
    "locationLongitude", "distributionChannel", "userLanguage",
)  # fmt: skip
EMBEDDED = ("order_id", "interaction", "wave")


@dataclass(frozen=True)
class Reading:
    """A demo workspace as data frames. Times are UTC."""

    folder: Path

    def mapping(self, name: str) -> pd.DataFrame:
        return pd.read_csv(self.folder / "mappings" / f"{name}.csv", dtype=str, keep_default_na=False)

    @cached_property
    def truths(self) -> dict[str, Any]:
        return json.loads((self.folder / "planted_truths.json").read_text(encoding="utf-8"))

    @cached_property
    def orders(self) -> pd.DataFrame:
        """Every movement once, in the company's own money; what has no time or an impossible amount is none."""
        frame = _read_all(self.folder / "inbox/orders").drop_duplicates()
        frame["at"] = _from_local(frame["Ordered At"])
        frame["amount"] = pd.to_numeric(frame["Net Amount"], errors="coerce")
        return frame[frame["at"].notna() & (frame["amount"] > 0) & (frame["Currency"] == "EUR")]

    @cached_property
    def order_lines(self) -> pd.DataFrame:
        return _read_all(self.folder / "inbox/order_lines")

    @cached_property
    def contacts(self) -> pd.DataFrame:
        """The newest row of every customer id."""
        rows = _read_all(self.folder / "inbox/contacts").sort_values("Last Modified", kind="stable")
        frame = rows.drop_duplicates("Customer", keep="last").copy()
        frame["at"] = _from_local(frame["Created"])
        return frame

    @cached_property
    def interactions(self) -> pd.DataFrame:
        frame = _read_all(self.folder / "inbox/interactions", sep=";")
        frame["at"] = _from_local(frame["Happened At"])
        return frame[frame["at"].notna()]

    @cached_property
    def tickets(self) -> pd.DataFrame:
        """The newest page of every ticket, without deleted ones; hours are counted from the opening."""
        rows = {}
        for path in sorted((self.folder / "inbox/tickets").glob("*.json")):
            for ticket in json.loads(path.read_text(encoding="utf-8"))["tickets"]:
                rows[ticket["id"]] = {
                    "Customer": ticket["requester"]["external_id"],
                    "at": ticket["created_at"],
                    "solved": ticket["metric_set"]["solved_at"],
                    "category": ticket["type"],
                    "reply_hours": ticket["metric_set"]["reply_time_in_minutes"]["calendar"],
                    "status": ticket["status"],
                }
        frame = pd.DataFrame(rows.values())
        for column in ("at", "solved"):
            frame[column] = pd.to_datetime(frame[column], utc=True)
        frame["reply_hours"] = frame["reply_hours"].astype(float) / 60
        return frame[frame["status"] != "deleted"]

    @cached_property
    def mentions(self) -> pd.DataFrame:
        frame = _read_all(self.folder / "inbox/mentions").drop_duplicates("Mention")
        for column in ("Posted", "Answered", "Shared"):
            frame[column] = _from_local(frame[column])
        return frame[frame["Posted"].notna() & ~(frame["Answered"] < frame["Posted"])]

    @cached_property
    def contracts(self) -> pd.DataFrame:
        return _read_all(self.folder / "inbox/contracts")

    @cached_property
    def deals(self) -> pd.DataFrame:
        """Every state of every deal."""
        return _read_all(self.folder / "inbox/deals")

    @cached_property
    def closed_deals(self) -> pd.DataFrame:
        return self.deals[self.deals["Closed"] != ""]

    @cached_property
    def leads(self) -> pd.DataFrame:
        return _read_all(self.folder / "inbox/leads")

    @cached_property
    def lines(self) -> list[dict[str, Any] | None]:
        """Every line of the web export; None where it is not JSON."""
        return [
            _json(line)
            for path in sorted((self.folder / "inbox/web").glob("*.jsonl"))
            for line in path.read_text(encoding="utf-8").splitlines()
        ]

    @cached_property
    def calls(self) -> pd.DataFrame:
        """Every readable call of somebody, repeated ones, undated ones and crawlers included."""
        rows = [
            (
                call["type"],
                call["messageId"],
                call["anonymousId"],
                call["userId"] or "",
                f"Viewed {call['name']} Page" if call["type"] == "page" else call.get("event", ""),
                call["timestamp"],
                call["context"]["userAgent"],
                call.get("traits", {}).get("email", ""),
                call["context"]["page"]["path"],
                call["context"].get("campaign", {}).get("source", ""),
                call["context"].get("campaign", {}).get("medium", ""),
            )
            for call in self.lines
            if call is not None and (call["anonymousId"] or call["userId"])
        ]
        columns = [
            "type",
            "message",
            "browser",
            "user",
            "event",
            "timestamp",
            "agent",
            "email",
            "path",
            "source",
            "medium",
        ]
        frame = pd.DataFrame(rows, columns=columns)
        frame["at"] = pd.to_datetime(frame["timestamp"], utc=True, format="ISO8601", errors="coerce")
        frame["is_crawler"] = frame["agent"].str.contains("bot", case=False)
        return frame

    @cached_property
    def web(self) -> pd.DataFrame:
        """Calls of people in history, each once."""
        end = pd.Timestamp(self.truths["end_on"], tz=ZONE) + pd.Timedelta(days=1)
        calls = self.calls[~self.calls["is_crawler"] & (self.calls["at"] < end)]
        return calls.drop_duplicates("message").sort_values(["at", "message"], ignore_index=True)

    def all_responses(self, survey: str) -> pd.DataFrame:
        frames = []
        for path in sorted((self.folder / "inbox/surveys").glob(f"{survey.removesuffix('_survey')}-*.csv")):
            frame = pd.read_csv(path, dtype=str, keep_default_na=False)
            frame.columns = [json.loads(cell)["ImportId"] for cell in frame.iloc[1]]
            frames.append(frame.iloc[2:])
        return pd.concat(frames, ignore_index=True)

    def responses(self, survey: str) -> pd.DataFrame:
        """Real responses; open and missing answers are NaN."""
        frame = self.all_responses(survey)
        frame = frame[frame["status"] == "0"].reset_index(drop=True)
        frame["at"] = _from_local(frame["endDate"])
        return frame.replace({"-99": None, "": None})

    @cached_property
    def people(self) -> dict[tuple[str, str], tuple[str, str]]:
        """Identifier -> the person's: customer ids, browsers, e-mail addresses and phones that belong together."""
        parents: dict[tuple[str, str], tuple[str, str]] = {}

        def find(one: tuple[str, str]) -> tuple[str, str]:
            parents.setdefault(one, one)
            while parents[one] != one:
                parents[one] = parents[parents[one]]
                one = parents[one]
            return one

        def link(one: tuple[str, str], other: tuple[str, str]) -> None:
            parents[max(find(one), find(other))] = min(find(one), find(other))

        for row in self.contacts.itertuples():
            if row.Email:
                link(("customer", row.Customer), ("email", row.Email.lower()))
            if row.Phone != STORE_PHONE and (digits := "".join(filter(str.isdigit, row.Phone))):
                link(("customer", row.Customer), ("phone", digits.removeprefix("49").removeprefix("0")))
        identified = self.web[self.web["type"] == "identify"]
        for browser, user, email in identified[["browser", "user", "email"]].itertuples(index=False):
            link(("browser", browser), ("customer", user))
            if email:
                link(("customer", user), ("email", email.lower()))
        return {one: find(one) for one in list(parents)}

    def person(self, kind: str, value: str) -> str:
        return "/".join(self.people.get((kind, value), (kind, value)))

    @cached_property
    def events(self) -> pd.DataFrame:
        """Every event of every source: source, event, at, person."""
        kinds = {"sale": "order"}
        web = self.web[self.web["type"].isin(["page", "track"])]
        parts = [
            _part("shop_orders", self.orders["Type"].replace(kinds), self.orders["at"], self.orders["Customer"]),
            _part("shop_contacts", "contact_created", self.contacts["at"], self.contacts["Customer"]),
            _part(
                "shop_interactions",
                self.interactions["Activity"],
                self.interactions["at"],
                self.interactions["Customer"],
            ),
        ]
        parts += [
            _part("helpdesk", "ticket_opened", self.tickets["at"], self.tickets["Customer"]),
            _part("helpdesk", "ticket_solved", self.tickets["solved"], self.tickets["Customer"]),
            _part(
                "shop_contracts", "contract_started", _from_local(self.contracts["Starts"]), self.contracts["Customer"]
            ),
            _part("shop_contracts", "contract_ended", _from_local(self.contracts["Ends"]), self.contracts["Customer"]),
            _part(
                "shop_deals",
                "deal_" + self.closed_deals["Stage"],
                _from_local(self.closed_deals["Closed"]),
                self.closed_deals["Customer"],
            ),
        ]
        for part in parts:
            part["person"] = [self.person("customer", who) for who in part["who"]]
        own = self.mentions[self.mentions["Brand"] == "Northwind"]
        said = _part(
            "listening", (own["Stars"] != "").map({True: "review", False: "mention"}), own["Posted"], own["Customer"]
        )
        said["person"] = [
            self.person("customer", who) if who else f"author/{network}/{author}"
            for who, network, author in own[["Customer", "Network", "Author"]].itertuples(index=False)
        ]
        parts.append(said)
        visits = _part("web", web["event"], web["at"], web["user"])
        visits["person"] = [
            self.person("customer", user) if user else self.person("browser", browser)
            for user, browser in zip(web["user"], web["browser"], strict=True)
        ]
        parts.append(visits)
        for survey in SURVEYS:
            answers = self.responses(survey)
            part = _part(survey, "survey_answered", answers["at"], answers["externalDataReference"])
            part["person"] = self.respondents(survey)
            parts.append(part)
        events = pd.concat(parts, ignore_index=True)
        return events[events["at"].notna()].sort_values(["person", "at"], kind="stable", ignore_index=True)

    def respondents(self, survey: str) -> list[str]:
        answers = self.responses(survey)
        columns = ["externalDataReference", "recipientEmail", "_recordId"]
        return [
            self.person("customer", known)
            if known
            else self.person("email", email.lower())
            if email
            else f"respondent/{record}"
            for known, email, record in answers[columns].fillna("").itertuples(index=False)
        ]

    @cached_property
    def touchpoints(self) -> pd.DataFrame:
        """Mapped events with their stage."""
        events = self.events.copy()
        first = events.groupby(["person", "event"]).cumcount() == 0
        events["occurrence"] = first.map({True: "first", False: "repeat"})
        types = self.mapping("touchpoint_types")
        stages = {(row.data_source, row.event, row.occurrence): row for row in types.itertuples()}
        rows = [
            stages.get((source, event, occurrence)) or stages.get((source, event, "any"))
            for source, event, occurrence in events[["source", "event", "occurrence"]].itertuples(index=False)
        ]
        events["stage"] = [row.stage if row else None for row in rows]
        events["corner"] = [row.corner if row else None for row in rows]
        return events

    @cached_property
    def stage_entries(self) -> pd.DataFrame:
        """Entries to a stage that were observed for 90 days, and whether any later stage followed within them."""
        touches = self.touchpoints.dropna(subset=["stage"])
        day = 86_400 * 10**9
        people = touches["person"].tolist()
        times = touches["at"].astype("datetime64[ns, UTC]").astype("int64").tolist()
        ranks = [STAGES.index(stage) for stage in touches["stage"]]
        end = max(times)
        next_times: list[int | None] = []
        rows = []
        # From the last touch back, so that each knows when its person reaches each stage next.
        for i in reversed(range(len(people))):
            if i == len(people) - 1 or people[i] != people[i + 1]:
                next_times = [None] * len(STAGES)
            same_person = i > 0 and people[i - 1] == people[i]
            same_run = same_person and times[i] - times[i - 1] <= 90 * day and ranks[i - 1] == ranks[i]
            if not same_run and ranks[i] < len(STAGES) - 1 and end - times[i] >= 90 * day:
                later = [at for at in next_times[ranks[i] + 1 :] if at is not None]
                rows.append((STAGES[ranks[i]], bool(later) and min(later) - times[i] <= 90 * day))
            next_times[ranks[i]] = times[i]
        return pd.DataFrame(rows, columns=["stage", "goes_on"])

    @cached_property
    def best_customers(self) -> pd.DataFrame:
        """One row per customer with positive net revenue in the last twelve months, `is_top` for the best fifth."""
        orders = self.orders.copy()
        orders["person"] = [self.person("customer", who) for who in orders["Customer"]]
        orders["net"] = orders["amount"].where(orders["Type"] == "sale", -orders["amount"])
        year = orders[orders["at"] > orders["at"].max() - pd.Timedelta(days=365)]
        revenue = year.groupby("person")["net"].sum()
        revenue = revenue[revenue > 0].sort_values(ascending=False)
        customers = revenue.rename("revenue").reset_index()
        customers["is_top"] = customers.index < -(-len(customers) // 5)
        contacts = self.contacts.copy()
        contacts["person"] = [self.person("customer", who) for who in contacts["Customer"]]
        contacts["age_band"] = pd.cut(
            pd.to_numeric(contacts["Age"]),
            [17, 24, 34, 54, 64, 200],
            labels=["18-24", "25-34", "35-54", "55-64", "65+"],
        )
        attributes = contacts.drop_duplicates("person").set_index("person")
        return customers.join(attributes, on="person")


def _read_all(folder: Path, sep: str = ",") -> pd.DataFrame:
    frames = [pd.read_csv(path, sep=sep, dtype=str, keep_default_na=False) for path in sorted(folder.glob("*.csv"))]
    return pd.concat(frames, ignore_index=True)


def _from_local(text: pd.Series) -> pd.Series:
    """UTC; NaT where there is no time."""
    times = pd.to_datetime(text, format="%Y-%m-%d %H:%M:%S", errors="coerce")
    return times.dt.tz_localize(ZONE, ambiguous=True).dt.tz_convert("UTC")


def _json(line: str) -> dict[str, Any] | None:
    try:
        return json.loads(line)
    except json.JSONDecodeError:
        return None


def _part(source: str, event: Any, at: pd.Series, who: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({"source": source, "event": event, "at": at, "who": who})
