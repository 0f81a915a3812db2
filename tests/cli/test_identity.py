"""`cx explain-identity` lists the links that made a person, oldest first, and shows no other identifier."""

from __future__ import annotations

import hashlib
import hmac
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.cli.test_check import ask

SECRET = b"a secret of thirty-two bytes, so"
NAMESPACES = [("customer", "shop"), ("customer", "desk"), ("anonymous", "shop"), ("email", ""), ("phone", "")]


def key_of(kind: str, namespace: str, value: str) -> int:
    digest = hmac.new(SECRET, f"{kind}|{namespace}|{value}".encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


ANN, MAIL = key_of("customer", "shop", "C1"), key_of("email", "", "ann@home.example")
PHONE, BEN = key_of("anonymous", "shop", "phone-1"), key_of("customer", "shop", "C2")
NUMBER = key_of("phone", "", "+493023125001")
KIOSK, OTHER_DESK = key_of("anonymous", "shop", "kiosk"), key_of("customer", "desk", "C1")
PERSON = min(ANN, MAIL, PHONE)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "warehouse"
    folder.mkdir()
    ipad, opad = (bytes(byte ^ pad for byte in SECRET.ljust(64, b"\0")) for pad in (0x36, 0x5C))
    with duckdb.connect(str(folder / "raw.duckdb")) as connection:
        connection.execute("""
            create schema secret; create schema intermediate; create schema raw_config;
            create table raw_config.settings as select 'DE' as phone_region;
            create table raw_config.identity_junk as select 'id' as kind, 'guest' as word;
            create table secret.key_pads (ipad blob, opad blob);
            create table intermediate.int_identity__namespaces (identifier_type varchar, id_namespace varchar);
            create table intermediate.int_identity__identifiers
                (identifier_key bigint, identifier_type varchar, person_id bigint, is_guarded boolean);
            create table intermediate.int_identity__guarded
                (identifier_key bigint, reason varchar, shared_by bigint, shared_by_type varchar, bound integer);
            create table intermediate.int_identity__links
                (identifier_a bigint, type_a varchar, identifier_b bigint, type_b varchar, method varchar,
                 linked_at timestamp, data_source varchar, refusal varchar);
        """)
        connection.execute("insert into secret.key_pads values (?, ?)", [ipad, opad])
        insert = connection.executemany
        insert("insert into intermediate.int_identity__namespaces values (?, ?)", NAMESPACES)
        people = [(ANN, "customer", PERSON), (MAIL, "email", PERSON), (PHONE, "anonymous", PERSON)]
        people += [
            (BEN, "customer", BEN),
            (NUMBER, "phone", BEN),
            (KIOSK, "anonymous", KIOSK),
            (OTHER_DESK, "customer", OTHER_DESK),
        ]
        insert(
            "insert into intermediate.int_identity__identifiers values (?, ?, ?, ?)",
            [(*one, one[0] == KIOSK) for one in people],
        )
        insert(
            "insert into intermediate.int_identity__links values (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (PHONE, "anonymous", ANN, "customer", "identify", "2026-02-01 10:00:00", "web", None),
                (PHONE, "anonymous", BEN, "customer", "identify", "2026-03-01 10:00:00", "web", "shared_device"),
                (KIOSK, "anonymous", BEN, "customer", "identify", "2026-04-01 10:00:00", "web", "guarded"),
                (ANN, "customer", MAIL, "email", "contact", None, "crm", None),
                (BEN, "customer", NUMBER, "phone", "contact", None, "crm", None),
            ],
        )
        insert(
            "insert into intermediate.int_identity__guarded values (?, ?, ?, ?, ?)",
            [(KIOSK, "shared", 9, "customer", 5)],
        )
    return tmp_path


def explained(workspace: Path, identifier: str) -> str:
    result = ask("explain-identity", identifier, "--workspace", str(workspace))
    assert result.exit_code == 0, result.output
    return result.stdout


def test_identity_links_are_listed_oldest_first_including_rejected_ones(workspace: Path) -> None:
    head, _, *rows = explained(workspace, " Ann@Home.example ").splitlines()
    assert head.endswith(f"person {PERSON}, 3 identifiers")
    assert [row.split("  ")[0].strip() for row in rows] == ["always", "2026-02-01 10:00:00", "2026-03-01 10:00:00"]
    assert "a contact of the CRM has both" in rows[0]
    assert "not followed" not in rows[0] + rows[1]
    assert "not followed: another person was first on the device" in rows[2]


def test_only_the_requested_identifier_is_shown(workspace: Path) -> None:
    output = explained(workspace, "phone-1")
    assert "phone-1" in output
    assert f"customer #{ANN}" in output
    assert not {"C1", "C2", "ann@home.example"} & set(output.replace(",", " ").split())


@pytest.mark.parametrize("spelling", ["030 23125-001", "+49 (0)30 23125001"])
def test_a_phone_is_found_in_any_spelling(workspace: Path, spelling: str) -> None:
    assert f"person {BEN}, 2 identifiers" in explained(workspace, spelling)


def test_the_same_id_in_two_namespaces_is_two_people(workspace: Path) -> None:
    output = explained(workspace, "C1")
    assert f"customer C1 of shop: person {PERSON}" in output
    assert f"customer C1 of desk: person {OTHER_DESK}, 1 identifier\nNo source links it to anything." in output


def test_a_shared_identifier_states_why_it_is_not_used(workspace: Path) -> None:
    output = explained(workspace, "kiosk")
    shared = "9 identifiers of type customer share it, and more than 5 cannot be one person."
    assert f"It joins no people: {shared}" in output


@pytest.mark.parametrize("key", [ANN, BEN, KIOSK])
def test_a_negative_mart_key_is_found(workspace: Path, key: int) -> None:
    assert f"person {PERSON if key == ANN else key}" in explained(workspace, str(key))


def test_unknown_identifiers_and_unbuilt_workspaces_are_reported_with_the_fix(workspace: Path, tmp_path: Path) -> None:
    unknown = ask("explain-identity", "nobody@home.example", "--workspace", str(workspace))
    assert unknown.exit_code == 1
    assert "No source knows this identifier." in unknown.stderr
    assert "nobody@home.example" not in unknown.output
    (tmp_path / "unbuilt").mkdir()
    (tmp_path / "unbuilt" / "cx.yml").touch()
    never = ask("explain-identity", "C1", "--workspace", str(tmp_path / "unbuilt"))
    assert never.exit_code == 1
    assert "cx run" in never.stderr
    mistyped = ask("explain-identity", "C1", "--workspace", str(tmp_path / "elsewhere"))
    assert mistyped.exit_code == 1
    assert "There is no workspace here" in mistyped.stderr


def test_a_locked_warehouse_is_reported_without_waiting(workspace: Path) -> None:
    script = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    database = workspace / "warehouse" / "raw.duckdb"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "open\n"
        result = ask("explain-identity", "C1", "--workspace", str(workspace))
        holder.communicate("")
    assert result.exit_code == 1
    assert "A run holds the warehouse." in result.stderr
