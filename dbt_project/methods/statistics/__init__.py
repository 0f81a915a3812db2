"""Methods that several concepts use: survival curves, many tests at once, exact tests of shares."""
