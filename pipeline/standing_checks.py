"""Checks of the marts gate that stand: nothing of what they look at has changed since they were made.

In: the rules, what every mart holds, and the record of the gate that was made last. Out: per mart a fingerprint of its
rules and of all that they read, and the former checks of the marts whose fingerprint is as it was. Pure.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from importlib.metadata import version
from itertools import groupby
from typing import Final

from expectations.rules import Rule
from workspace.records.documents import AuditRecord, Check

# A fact of the gate's record.
FINGERPRINTS: Final = "fingerprints"
# Another: when all that stood was checked last.
WHOLE_AT: Final = "whole_at"
_WHOLE_EVERY: Final = timedelta(days=7)
_MART: Final = re.compile(r"\bmarts\.(\w+)")


def fingerprints(
    rules: Iterable[Rule], *, contents: Mapping[str, str], metrics_by_mart: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """Table -> digest of its rules, of what the marts hold that these read, and of what a failure touches.

    A table is left out where a mart that its rules read is not known to have been built.
    """
    by_table = groupby(sorted(rules, key=lambda rule: rule.table), key=lambda rule: rule.table)
    found: dict[str, str] = {}
    for table, of_table in by_table:
        said = json.dumps([asdict(rule) for rule in of_table], sort_keys=True, default=str)
        read = sorted({*_MART.findall(said)})
        if all(mart in contents for mart in read):
            metrics = sorted(metrics_by_mart.get(table.split(".")[-1], ()))
            parts = [version("great-expectations"), said, *(f"{mart}={contents[mart]}" for mart in read), *metrics]
            found[table] = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return found


def whole_pass_is_due(build: AuditRecord | None, gate: AuditRecord | None, *, now: datetime) -> bool:
    """Whether what stands has to be checked again: a table can be changed by a hand other than dbt's.

    A week after the last time; and after a run that was stopped, because what stopped it may be such a change.

    Args:
        build: the newest record of a build; None where there is none.
        gate: the newest record of the marts gate; None where there is none.
    """
    if build is None or gate is None or not build.status == gate.status == "passed":
        return True
    whole_at = gate.facts.get(WHOLE_AT)
    return whole_at is None or now - datetime.fromisoformat(whole_at) >= _WHOLE_EVERY


def standing_checks(before: AuditRecord | None, now: Mapping[str, str]) -> dict[str, list[Check]]:
    """Table -> the checks of an earlier gate that stand, each with the run that made it.

    Args:
        before: the gate that was made last, whether it went through or not; None where there was none.
        now: fingerprints of all tables.
    """
    then = before.facts.get(FINGERPRINTS, {}) if before else {}
    checks: dict[str, list[Check]] = {}
    for check in before.checks if before else ():
        checks.setdefault(check.asset, []).append(check)
    return {
        table: [one.model_copy(update={"earned_in": one.earned_in or before.run_id}) for one in of_table]
        for table, of_table in checks.items()
        # A check that could not run says nothing of what it would have found.
        if before and now.get(table, "") == then.get(table) and all(one.status != "error" for one in of_table)
    }
