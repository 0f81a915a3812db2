"""What a first run finds: empty tables, a secret, the settings; and no other user can read them."""

from __future__ import annotations

import hashlib
import hmac
import json
import stat
from datetime import date
from pathlib import Path

from ingestion import prepare
from ingestion.engine.secret import key_pads
from ingestion.raw_schema import RAW_TABLES
from ingestion.warehouse import open_for_writing
from tests.ingestion.workspaces import EVENTS, ORDERS, load, make_workspace, put, rows

TICKETS = {"name": "shop", "kind": "service", "vendor": "zendesk", "path": "inbox/*.json*"}
CALLS = {"name": "shop", "kind": "web", "vendor": "segment", "path": "inbox/*.jsonl"}
RESPONSES = {"name": "shop", "kind": "survey", "vendor": "qualtrics", "path": "inbox/*.csv"}
ORIGIN = ["_source", "_file", "_line", "_sha256", "_load_id", "_loaded_at"]


def test_every_raw_table_exists_and_is_empty(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, ORDERS)
    for table in RAW_TABLES.values():
        assert rows(workspace, f"select count(*) from {table.sql}") == [(0,)]
        columns = [row[0] for row in rows(workspace, f"describe {table.sql}")]
        assert columns == [*table.columns, *ORIGIN]


def test_a_new_column_is_added_to_an_existing_warehouse(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, ORDERS)
    with open_for_writing(workspace.paths) as connection:
        connection.execute("alter table raw_crm.orders drop column campaign")
    prepare(workspace)
    put(workspace, "a.csv", "customer_id,occurred_at,amount,campaign\n1,2026-01-01,10,spring\n")
    load(workspace)
    assert rows(workspace, "select campaign from raw_crm.orders") == [("spring",)]


def test_loads_of_an_earlier_version_have_no_further_rows(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, ORDERS)
    put(workspace, "a.csv", "customer_id,occurred_at,amount\n1,2026-01-01,10\n")
    load(workspace)
    with open_for_writing(workspace.paths) as connection:
        connection.execute("alter table ledger.loads drop column further_rows")
    prepare(workspace)
    put(workspace, "b.csv", "customer_id,occurred_at,amount\n2,2026-01-01,10\n")
    load(workspace)
    assert rows(workspace, "select loaded, further_rows from ledger.loads order by load_id") == [(1, 0), (1, 0)]


def test_rows_of_a_vendors_former_table_move_to_the_table_of_the_entity(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, ORDERS)
    for customer in ("1", "2"):
        put(workspace, f"{customer}.csv", f"customer_id,occurred_at,amount\n{customer},2026-01-01,{customer}0\n")
    load(workspace)
    (tmp_path / "inbox" / "1.csv").unlink()
    with open_for_writing(workspace.paths) as connection:
        connection.execute("create schema raw_crm_csv")
        # As an earlier version wrote it: without a column that is new.
        connection.execute("create table raw_crm_csv.orders as select * exclude (campaign) from raw_crm.orders")
        connection.execute("delete from raw_crm.orders")
        connection.execute("update ledger.loads set raw_schema = 'raw_crm_csv' where raw_schema = 'raw_crm'")
    for _ in range(2):
        prepare(workspace)
        assert rows(workspace, "select customer_id, amount from raw_crm.orders order by 1") == [
            ("1", "10"),
            ("2", "20"),
        ]
    assert rows(workspace, "select table_name from information_schema.tables where table_schema = 'raw_crm_csv'") == []
    load(workspace)
    live = "select load_id from ledger.loads where status = 'active'"
    found = rows(workspace, f"select customer_id from raw_crm.orders where _load_id in ({live}) order by 1")
    assert found == [("1",), ("2",)]


def test_records_of_a_vendor_that_is_described_now_move_and_their_columns_are_filled(tmp_path: Path) -> None:
    there = {number: {"id": number, "requester_id": 7, "created_at": "2026-01-01T10:00:00Z"} for number in range(1, 6)}
    files = {
        "gone.json": json.dumps({"tickets": [there[1], there[2]]}),
        "gone.jsonl": f"{json.dumps(there[3])}\n",
        "here.json": json.dumps({"tickets": [there[4], there[5]]}),
    }
    # As an earlier version wrote it: the records alone, and those of a page on one line.
    columns = "_record, _source, _file, case when _file like '%.json' then 1 else _line end as _line"
    moved(tmp_path, TICKETS, files, "raw_zendesk.tickets", columns, "ticket_id", ["1", "2", "3", "4", "5"])


def test_calls_of_segments_own_table_move_and_their_columns_are_filled(tmp_path: Path) -> None:
    call = '{{"type": "page", "messageId": "{0}", "anonymousId": "a", "timestamp": "2026-01-01T10:00:00Z"}}\n'
    files = {"gone.jsonl": f"{call.format('m1')}\n{call.format('m2')}[1]\n", "here.jsonl": call.format("m3")}
    columns = "_record, _source, _file, _line"
    moved(tmp_path, CALLS, files, "raw_segment.events", columns, "event_id", ["m1", "m2", "m3"])


def test_responses_of_qualtrics_own_table_move_with_the_zone_of_their_file(tmp_path: Path) -> None:
    def export(zone: dict[str, str], *answers: str) -> str:
        head = [
            {"ImportId": "endDate", **zone},
            {"ImportId": "_recordId"},
            {"ImportId": "QID1"},
            {"ImportId": "status"},
        ]
        last = ",".join('"' + json.dumps(one).replace('"', '""') + '"' for one in head)
        return "\n".join(["a,b,c,d", "a,b,c,d", last, *answers, ""])

    berlin = {"timeZone": "Europe/Berlin"}
    files = {
        "gone.csv": export(berlin, '2026-02-11 09:00:00,R_1,"Fast, ""really""",0', "2026-02-11 10:00:00,R_2,,8"),
        "gone-unzoned.csv": export({}, "2026-02-11 11:00:00,R_3,9,1"),
        "here.csv": export(berlin, "2026-02-11 12:00:00,R_4,8,0"),
    }
    columns = """json_merge_patch(_record::json, '{"_timezone": null}'::json)::varchar as _row, _timezone, """
    columns += "_source, _file, _line"
    keys = ["R_1", "R_2", "R_3", "R_4"]
    moved(tmp_path, RESPONSES, files, "raw_qualtrics.responses", columns, "respondent", keys)


def moved(
    root: Path, source: dict[str, str], files: dict[str, str], former: str, columns: str, key: str, keys: list[str]
) -> None:
    """Load files, put them back to where an earlier version kept them, and see that the next run finds the same rows.

    Args:
        root: of the workspace.
        source: what they are.
        files: name -> content; those that begin with `gone` are no longer there at the next run.
        former: the table of the earlier version.
        columns: of it, without those that every table ends with.
        key: a column of today's table.
        keys: what it holds.
    """
    workspace = make_workspace(root, source)
    table = ".".join(workspace.config.source("shop").raw_table)
    own = ", ".join(f'"{one}"' for one in RAW_TABLES[workspace.config.source("shop").raw_table].columns)
    live = f"""
        select _file, _line, {own} from {table}
        where _load_id in (select load_id from ledger.loads where status = 'active') order by {key}
    """
    for name, content in files.items():
        put(workspace, name, content)
    load(workspace)
    expected = rows(workspace, live)
    assert [row[0] for row in rows(workspace, f"select {key} from {table} order by 1")] == keys
    for name in files:
        if name.startswith("gone"):
            (root / "inbox" / name).unlink()
    schema, _, _ = former.partition(".")
    with open_for_writing(workspace.paths) as connection:
        connection.execute(f"create schema {schema}")
        connection.execute(f"create table {former} as select {columns}, _sha256, _load_id, _loaded_at from {table}")
        connection.execute(f"delete from {table}")
        connection.execute(
            "update ledger.loads set raw_schema = ?, raw_table = ?, reading = 'former', lifted = null",
            former.split("."),
        )
    for _ in range(2):
        prepare(workspace)
        assert rows(workspace, f"select count(*), count({key}) from {table}") == [(len(keys), 0)]
    assert rows(workspace, f"select table_name from information_schema.tables where table_schema = '{schema}'") == []
    report = load(workspace)
    assert [file.outcome for file in report.files] == ["loaded"]
    assert [problem.severity for problem in report.problems] == ["warning"]
    assert rows(workspace, live) == expected
    again = load(workspace)
    assert ([file.outcome for file in again.files], again.problems) == (["unchanged"], ())
    assert rows(workspace, live) == expected


def test_only_the_owner_can_read_the_warehouse(tmp_path: Path) -> None:
    paths = make_workspace(tmp_path, ORDERS).paths
    assert stat.S_IMODE(paths.warehouse.stat().st_mode) == 0o700
    assert stat.S_IMODE(paths.raw_database.stat().st_mode) == 0o600


def test_the_padded_keys_give_an_hmac() -> None:
    ipad, opad = key_pads(b"s" * 32)
    inner = hashlib.sha256(ipad + b"value").digest()
    assert hashlib.sha256(opad + inner).hexdigest() == hmac.new(b"s" * 32, b"value", "sha256").hexdigest()


def test_every_workspace_has_its_own_secret(tmp_path: Path) -> None:
    one, other = make_workspace(tmp_path / "one", ORDERS), make_workspace(tmp_path / "other", ORDERS)
    first, second = rows(one, "from secret.key_pads"), rows(other, "from secret.key_pads")
    assert [len(pad) for pad in first[0]] == [64, 64]
    assert first != second


def test_settings_are_one_row_of_the_current_cx_yml(tmp_path: Path) -> None:
    make_workspace(tmp_path, ORDERS)
    workspace = make_workspace(
        tmp_path, ORDERS, as_of="2026-06-30", customers={"active_days": 30}, privacy={"min_cell": 7}
    )
    found = rows(workspace, "select company, timezone, as_of, active_days, min_cell, top_tier from raw_config.settings")
    assert found == [("Example", "Europe/Berlin", date(2026, 6, 30), 30, 7, 0.2)]


def test_settings_carry_attribution_and_the_brand(tmp_path: Path) -> None:
    columns = "lookback_days, half_life_days, position_first, position_middle, position_last, brand"
    workspace = make_workspace(tmp_path, ORDERS)
    assert rows(workspace, f"select {columns} from raw_config.settings") == [(90, 7.0, 0.4, 0.2, 0.4, "Example")]
    rule = {"lookback_days": 30, "half_life_days": 3.5, "position": [0.5, 0.2, 0.3]}
    workspace = make_workspace(tmp_path, ORDERS, attribution=rule, brand="Ex")
    assert rows(workspace, f"select {columns} from raw_config.settings") == [(30, 3.5, 0.5, 0.2, 0.3, "Ex")]


def test_sources_have_their_defaults(tmp_path: Path) -> None:
    zoned = {**ORDERS, "name": "outlet", "id_namespace": "shop", "timezone": "Asia/Tokyo", "decimal": ","}
    workspace = make_workspace(tmp_path, ORDERS, zoned, EVENTS)
    columns = "name, entity, id_namespace, timezone, timestamp_format, decimal, counts_revenue"
    found = rows(workspace, f"select {columns} from raw_config.sources")
    assert found == [
        ("shop", "orders", "shop", "Europe/Berlin", None, ".", True),
        ("outlet", "orders", "shop", "Asia/Tokyo", None, ",", True),
        ("site", "events", "site", "Europe/Berlin", None, ".", False),
    ]


def test_phone_country_defaults_to_the_timezone(tmp_path: Path) -> None:
    swiss = {**ORDERS, "name": "outlet", "phone_region": "ch"}
    for identity, company in (({}, "DE"), ({"phone_region": "AT"}, "AT")):
        workspace = make_workspace(tmp_path, ORDERS, swiss, identity=identity)
        assert rows(workspace, "select phone_region from raw_config.settings") == [(company,)]
        found = rows(workspace, "select name, phone_region from raw_config.sources order by name")
        assert found == [("outlet", "CH"), ("shop", company)]


def test_cx_yml_overrides_the_default_bounds_and_fillers(tmp_path: Path) -> None:
    bounds = "select bound from raw_config.identity_bounds where identifier_type = 'email' and other_type = 'customer'"
    fillers = "select word from raw_config.identity_junk where kind = 'mailbox' and word in ('na', 'store', 'test')"
    workspace = make_workspace(tmp_path, ORDERS)
    assert rows(workspace, bounds) == [(5,)]
    assert rows(workspace, f"{fillers} order by word") == [("na",), ("test",)]
    changed = {"at_most": {"customers_per_email": 2}, "junk": {"mailboxes": ["Store"]}, "not_junk": ["NA"]}
    workspace = make_workspace(tmp_path, ORDERS, identity=changed)
    assert rows(workspace, bounds) == [(2,)]
    assert rows(workspace, f"{fillers} order by word") == [("store",), ("test",)]


def test_only_named_sources_count_revenue(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, ORDERS, {**ORDERS, "name": "outlet"}, revenue_from=["outlet"])
    assert rows(workspace, "select name from raw_config.sources where counts_revenue") == [("outlet",)]
