"""The demo company's world: its words, events, pages, people, and the size of every planted effect."""
