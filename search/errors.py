"""Errors of the read side. A query that finds nothing is no error.

InvalidSearch   a filter or a cursor that nothing can satisfy, sent by a caller
IndexMissing    no catalogue or no stores have been loaded yet
SearchTooSlow   Redis gave up a search for which half an answer is none
"""

from __future__ import annotations

from runtime.errors import AppError


class InvalidSearch(AppError):
    """A filter, a limit or a cursor cannot be used."""

    code = "bad_request"


class IndexMissing(AppError):
    """The index that was asked does not exist: nothing has been loaded into this namespace."""

    code = "unavailable"
    retryable = True


class SearchTooSlow(AppError):
    """Redis gave up within the time limit, and half an answer would be a wrong one."""

    code = "unavailable"
    retryable = True
