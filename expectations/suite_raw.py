"""What must hold of raw before anything is built on it. Data only."""

from __future__ import annotations

from expectations.rules import Rule, between, in_set, key, no_rows, not_null
from workspace.vocabulary import CSV_ENTITIES

_LOADS = "ledger.loads"
# Every table that a source can land in.
RAW_TABLES = tuple(f"raw_{kind}.{entity}" for kind, entities in CSV_ENTITIES.items() for entity in entities)

_LINES_REPEAT = "select _load_id, _line from {batch} group by all having count(*) > 1"

# Table names are the constants above, none comes from outside.
_ROWS_OF_LOADS = " union all ".join(
    f"select _load_id as load_id, count(*) as n_rows from {table} group by all"  # noqa: S608
    for table in RAW_TABLES
)
_ROWS_AGREE = f"""
with rows_by_load as ({_ROWS_OF_LOADS})
select loads.load_id
from {{batch}} as loads
full outer join rows_by_load on loads.load_id = rows_by_load.load_id
where
    coalesce(loads.raw_schema, '') <> 'raw_mappings'
    and coalesce(loads.loaded + loads.further_rows, 0) <> coalesce(rows_by_load.n_rows, 0)
"""  # noqa: S608


def rules() -> list[Rule]:
    """Rules of the raw gate, in the order of the report."""
    suite = [
        *key(_LOADS, "load_id"),
        not_null(_LOADS, "sha256"),
        in_set(_LOADS, "status", ("active", "superseded", "duplicate")),
        no_rows(
            "books_balance",
            _LOADS,
            "select load_id from {batch} where records <> loaded + rejected + skipped",
            description="For every file: records = loaded + rejected + skipped.",
            behaviour="block",
        ),
        no_rows(
            "rows_agree_with_ledger",
            _LOADS,
            _ROWS_AGREE,
            description="Every load's rows are in raw, as many as the ledger states: loaded + further_rows.",
            behaviour="block",
        ),
        no_rows(
            "rejects_are_explained",
            _LOADS,
            """
            select loads.load_id
            from {batch} as loads
            left join ledger.rejects as rejects on loads.load_id = rejects.load_id
            group by loads.load_id, loads.rejected
            having loads.rejected <> count(rejects.load_id)
            """,
            description="Every rejected record has its line and reason on file.",
            behaviour="block",
        ),
        no_rows(
            "one_active_version_per_path",
            _LOADS,
            "select source, path from {batch} where status = 'active' group by all having count(*) > 1",
            description="A file counts once: in the version that arrived last.",
            behaviour="block",
        ),
        # A file with many rejected records is news for the engineer, but the good records still answer questions.
        no_rows(
            "few_rejects",
            _LOADS,
            """
            select loads.load_id
            from {batch} as loads
            left join raw_config.sources as sources on loads.source = sources.name
            where loads.status = 'active' and loads.rejected > coalesce(sources.max_loss, 0.05) * loads.records
            """,
            description="Not more of a file's records are rejected than the source's max_loss allows.",
            behaviour="warn",
        ),
        # A source without a file yet is normal on a first day.
        no_rows(
            "every_source_has_a_file",
            "raw_config.sources",
            """
            select sources.name from {batch} as sources
            left join ledger.loads as loads on sources.name = loads.source and loads.status = 'active'
            where loads.load_id is null
            """,
            description="Every source of cx.yml has at least one loaded file.",
            behaviour="warn",
        ),
        between("raw_config.settings", "active_days", 1, None, behaviour="block"),
    ]
    for table in RAW_TABLES:
        suite.append(
            no_rows(
                "lines_are_unique",
                table,
                _LINES_REPEAT,
                description="A line of a file is in raw once per load.",
                behaviour="block",
            )
        )
    return suite
