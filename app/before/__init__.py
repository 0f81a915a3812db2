"""The page "Before the purchase": content, gates, mentions and replies."""
