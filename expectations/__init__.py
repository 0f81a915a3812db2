"""Great Expectations suites on raw and marts, and the gate that runs them: a database in, checks out."""
