"""The home page: all answers in a sentence each."""
