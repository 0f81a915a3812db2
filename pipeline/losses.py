"""What is lost of a source: one check a source. Rows of `int_quality__losses` in, `Check`s and sentences out. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from workspace.records.documents import Check

Row = Mapping[str, Any]
LOSS_CHECK: Final = "few_rows_are_lost"
_UNITS: Final = {"rejected": "records", "unreadable": "answers", "out_of_scale": "answers"}

# What is lost warns: the rest of the source and the other sources still answer questions.
_FEW_LOST = Check(
    name=LOSS_CHECK,
    asset="sources",
    behaviour="warn",
    status="passed",
    description="Not more of the source is lost than its max_loss allows, and something of it is left.",
    engine="pipeline",
    unexpected=0,
)


def loss_checks(
    losses: Iterable[Row], *, sources: Sequence[str], metrics_of: Callable[[str], tuple[str, ...]]
) -> list[Check]:
    """One check a source.

    Args:
        losses: rows of `int_quality__losses`.
        sources: names of cx.yml; losses of other sources are history.
        metrics_of: a source's name in, the metrics that depend on it out; asked of failing sources only.
    """
    high: dict[str, list[Row]] = {}
    for loss in losses:
        if loss["is_high"]:
            high.setdefault(loss["data_source"], []).append(loss)
    return [_failed(name, high[name], metrics_of(name)) if name in high else _passed(name) for name in sources]


def sentence(loss: Row) -> str:
    """How much is lost, of what, why, and the cure: `10 of 10 rows of raw_crm.orders quarantined: no valid ...`."""
    unit = _UNITS.get(loss["loss"], "rows")
    how = loss["loss"].replace("_", " ")
    total = f"{loss['n_rows']:,} of {loss['out_of']:,} {unit} of {loss['subject']} {how}"
    return f"{total}: {loss['reason']}. Cure: {loss['cure']}."


def _passed(name: str) -> Check:
    return _FEW_LOST.model_copy(update={"asset": f"sources.{name}"})


def _failed(name: str, losses: Sequence[Row], metrics: tuple[str, ...]) -> Check:
    nothing_left = "Nothing of the source is left. " if any(loss["is_all"] for loss in losses) else ""
    # Quarantined, deduplicated and rejected ones are different rows, so that their numbers add up.
    lost = {(loss["subject"], loss["loss"]): loss["n_lost"] for loss in losses}
    return _FEW_LOST.model_copy(
        update={
            "asset": f"sources.{name}",
            "status": "failed",
            "unexpected": sum(lost.values()),
            "observed": nothing_left + " ".join(sentence(loss) for loss in losses),
            "metrics": metrics,
        }
    )
