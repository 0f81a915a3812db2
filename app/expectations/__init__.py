"""The page "Where do we fall short?": gaps, drivers and what they put at stake."""
