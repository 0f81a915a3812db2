"""`cx.yml` and `mappings/` in, one validated, immutable configuration out, or every fault with file, line and fix."""
