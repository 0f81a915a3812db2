"""What customers will bring: models of repeat purchases, spend and contracts, their fits, back-tests and draws."""
