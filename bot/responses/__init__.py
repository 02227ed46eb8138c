"""Turns the values of the layers below into the JSON of the contract. Pure: what is shown is decided elsewhere."""
