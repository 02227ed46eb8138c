"""From what is wanted to what is done and answered, by way of ports only."""
