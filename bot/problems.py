"""The one error shape: every code of the contract, its HTTP status, and how a refusal becomes a response."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

import orjson
from aiohttp import web
from typing_extensions import TypedDict


class Code(StrEnum):
    """What went wrong, for programs."""

    BAD_REQUEST = "bad_request"
    NOT_FOUND = "not_found"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    OUT_OF_STOCK = "out_of_stock"
    INSUFFICIENT_STOCK = "insufficient_stock"
    NOT_CARRIED = "not_carried"
    HOLD_EXPIRED = "hold_expired"
    HOLD_STATE = "hold_state"
    LIMIT_EXCEEDED = "limit_exceeded"
    STORE_CLOSED = "store_closed"
    PICKUP_UNAVAILABLE = "pickup_unavailable"
    PLACE_UNKNOWN = "place_unknown"
    IDEMPOTENCY_KEY_REQUIRED = "idempotency_key_required"
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"
    IDEMPOTENCY_IN_FLIGHT = "idempotency_in_flight"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"


STATUS: Mapping[Code, int] = {
    Code.BAD_REQUEST: 400,
    Code.IDEMPOTENCY_KEY_REQUIRED: 400,
    Code.UNAUTHORIZED: 401,
    Code.FORBIDDEN: 403,
    Code.NOT_FOUND: 404,
    Code.OUT_OF_STOCK: 409,
    Code.INSUFFICIENT_STOCK: 409,
    Code.NOT_CARRIED: 409,
    Code.HOLD_EXPIRED: 409,
    Code.HOLD_STATE: 409,
    Code.STORE_CLOSED: 409,
    Code.PICKUP_UNAVAILABLE: 409,
    Code.IDEMPOTENCY_IN_FLIGHT: 409,
    Code.LIMIT_EXCEEDED: 422,
    Code.PLACE_UNKNOWN: 422,
    Code.IDEMPOTENCY_CONFLICT: 422,
    Code.RATE_LIMITED: 429,
    Code.UNAVAILABLE: 503,
}


class ErrorPart(TypedDict):
    code: Code
    message: str
    details: dict[str, object]
    alternatives: list[dict[str, object]]


class ErrorAnswer(TypedDict):
    """Every answer that is not a success."""

    error: ErrorPart


class Refused(Exception):
    """A request that ends here; the error net turns it into a response. Carries no text of the caller."""

    def __init__(
        self,
        code: Code,
        message: str,
        *,
        details: Mapping[str, object] | None = None,
        alternatives: Sequence[Mapping[str, object]] = (),
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = dict(details or {})
        self.alternatives = tuple(alternatives)
        self.status = STATUS[code] if status is None else status
        self.headers = dict(headers or {})

    def response(self) -> web.Response:
        response = web.Response(
            status=self.status,
            body=error_body(self.code, self.message, self.details, self.alternatives),
            content_type="application/json",
            headers=self.headers,
        )
        response[ERROR_CODE] = self.code
        return response


#: The code of the error that a response carries, for logs and metrics.
ERROR_CODE = web.ResponseKey("error_code", Code)


def error_body(
    code: Code,
    message: str,
    details: Mapping[str, object] | None = None,
    alternatives: Sequence[Mapping[str, object]] = (),
) -> bytes:
    """The error shape as bytes."""
    part = {"code": code, "message": message, "details": dict(details or {}), "alternatives": list(alternatives)}
    return orjson.dumps({"error": part})


def unavailable(message: str, *, retry_after_seconds: int = 1, status: int = 503) -> Refused:
    """Not the caller's fault, and likely gone in a moment."""
    return Refused(Code.UNAVAILABLE, message, status=status, headers={"Retry-After": str(retry_after_seconds)})
