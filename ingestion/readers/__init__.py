"""Files of every kind in, records as text with their lines out; what cannot be read, with its reason."""
