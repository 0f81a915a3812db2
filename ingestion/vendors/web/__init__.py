"""What visitors did on the web: a module per vendor."""
