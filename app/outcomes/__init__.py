"""The page "What are they trying to achieve?": desired outcomes, their importance and satisfaction."""
