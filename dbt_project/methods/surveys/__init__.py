"""Weights of those who answered a survey."""
