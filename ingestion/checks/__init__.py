"""A workspace's sources in, what a run would find wrong in them out. Loads nothing."""
