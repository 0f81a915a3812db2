"""The history of the demo company in, the files that each vendor would export out."""
