"""Explore metrics: any metric by its own dimensions, periods and filters; saved as views, and on pages of one's own."""
