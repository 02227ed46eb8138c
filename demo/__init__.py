"""The demonstration retailer: its generated feeds, and the story that `make demo` tells with them."""
