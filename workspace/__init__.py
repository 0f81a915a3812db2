"""A company's workspace: its `cx.yml` and mappings, validated, and the paths and documents that the layers share.

In: a folder with `cx.yml`. Out: one immutable `Workspace`, or a `WorkspaceError` that lists every problem with file,
line, key and fix. This package is a leaf: it imports nothing else of ours, and everybody may import it. It is the
only place that reads the environment.
"""

from workspace.configuration.config import Config, Workspace, load_workspace
from workspace.configuration.sources import Source
from workspace.errors import Problem, WorkspaceError

__all__ = ["Config", "Problem", "Source", "Workspace", "WorkspaceError", "load_workspace"]
