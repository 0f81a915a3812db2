"""Dagster: assets, checks, schedules and sensors over `pipeline`. The only importer of Dagster."""
