"""What surrounds every page: its heading and filters, the state without a release, and its turn to compute."""
