"""Feeds in, indexes and ledger counts out; a bad row is reported and never guessed at."""
