"""The metrics layer: a published release in, governed answers out."""
