"""Findings and sentences on growth that several pages share, and attribution."""
