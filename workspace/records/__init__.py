"""What a workspace keeps of its runs: documents that the layers exchange, releases, runs, and who holds the lock."""
