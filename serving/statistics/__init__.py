"""Estimates from columns of numbers: intervals, regressions and composed statistics, without names of metrics."""
