"""The dbt project's Python: statistics (`methods`) that Python models call."""
