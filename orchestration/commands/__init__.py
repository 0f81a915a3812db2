"""The commands of `cx`, by what they do: build a workspace, read what is published, serve it."""
