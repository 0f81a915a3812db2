"""Statistics as pure functions: numpy arrays in, arrays out. Imports nothing else of ours."""
