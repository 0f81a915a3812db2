"""The page of data quality: checks, books, files and settings behind a release."""
