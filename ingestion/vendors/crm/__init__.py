"""Who the customers are and what they bought and did: a module per vendor."""
