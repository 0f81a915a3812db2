"""Small workspaces that once gave a wrong answer, each with the right one; `__main__` lists both side by side."""
