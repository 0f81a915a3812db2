"""The page "Four corners": what marketing, product, commerce and service did for growth."""
