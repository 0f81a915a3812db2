"""One module a vendor in a folder a kind of source: in whose shape its files are, and which raw table they fill."""
