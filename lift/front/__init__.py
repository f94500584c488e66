"""Home and the pages of no feature."""
