"""From a finished build to a release: whether it may be published, its snapshot, and the swap that readers see."""
