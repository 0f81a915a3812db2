"""What a choice is answered with. In: a session and a choice. Out: a `Result`: rows, those compared with, the total."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from app.explore.choice import Asked, Choice, choice_of, filters_in_words, fitted, parameters_of
from app.kit.cards import still_open
from app.kit.findings import is_too_few
from app.kit.formatting import change, unit_of
from app.kit.page_session import PageSession
from app.kit.periods import Window, add_months, is_whole_months
from app.shell.page import days_in_words
from serving import Answer, AnswerRow, MetricDefinition, Offers, Question, UserError, why_not
from serving.planning.coverage import next_period, period_start
from workspace.views import SavedView

Key = tuple[tuple[str | None, ...], date | None]


@dataclass(frozen=True)
class Result:
    """An answered choice.

    Attributes:
        answer: the rows of the period.
        earlier: the rows of the period compared with; None where they may not be compared.
        total: the one number over the whole period; None where the metric has none at this choice.
        total_before: the same in the period compared with.
        not_compared: why no change is shown although one was asked for, in a sentence.
        labels: dimension -> its label.
    """

    choice: Choice
    asked: Asked
    definition: MetricDefinition
    currency: str
    days: str
    answer: Answer
    earlier: Answer | None
    total: AnswerRow | None
    total_before: AnswerRow | None
    not_compared: str
    labels: Mapping[str, str]

    @property
    def unit(self) -> str:
        return unit_of(self.definition.name, self.definition.unit)

    @property
    def scope(self) -> str:
        """The filters in words; empty where there are none."""
        return filters_in_words(self.choice, self.labels)

    @property
    def by_words(self) -> list[str]:
        """What the rows are split by, in words."""
        return [self.labels[word].lower() for word in self.choice.by] + (
            [self.choice.grain] if self.choice.grain else []
        )

    @cached_property
    def before(self) -> Mapping[Key, AnswerRow]:
        """The rows compared with, by the dimensions and the period of the row that each is compared with."""
        if self.earlier is None:
            return {}
        shown, before = self.asked.window, self.asked.before
        assert before is not None
        found = {}
        for row in self.earlier.rows:
            period = row.period
            if period is not None:
                assert shown.since is not None
                assert before.since is not None
                months = (shown.since.year - before.since.year) * 12 + shown.since.month - before.since.month
                period = add_months(period, months)
            found[self._values(row), period] = row
        return found

    def before_of(self, row: AnswerRow) -> AnswerRow | None:
        """What a row is compared with."""
        return self.before.get((self._values(row), row.period))

    def moved(self, row: AnswerRow, before: AnswerRow | None) -> str:
        """The change to a row in words; empty where there is none to state, or it stands on too few."""
        if before is None or row.value is None or before.value is None:
            return ""
        if is_too_few(row, self.definition) or is_too_few(before, self.definition):
            return ""
        return change(row.value, before.value, self.unit) or ""

    @property
    def partial(self) -> str:
        """Which of the rows' periods are only in part within the period shown, in a sentence."""
        grain, shown = self.choice.grain, self.asked.window
        if grain is None:
            return ""
        last = shown.until or self.asked.as_of
        begun = shown.since is not None and period_start(shown.since, grain) != shown.since
        ends = next_period(period_start(last, grain), grain) - timedelta(days=1)
        which = [word for word, is_part in (("first", begun), ("last", ends != last)) if is_part]
        if not which:
            return ""
        verb = "is" if len(which) == 1 else "are each"
        return f"The {' and the '.join(which)} {grain} {verb} shown only in part: the period does not cover the whole."

    def _values(self, row: AnswerRow) -> tuple[str | None, ...]:
        return tuple(row.dimensions.get(word) for word in self.choice.by)


def labels_of(offers: Offers) -> dict[str, str]:
    """Dimension -> its label."""
    return {axis.name: axis.label for axis in offers.axes}


def fit(session: PageSession, choice: Choice) -> tuple[Choice, list[str]]:
    """The choice as this release can be asked, and what was left out.

    Raises:
        UserError: the release has no such metric.
    """
    offers = session.offers(choice.metric)
    return fitted(
        choice,
        offers,
        lambda axis: session.axis_values(choice.metric, axis),
        lambda one, axis: _fullest(session, one, axis),
        lambda one: why_not(session.release, question_of(one, Window(None, None))),
    )


def read_view(session: PageSession, view: SavedView) -> Choice:
    """What a saved view asks for, if this release has all of it.

    Raises:
        UserError: it names something that this release does not have; with the view's name, and what to do.
    """
    choice, left_out = choice_of(parameters_of(view.address))
    named = f"The view “{view.name}” cannot be shown as it was saved."
    fix = "Open it in Explore metrics, choose again, and save it; or correct its address in views.yml."
    if not choice.metric:
        raise UserError(f"{named} Its address names no metric.", fix)
    try:
        whole, more = fit(session, choice)
    except UserError as unknown:
        raise UserError(f"{named} {unknown.what}", unknown.fix) from None
    if left_out or more:
        raise UserError(" ".join([named, *left_out, *more]).replace(": it is left out", ""), fix)
    return whole


def question_of(choice: Choice, window: Window) -> Question:
    """The question of a choice within a period."""
    return Question(
        metrics=(choice.metric,),
        by=choice.by,
        where=choice.where,
        grain=choice.grain,
        since=window.since,
        until=window.until,
    )


def answered(session: PageSession, choice: Choice) -> Result:
    """Ask what a fitted choice asks for."""
    metric, offers = choice.metric, session.offers(choice.metric)
    asked = Asked(choice, session.document.as_of_on, has_dates=offers.has_dates)
    answer = session.ask(metric, by=choice.by, where=asked.where, grain=choice.grain, window=asked.window)
    earlier, total, total_before = None, None, None
    # Days and weeks of two periods do not stand on each other, nor do months that are cut.
    if choice.grain is None or (choice.grain not in ("day", "week") and is_whole_months(asked.window)):
        earlier = session.earlier(metric, asked, by=choice.by, grain=choice.grain)
    alone = session.ask(metric, where=asked.where, window=asked.window).one(metric)
    if alone.status != "not_sliceable":
        total, total_before = alone, session.before(metric, asked)
    return Result(
        choice=choice,
        asked=asked,
        definition=session.definitions[metric],
        currency=session.currency,
        days=days_in_words(asked, session, undated=session.is_undated(metric)) if offers.has_dates else "all time",
        answer=answer,
        earlier=earlier,
        total=total,
        total_before=total_before,
        not_compared=_not_compared(session, metric, asked),
        labels=labels_of(offers),
    )


def _fullest(session: PageSession, choice: Choice, axis: str) -> str:
    """The value of a dimension that the choice is filtered on for which most of its rows hold a number."""
    (now,) = dict(choice.where)[axis]
    rest = {one: values for one, values in choice.where if one != axis}
    rows = session.ask(choice.metric, by=(*choice.by, axis), where=rest).rows
    found = Counter(str(row.dimensions[axis]) for row in rows if row.status == "ok" and row.dimensions.get(axis))
    most = max(found.values(), default=0)
    return now if found[now] == most or not found else min(value for value, n in found.items() if n == most)


def _not_compared(session: PageSession, metric: str, asked: Asked) -> str:
    if asked.before is None:
        return ""
    definition = session.definitions[metric]
    if definition.settles_after and session.may_still_change(metric, asked.window):
        return still_open(session, metric)
    return session.not_compared(metric, asked)
