"""One run without Dagster: build, audit, decide, publish, notify. Who starts it, and when, is decided by the caller."""
