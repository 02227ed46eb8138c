"""What happens around every request, outermost first: name it, log it, count it, catch its errors, limit it.

Who sends it is recognised last, by `bot/callers.py`.
"""

from __future__ import annotations

import asyncio
import re
import traceback
from time import perf_counter
from uuid import uuid4

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.app_keys import CLIENT_ADDRESS, METRICS, REQUEST_ID
from bot.callers import identify_caller
from bot.client_address import client_address, is_loopback
from bot.problems import ERROR_CODE, Code, Refused, unavailable
from bot.rate_limit import RateLimit
from runtime.errors import AppError, BackendMisused
from runtime.settings import Settings

log = structlog.get_logger()

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
#: Asked by machines every few seconds, and needed most when everything else is refused.
PROBES = frozenset({"/livez", "/readyz", "/metrics"})
#: Requests that may wait for each one that is being answered.
WAITING_PER_RUNNING = 8
#: Frames of an unexpected error that are logged.
_FRAMES = 12


@web.middleware
async def name_request(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give the request an id (the caller's own where it is harmless) that every log line of it carries."""
    given = request.headers.get("X-Request-ID", "")
    request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
    request[REQUEST_ID] = request_id
    with structlog.contextvars.bound_contextvars(request_id=request_id):
        response = await handler(request)
    response.headers["X-Request-ID"] = request_id
    return response


@web.middleware
async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Log and count the request: method, route, status and time, and nothing that anybody typed."""
    metrics = request.app[METRICS]
    started = perf_counter()
    status, error = 499, "disconnected"
    metrics.active_requests.inc()
    try:
        response = await handler(request)
        status, error = response.status, str(response.get(ERROR_CODE, ""))
        return response
    finally:
        seconds = perf_counter() - started
        route = route_template(request)
        method = request.method if request.method in _METHODS else "other"
        metrics.active_requests.dec()
        metrics.request_seconds.labels(method, route, str(status), error).observe(seconds)
        write = log.debug if route in PROBES else log.info
        write("http_request", method=method, route=route, status=status, error=error, duration_s=round(seconds, 6))


def route_template(request: web.Request) -> str:
    """The path with its placeholders, never with what stood in their place."""
    resource = request.match_info.route.resource
    return "unmatched" if resource is None else resource.canonical


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every way to fail into the one error shape."""
    try:
        return await handler(request)
    except Refused as refused:
        return _refuse(refused, request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _refuse(_foreign(error), request)
    except TimeoutError:
        return unavailable("The answer took too long").response()
    except AppError as error:
        if error.code == Code.BAD_REQUEST:
            return _refuse(Refused(Code.BAD_REQUEST, error.message, details=error.details), request)
        if error.retryable:
            log.warning("backend_unavailable", error_type=type(error).__name__, reason=error.message)
            return unavailable("The service cannot answer right now; please try again").response()
        return _unexpected(error, request)
    except Exception as error:
        return _unexpected(error, request)


def _refuse(refused: Refused, request: web.Request) -> web.Response:
    if refused.code is Code.BAD_REQUEST:
        request.app[METRICS].queries_rejected.labels(route_template(request)).inc()
    return refused.response()


def _foreign(error: web.HTTPException) -> Refused:
    """aiohttp's own refusals: unknown paths, wrong methods, bodies that are too large."""
    if isinstance(error, web.HTTPNotFound | web.HTTPForbidden):
        return Refused(Code.NOT_FOUND, "There is nothing at this path")
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        return Refused(
            Code.BAD_REQUEST, f"This path takes only {allowed}", status=error.status, headers={"Allow": allowed}
        )
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        return Refused(Code.BAD_REQUEST, "The body is too large")
    return Refused(Code.BAD_REQUEST, "The request cannot be understood")


def _unexpected(error: Exception, request: web.Request) -> web.Response:
    """A defect of ours. The log says where; the error's own text may quote the caller and is left out."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    where = [f"{frame.filename.rpartition('/site-packages/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    if isinstance(error, BackendMisused | AssertionError):
        request.app[METRICS].invariant_violations.inc()
    log.error("request_failed", error_type=type(error).__name__, where=where, route=route_template(request))
    refused = unavailable("Something went wrong on our side", status=500)
    refused.details["request_id"] = request[REQUEST_ID]
    return refused.response()


def limit_rate(settings: Settings) -> Middleware:
    """Refuse an address that asks too often."""
    public, local = RateLimit(settings.rate_limit_per_minute), RateLimit(settings.rate_limit_loopback_per_minute)
    proxies = frozenset(part.strip() for part in settings.trusted_proxies.split(",") if part.strip())

    @web.middleware
    async def limited(request: web.Request, handler: Handler) -> web.StreamResponse:
        address = client_address(request, proxies)
        request[CLIENT_ADDRESS] = address
        if request.path in PROBES:
            return await handler(request)
        loopback = is_loopback(address)
        wait = (local if loopback else public).wait_seconds(address)
        if wait:
            request.app[METRICS].rate_limited.labels("loopback" if loopback else "address", "refused").inc()
            raise Refused(Code.RATE_LIMITED, "Too many requests", headers={"Retry-After": str(wait)})
        return await handler(request)

    return limited


def limit_concurrency(settings: Settings) -> Middleware:
    """Answer so many at once, let some more wait their turn, refuse the rest: a crowd is served, a flood is not."""
    turns = asyncio.Semaphore(settings.max_concurrent_requests)
    most = settings.max_concurrent_requests * (1 + WAITING_PER_RUNNING)
    here = 0

    @web.middleware
    async def limited(request: web.Request, handler: Handler) -> web.StreamResponse:
        nonlocal here
        if request.path in PROBES:
            return await handler(request)
        if here >= most:
            raise unavailable("The service is busy; please try again")
        here += 1
        try:
            async with asyncio.timeout(settings.request_timeout_seconds), turns:
                return await handler(request)
        finally:
            here -= 1

    return limited


def all_middlewares(settings: Settings) -> list[Middleware]:
    """The order of the module's first line."""
    return [
        name_request,
        observe,
        answer_errors,
        limit_rate(settings),
        limit_concurrency(settings),
        identify_caller,
    ]
