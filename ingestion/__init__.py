"""Sources to raw: vendors' files land as they are, once, with a ledger; bad records are rejected with a reason."""
