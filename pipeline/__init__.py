"""One run without Dagster: build, audit, decide, publish, tell. Who starts it, and when, is none of its business."""
