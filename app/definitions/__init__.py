"""The page of metric definitions."""
