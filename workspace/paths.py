"""The paths of a workspace. Nothing here touches the disk."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# The three files of a release folder. They move together, by one rename of the folder.
SNAPSHOT_FILE: Final = "snapshot.duckdb"
MANIFEST_FILE: Final = "semantic_manifest.json"
RELEASE_FILE: Final = "release.json"


@dataclass(frozen=True)
class WorkspacePaths:
    """The fixed layout below a workspace's root folder."""

    root: Path

    @property
    def config(self) -> Path:
        return self.root / "cx.yml"

    @property
    def views(self) -> Path:
        """Saved views and the company's own pages: the only file outside `written` that the app changes."""
        return self.root / "views.yml"

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def warehouse(self) -> Path:
        """The only folder with writable databases."""
        return self.root / "warehouse"

    @property
    def raw_database(self) -> Path:
        """Raw, ledger, secret, staging and intermediate; attached as `private`."""
        return self.warehouse / "raw.duckdb"

    @property
    def marts_database(self) -> Path:
        """Marts only; its catalogue is called `cx`."""
        return self.warehouse / "cx.duckdb"

    @property
    def fetched(self) -> Path:
        """Answers of APIs as they came, a folder a source."""
        return self.warehouse / "fetched"

    @property
    def lock(self) -> Path:
        """One writer per workspace holds this file for the whole of a run."""
        return self.warehouse / ".lock"

    @property
    def audit(self) -> Path:
        """Append-only records, one JSON file per run and stage."""
        return self.root / "audit"

    @property
    def logs(self) -> Path:
        """What every run reported while it worked, one text file a run."""
        return self.root / "logs"

    @property
    def published(self) -> Path:
        return self.root / "published"

    @property
    def current(self) -> Path:
        """The pointer that readers follow: which release is live."""
        return self.published / "CURRENT.json"

    @property
    def dagster_home(self) -> Path:
        return self.root / ".dagster"

    @property
    def dbt(self) -> Path:
        """dbt's targets and logs: `.dbt/runs/<run_id>`."""
        return self.root / ".dbt"

    @property
    def written(self) -> tuple[Path, ...]:
        """The folders that a run writes into."""
        return (self.warehouse, self.audit, self.logs, self.published, self.dagster_home, self.dbt)

    def holds(self, path: Path) -> bool:
        """Whether a file or folder is inside the workspace, with links and `..` resolved."""
        return _resolved(path).is_relative_to(_resolved(self.root))

    def release(self, run_id: str) -> Path:
        return self.published / run_id

    def relative(self, path: Path) -> str:
        """`path` as a user knows it: relative to the workspace if it is inside."""
        # A link that leads out is shown as the link: the target is not shown to readers.
        for one, root in ((_resolved(path), _resolved(self.root)), (path, self.root)):
            if one.is_relative_to(root):
                shown = one.relative_to(root).as_posix()
                break
        else:
            shown = str(path)
        # A name that is not valid text can be neither stored nor printed as it is.
        return os.fsencode(shown).decode("utf-8", "backslashreplace")


def _resolved(path: Path) -> Path:
    """Where a path leads; of links that lead in a circle, one of them (`Path.resolve` raises there)."""
    return Path(os.path.realpath(path))
