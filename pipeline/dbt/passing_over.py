"""Passes over what stands before dbt compiles it: to see that nothing has changed takes dbt forty milliseconds a node.

In: a build under way. Out: results of models and tests that stand, as the materializations of `dbt_project` give them.
They compare the compiled code; here the files that it comes from are compared with those of the last build in which all
went through. Wherever that does not settle it, dbt compiles, and its materialization decides.

dbt offers no place for this, so that one method of its runners is replaced while a build lasts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.metadata import distributions
from pathlib import Path
from typing import Any, Final

import duckdb

from pipeline.dbt.project import files_when_parsed, only_sql_of_models
from workspace.paths import WorkspacePaths

# The settings decide what some macros compile, whoever reads them. When a run was belongs to none of them.
_SETTINGS: Final = "source.cx.raw_config."
_NO_SETTING: Final = "source.cx.raw_config.runs"
# The names under which dbt opens a workspace's databases (profiles.yml).
_MODELS: Final = """
    select name, code, content, run_id, n_rows, read from private.built.models
    union all
    select name, code, content, run_id, n_rows, read from cx.built.models
"""
_TESTS: Final = """
    select name, code, run_id, read from cx.built.tests
    where failures = 0 and not should_warn and not should_error
"""
_SOURCES: Final = "select name, content from private.built.sources"
_PASSED: Final = "select name, code from cx.built.passed"
_PASSED_BY: Final = "select files, settings from cx.built.passed_by"
_REMEMBERS: Final = """
    select count(*) from duckdb_tables()
    where database_name = 'cx' and schema_name = 'built' and table_name in ('passed', 'passed_by')
"""
_CONTENT_OF: Final = "select name, code, content, run_id, n_rows, read from ({models}) where name = '{name}'"
_PASS: Final = """
    create or replace table built.passed as
    select name, code from built.models
    union all select name, code from private.built.models
    union all select name, code from built.tests;
    create or replace table built.passed_by as select $files as files, $settings as settings;
"""
_SOURCES_OF_SETTINGS: Final = "select name, content from private.built.sources where starts_with(name, $settings)"


@dataclass(frozen=True)
class _Remembered:
    """What is remembered of a node: its last result and what that was made of."""

    code: str
    run_id: str
    read: Mapping[str, str] | None
    content: str = ""
    n_rows: int | None = None


@dataclass
class RememberedNodes:
    """What one build knows of its nodes: looked up once the contents of all sources are known, kept while it builds."""

    files: Mapping[str, str]
    passed: Mapping[str, str] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()
    contents: dict[str, str] = field(default_factory=dict)
    remembered: dict[str, _Remembered] = field(default_factory=dict)
    is_looked_up: bool = False

    def look_up(self, ask: Callable[[str], list[Any]]) -> None:
        """Look up what is remembered; without a build in which all went through, that is nothing."""
        self.is_looked_up = True
        if ask(_REMEMBERS)[0][0] != 2:
            return
        before = [(json.loads(files), json.loads(settings)) for files, settings in ask(_PASSED_BY)]
        sources = dict(ask(_SOURCES))
        if not before or not only_sql_of_models(before[0][0], self.files) or before[0][1] != _settings(sources):
            return
        self.passed = dict(ask(_PASSED))
        self.changed = frozenset(name for name, digest in self.files.items() if digest != before[0][0][name])
        self.contents |= sources
        for row in ask(_MODELS):
            self.put(*row)
        for name, code, run_id, read in ask(_TESTS):
            self.remembered[name] = _Remembered(code, run_id, json.loads(read) if read else None)

    def put(self, name: str, code: str, content: str, run_id: str, n_rows: int | None, read: str | None) -> None:
        """Take down what a model holds."""
        self.contents[name] = content
        self.remembered[name] = _Remembered(code, run_id, json.loads(read) if read else None, content, n_rows)

    def standing(self, node: Any, manifest: Any) -> _Remembered | None:
        """What is remembered of a node whose code and inputs are as they were then; None where that is not certain."""
        known = self.remembered.get(node.unique_id)
        if known is None or known.read is None or self.passed.get(node.unique_id) != known.code:
            return None
        if not self.changed.isdisjoint(_files_of(node, manifest)):
            return None
        are_equal = all(self.contents.get(name) == content for name, content in known.read.items())
        return known if are_equal else None


@contextmanager
def passing_over(files: Mapping[str, str], stands: Callable[[str], None]) -> Iterator[None]:
    """Have dbt pass over nodes that stand, in all builds of this process while the block lasts.

    Args:
        files: all that the code is made of, as it was when dbt read it (`code_files`).
        stands: is given the name of every node that is passed over.
    """
    from dbt.task.base import BaseRunner

    build = RememberedNodes(files)
    execute = BaseRunner.compile_and_execute

    def compile_and_execute(runner: Any, manifest: Any, context: Any) -> Any:
        node = context.node
        if node.resource_type not in ("model", "test") or node.is_ephemeral_model:
            return execute(runner, manifest, context)
        with runner.adapter.connection_named(node.unique_id, node):

            def ask(sql: str) -> list[Any]:
                return [tuple(row) for row in runner.adapter.execute(sql, fetch=True)[1].rows]

            if not build.is_looked_up:
                build.look_up(ask)
            known = build.standing(node, manifest)
            if known and (node.resource_type == "test" or _is_there(runner.adapter, node)):
                stands(node.unique_id)
                return _result(runner, node, known)
        result = execute(runner, manifest, context)
        if node.resource_type == "model" and build.passed:
            with runner.adapter.connection_named(node.unique_id, node):
                for row in ask(_CONTENT_OF.format(models=_MODELS, name=node.unique_id)):
                    build.put(*row)
        return result

    BaseRunner.compile_and_execute = compile_and_execute
    try:
        yield
    finally:
        BaseRunner.compile_and_execute = execute


def remember_that_all_passed(paths: WorkspacePaths, files: Mapping[str, str]) -> None:
    """Take down the code of all nodes and the files it came from, after a build of everything that went through."""
    with duckdb.connect(str(paths.marts_database)) as connection:
        connection.execute("attach $path as private (read_only)", {"path": str(paths.raw_database)})
        sources = dict(connection.execute(_SOURCES_OF_SETTINGS, {"settings": _SETTINGS}).fetchall())
        values = {"files": json.dumps(dict(files)), "settings": json.dumps(_settings(sources))}
        connection.execute(_PASS, values)


def code_files(parsed: Path) -> dict[str, str]:
    """All that code is made of, with digests: the files that dbt has read, and under a blank what is installed."""
    installed = sorted(f"{one.name} {one.version}" for one in distributions())
    return files_when_parsed(parsed) | {" ": sha256("\n".join(installed).encode()).hexdigest()}


def _settings(sources: Mapping[str, str]) -> dict[str, str]:
    return {name: held for name, held in sorted(sources.items()) if name.startswith(_SETTINGS) and name != _NO_SETTING}


def _files_of(node: Any, manifest: Any) -> Iterator[str]:
    """The file of a node, and of all ephemeral models that dbt writes into it."""
    yield node.original_file_path
    for name in node.depends_on.nodes:
        parent = manifest.nodes.get(name)
        if parent is not None and parent.is_ephemeral_model:
            yield from _files_of(parent, manifest)


def _is_there(adapter: Any, node: Any) -> bool:
    relation = adapter.get_relation(node.database, node.schema, node.alias)
    return relation is not None and relation.type == node.config.materialized


def _result(runner: Any, node: Any, known: _Remembered) -> Any:
    from dbt.artifacts.schemas.results import RunStatus
    from dbt.artifacts.schemas.run import RunResult
    from dbt.task.test import TestResultData

    if node.resource_type == "test":
        passed = TestResultData(failures=0, should_warn=False, should_error=False, adapter_response={})
        return runner.build_test_run_result(node, passed)
    rows = "" if known.n_rows is None else f", {known.n_rows} rows"
    return RunResult(
        node=node,
        status=RunStatus.Success,
        timing=[],
        thread_id="",
        execution_time=0,
        message=f"STANDS since run {known.run_id}{rows}",
        adapter_response={},
        failures=None,
        batch_results=None,
    )
