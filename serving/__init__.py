"""The metrics layer: a published release in, governed answers out.

`ask(open_release(paths), Question(metrics=("revenue",), by=("segment",)))` is the only way to a number, for the app,
the command line and exports. MetricFlow is imported with the first question, not with this package.
"""

from serving.answers import ask, warm
from serving.catalogue import MetricDefinition, catalogue, definition
from serving.errors import NoRelease, UserError
from serving.offers import Axis, Offers, axis_values, offers, why_not
from serving.planning.words import dimension_values
from serving.question import Question
from serving.releases.history import RunSummary, last_failure, run_history
from serving.releases.release import Freshness, LiveRelease, current, freshness, open_release, releases, rollback
from serving.rows import Answer, AnswerRow

__all__ = [
    "Answer",
    "AnswerRow",
    "Axis",
    "Freshness",
    "LiveRelease",
    "MetricDefinition",
    "NoRelease",
    "Offers",
    "Question",
    "RunSummary",
    "UserError",
    "ask",
    "axis_values",
    "catalogue",
    "current",
    "definition",
    "dimension_values",
    "freshness",
    "last_failure",
    "offers",
    "open_release",
    "releases",
    "rollback",
    "run_history",
    "warm",
    "why_not",
]
