"""The read side: what the words mean (products) and where it is available (stores)."""
