"""The page "What is their journey?": stages, hand-offs, paths and times."""
