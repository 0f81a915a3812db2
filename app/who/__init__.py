"""The page "Who are our best customers?": value tiers, profiles, forecasts and retention."""
