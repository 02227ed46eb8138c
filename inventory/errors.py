"""Errors of the ledger that are nobody's business answer: the caller handed over something that cannot be meant."""

from __future__ import annotations

from runtime.errors import AppError


class InvalidRequest(AppError):
    """A quantity, key or time is outside what the ledger accepts; nothing was changed."""

    code = "bad_request"


class LedgerBusy(AppError):
    """A call found no moment in which nothing stood in its way; nothing was changed, the same call may be repeated."""

    code = "unavailable"
    retryable = True
