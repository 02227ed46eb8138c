"""Accounts for every unit: adds the ledger up, compares with the rows, keeps old entries in files, explains."""
