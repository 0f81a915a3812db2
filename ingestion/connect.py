"""A new source in, what its files or its API's first page hold out: can it be read, and which mappings it wants."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from ingestion.api.client import ApiClient
from ingestion.checks.proposals import Proposal, propose
from ingestion.checks.samples import Sample
from ingestion.checks.workspace import examine_files, examine_records
from ingestion.readers.vendor import UnreadableFileError
from workspace import Workspace
from workspace.errors import Problem


@dataclass(frozen=True)
class FirstLook:
    """What was seen of a source.

    Attributes:
        records: how many records were looked at.
        problems: what is wrong with it; with an error it cannot be read.
        proposals: rows of the mappings that it wants.
    """

    records: int
    problems: tuple[Problem, ...]
    proposals: tuple[Proposal, ...]


def look_at(workspace: Workspace, name: str) -> FirstLook:
    """Look at a source's files, or ask its API for one page. Loads nothing.

    Args:
        workspace: that names the source.
        name: the source's.
    """
    source = workspace.config.source(name)
    sample = Sample(source)
    if source.api is None:
        problems = examine_files(workspace, source, sample)
    else:
        try:
            client = ApiClient(source)
            page = next(client.pages(client.since(None)))
        except UnreadableFileError as error:
            return FirstLook(0, (error.problem,), ())
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "page.json"
            path.write_bytes(page.content)
            problems = examine_records(path, workspace, source, sample, shown=client.shown)
    return FirstLook(sample.records, tuple(problems), tuple(propose(workspace, sample)))
