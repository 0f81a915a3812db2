"""What people write: language, tone, topics, reading ease; names and numbers taken out."""
