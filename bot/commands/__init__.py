"""The `onhand` subcommands for people: each is a thin shell around the service's own interface."""
