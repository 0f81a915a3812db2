"""The page "What do they want done?": desired outcomes, their importance and satisfaction."""
