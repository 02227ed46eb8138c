"""The HTTP connection: what aiohttp refuses before any route is known also gets the one error shape."""

from __future__ import annotations

import asyncio

import structlog
from aiohttp import web

from bot.problems import Code, Refused, unavailable
from bot.security_headers import SECURITY_HEADERS

log = structlog.get_logger()

#: Longest request target or header that is read; past that the connection ends with an error.
MAX_LINE_BYTES = 16_384
#: Bytes of an unread body that are taken in after the answer, so that the caller sees it.
LINGERING_SECONDS = 2.0
KEEPALIVE_SECONDS = 75.0


class Connection(web.RequestHandler):
    """Answers unreadable requests in JSON and logs no part of them."""

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Refuse what cannot be read as HTTP, or hide a defect of ours."""
        if request.writer.output_size > 0:
            raise ConnectionError("An answer is on its way already")
        error_type = type(exc).__name__ if exc is not None else "unknown"
        if status >= 500:
            log.error("connection_failed", error_type=error_type)
            refused = unavailable("Something went wrong on our side", status=500)
        else:
            log.info("connection_refused", status=status, error_type=error_type)
            refused = Refused(Code.BAD_REQUEST, "This is not a well-formed HTTP request, or a part of it is too long")
        response = refused.response()
        response.headers.update(SECURITY_HEADERS)
        response.force_close()
        return response


def new_connection(manager: web.Server, loop: asyncio.AbstractEventLoop) -> Connection:
    """A connection with its limits; aiohttp's own access log, which would hold users' text, is off."""
    return Connection(
        manager,
        loop=loop,
        access_log=None,  # type: ignore[arg-type]  # documented to switch the access log off
        max_line_size=MAX_LINE_BYTES,
        max_field_size=MAX_LINE_BYTES,
        lingering_time=LINGERING_SECONDS,
        keepalive_timeout=KEEPALIVE_SECONDS,
    )
