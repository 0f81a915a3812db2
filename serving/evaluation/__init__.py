"""A plan in, rows out: cells asked of the engine, composed, judged, and hidden where they must be."""
