"""What every page is drawn with: questions to the release, cards, charts, tables, and words for numbers."""
