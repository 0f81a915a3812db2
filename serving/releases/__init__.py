"""Releases as readers find them: the live one, earlier ones, and the runs that made or missed them."""
