"""A question and a release in; for each metric a plan that later stages only read, or the status that answers it."""
