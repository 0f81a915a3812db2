"""Dagster assets, checks, schedules, publishing and the `cx` command. The only importer of Dagster."""
