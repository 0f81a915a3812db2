"""On the demo company with shared devices and two-address people, identity finds the simulated people."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import pytest

from dbt_project.methods.identity.components import smallest_of_component
from demo import generate
from demo.dirt import Dirt
from tests.dbt_project.identity.building import build, load
from tests.dbt_project.identity.scoring import Score, score, true_people

SECRET = bytes(range(32))
ENOUGH = 0.99


@dataclass(frozen=True)
class Company:
    """Whom there is, and what the warehouse says."""

    people: dict[str, set[int]]
    types: dict[int, str]
    resolved: dict[int, int]
    unguarded: dict[int, int]
    without_phones: dict[int, int]
    guarded: dict[int, str]

    def owners(self, key: int) -> set[str]:
        return {person for person, keys in self.people.items() if key in keys}

    def score(self, group: set[str]) -> Score:
        return score(self.people, group, self.resolved, self.unguarded)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    folder = tmp_path_factory.mktemp("company")
    generate(folder, customers=1500, dirt=Dirt(files=True, identity=True))
    load(folder, secret=SECRET)
    with duckdb.connect(str(build(folder, target=folder / ".dbt")), read_only=True) as connection:
        rows = connection.execute(
            "select identifier_key, identifier_type, person_id from intermediate.int_identity__identifiers"
        ).fetchall()
        links = connection.execute(
            "select identifier_a, identifier_b, type_b from intermediate.int_identity__stated_links"
        ).fetchnumpy()
        guarded = connection.execute("select identifier_key, reason from intermediate.int_identity__guarded").fetchall()
    left, right = np.asarray(links["identifier_a"]), np.asarray(links["identifier_b"])
    phoneless = np.asarray(links["type_b"]) != "phone"
    resolved = {key: person for key, _, person in rows}
    return Company(
        people=true_people(folder / "identities.csv", SECRET, resolved),
        types={key: identifier_type for key, identifier_type, _ in rows},
        resolved=resolved,
        unguarded=_components(left, right),
        without_phones=_components(left[phoneless], right[phoneless]),
        guarded=dict(guarded),
    )


@pytest.mark.slow
def test_every_person_with_two_identifiers_is_found(company: Company) -> None:
    several = {person for person, keys in company.people.items() if len(keys) > 1}
    assert len(several) > 500
    _is_good(company.score(several))


@pytest.mark.slow
def test_people_with_two_addresses_are_one_person(company: Company) -> None:
    group = {
        person for person, keys in company.people.items() if sum(company.types[key] == "email" for key in keys) > 1
    }
    assert len(group) >= 0.04 * len(company.people)
    _is_good(company.score(group))


@pytest.mark.slow
def test_people_with_two_records_and_only_one_phone_in_common_are_one_person(company: Company) -> None:
    group = {
        person
        for person, keys in company.people.items()
        if len({company.without_phones.get(key, key) for key in keys if company.types[key] == "customer"}) > 1
    }
    assert len(group) >= 5
    _is_good(company.score(group))


@pytest.mark.slow
def test_people_who_share_a_device_stay_separate(company: Company) -> None:
    group = _sharers(company)
    assert len(group) >= 0.03 * len(company.people)
    result = company.score(group)
    _is_good(result)
    assert result.guarded


@pytest.mark.slow
def test_only_shared_identifiers_cause_split_pairs(company: Company) -> None:
    result = company.score(_sharers(company))
    apart = [pair for pair in result.guarded if not any(len(company.owners(key)) > 1 for key in pair)]
    assert apart == []


@pytest.mark.slow
def test_shared_and_filler_identifiers_belong_to_no_person(company: Company) -> None:
    found = sorted((company.types[key], reason) for key, reason in company.guarded.items())
    assert found == [
        ("anonymous", "shared"),
        ("email", "junk"),
        ("email", "junk"),
        ("email", "shared"),
        ("phone", "shared"),
    ]
    for guarded in company.guarded:
        assert [key for key, person in company.resolved.items() if person == company.resolved[guarded]] == [guarded]


@pytest.mark.slow
def test_without_exclusion_rules_people_would_be_merged(company: Company) -> None:
    group = _sharers(company)
    everybody = {key: company.unguarded.get(key, key) for key in company.resolved}
    assert score(company.people, group, everybody, company.unguarded).precision < ENOUGH


def _components(left: np.ndarray, right: np.ndarray) -> dict[int, int]:
    keys, ends = smallest_of_component(left, right)
    return dict(zip(keys.tolist(), ends.tolist(), strict=True))


def _sharers(company: Company) -> set[str]:
    users: dict[int, set[str]] = {}
    for person, keys in company.people.items():
        for key in keys:
            if company.types[key] == "anonymous":
                users.setdefault(key, set()).add(person)
    return {person for sharing in users.values() if len(sharing) > 1 for person in sharing}


def _is_good(result: Score) -> None:
    assert result.precision >= ENOUGH, sorted(result.wrong)[:10]
    assert result.recall >= ENOUGH, sorted(result.missed)[:10]
