"""Everything of a run as Dagster assets, from the company's files to the release."""
