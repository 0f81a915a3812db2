"""The `cx` command, one file a group of commands: build a workspace, read what is published, serve it."""
