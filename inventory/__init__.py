"""The ledger and its promise: available is never below zero and an acknowledged hold is never lost."""
