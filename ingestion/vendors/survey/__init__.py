"""What respondents answered: a module per vendor."""
