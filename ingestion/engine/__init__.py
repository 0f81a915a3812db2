"""What is loaded, when and how often: files and tables in; raw tables, the ledger and rejects out, exactly once."""
