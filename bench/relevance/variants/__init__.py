"""Other ways to write a query that mean the same: pure generators, the same output for the same seed."""
