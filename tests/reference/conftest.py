"""Real data through the whole pipeline, built once and shared with the end-to-end tests."""

from tests.end_to_end.conftest import real_workspace, shared_folder

__all__ = ["real_workspace", "shared_folder"]
