"""Readers of all forms of sentences: importing this package registers them."""

from tests.app.worlds.forms import cards, corners, home, journey, small_print, surveys, wants, who

__all__ = ["cards", "corners", "home", "journey", "small_print", "surveys", "wants", "who"]
