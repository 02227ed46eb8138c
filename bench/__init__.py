"""Measures onhand beside its peers, on the same data and in the same run: `python -m bench`."""
