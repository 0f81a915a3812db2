"""What goes with perceptions: drivers of an outcome, later business, value at stake."""
