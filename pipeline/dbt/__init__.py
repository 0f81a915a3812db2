"""dbt in one place: the only code that runs it, what its tests found, and what its manifest says of the models."""
