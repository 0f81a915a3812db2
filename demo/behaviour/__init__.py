"""What the people of the demo company do and think: people and effects in, one history out, before any export."""
