"""What customers asked of service: a module per vendor."""
