"""Tests. Before any of them is imported, libraries are set up as the project's own commands set them up."""

from workspace.environment import prepare_libraries

prepare_libraries()
