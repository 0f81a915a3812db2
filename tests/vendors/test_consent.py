"""Web events of visitors who did not consent are set aside, whatever the vendor, and belong to no person."""

from __future__ import annotations

import pytest

from tests.dbt_project.staging_chain import Staging
from tests.vendors.samples import Case

# vendor -> events of its samples without a person: of visitors who did not consent, and of broken exports.
WITHOUT_A_PERSON = {
    "ga4": (1, 0),
    "matomo": (0, 0),
    "mixpanel": (0, 0),
    "posthog": (1, 0),
    "rudderstack": (1, 1),
    "snowplow": (2, 1),
}


def dispositions(vendor: str) -> dict[str, list[tuple[str | None, int | None]]]:
    """Reason -> the event and the person of each row that does not count for it, after staging."""
    staging = Staging("web", "events")
    # A row's own columns, as the files of the samples give them.
    named = [
        {name: value for name, value in row.items() if isinstance(value, str)}
        for row in Case(vendor, "web", "events").rows
    ]
    staging.load("sample", named, source=vendor)
    staging.build()
    found: dict[str, list[tuple[str | None, int | None]]] = {}
    query = f"select _disposition_reason, _disposition, event_id, identifier_key from {staging.base}"
    for reason, disposition, event_id, person in staging.rows(query):
        found.setdefault(f"{disposition} {reason}", []).append((event_id, person))
    return found


@pytest.mark.parametrize("vendor", WITHOUT_A_PERSON)
def test_events_without_consent_are_set_aside_and_broken_ones_are_quarantined(vendor: str) -> None:
    refused, broken = WITHOUT_A_PERSON[vendor]
    found = dispositions(vendor)
    assert len(found.get("set_aside no_consent", [])) == refused
    assert len(found.get("quarantined missing_both:person_id:customer_id", [])) == broken
    assert {person for _, person in found.get("set_aside no_consent", [])} <= {None}
    assert found["kept None"]
    assert all(person is not None for _, person in found["kept None"])


def test_visitors_without_a_cookie_are_not_joined_into_one_person() -> None:
    people = dict(dispositions("posthog")["kept None"])
    assert people["u-15"] is not None
    assert list(people.values()).count(people["u-15"]) == 1
