"""The HTTP application: puts the parts together and owns how long each lives."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.api_key_file import ApiKeyFile
from bot.api_keys import ANONYMOUS
from bot.app_keys import API_KEYS, CALLER, METRICS, OPENAPI, SERVICES, SETTINGS
from bot.background import running
from bot.decoding import decode
from bot.endpoint import Endpoint
from bot.handlers.pages import static_folder
from bot.metrics import Metrics
from bot.middleware import all_middlewares
from bot.openapi import openapi_document
from bot.problems import Code, Refused
from bot.routes.table import ENDPOINTS
from bot.security_headers import add_security_headers
from bot.services import Services, open_services
from inventory.audit.keeping import archive_forever
from inventory.sweeper import sweep_forever
from runtime.settings import Settings

INDEX_WATCH_SECONDS = 0.5
#: Between two rounds of counting what was searched for.
POPULAR_SECONDS = 10.0
#: Between two looks at the length of the ledger; a command that ends sooner never archives.
ARCHIVE_SECONDS = 15.0


def create_app(settings: Settings, services: Services | None = None) -> web.Application:
    """The application. Services that are handed in stay the caller's; otherwise it opens and closes its own."""
    app = web.Application(middlewares=all_middlewares(settings), client_max_size=settings.max_body_bytes)
    app[SETTINGS] = settings
    app[METRICS] = Metrics()
    app[API_KEYS] = ApiKeyFile(settings.api_keys_file)
    app[OPENAPI] = orjson.dumps(openapi_document(ENDPOINTS))
    for endpoint in ENDPOINTS:
        _add_route(app, endpoint)
    app.router.add_static("/static", static_folder(), name="static")
    app.on_response_prepare.append(add_security_headers)
    if services is None:
        app.cleanup_ctx.append(_own_services)
    else:
        app[SERVICES] = services
    app.cleanup_ctx.append(_sweep_holds)
    app.cleanup_ctx.append(_serve_waiting)
    app.cleanup_ctx.append(_archive_ledger)
    app.cleanup_ctx.append(_watch_indexes)
    app.cleanup_ctx.append(_keep_stock_view)
    app.cleanup_ctx.append(_count_searches)
    return app


def _add_route(app: web.Application, endpoint: Endpoint[Any]) -> None:
    methods = ("GET", "HEAD") if endpoint.method == "GET" else (endpoint.method,)
    resource = app.router.add_resource(endpoint.path)
    for method in methods:
        resource.add_route(method, _checked(endpoint), expect_handler=_meet_expectation)


async def _meet_expectation(request: web.Request) -> web.StreamResponse | None:
    if request.headers["Expect"].lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # the answer itself has not begun
        return None
    return Refused(Code.BAD_REQUEST, "Only 100-continue can be expected").response()


def _checked(endpoint: Endpoint[Any]) -> Handler:
    """The handler behind its checks: first who asks, then what is asked."""

    async def handle(request: web.Request) -> web.StreamResponse:
        scope = endpoint.scope
        if scope is not None and not request[CALLER].may(scope):
            raise _forbidden(request, scope)
        return await endpoint.handler(request, await decode(endpoint.asks, request))

    return handle


def _forbidden(request: web.Request, scope: str) -> Refused:
    if not request.app[API_KEYS].current().configured:
        return Refused(Code.FORBIDDEN, "Only callers on this machine may do this until ONHAND_API_KEYS_FILE is set")
    if request[CALLER].principal == ANONYMOUS:
        challenge = {"WWW-Authenticate": 'Bearer realm="onhand"'}
        return Refused(Code.UNAUTHORIZED, "Send an API key", headers=challenge)
    return Refused(Code.FORBIDDEN, f"This API key lacks the scope {scope}", details={"scope": scope})


async def _own_services(app: web.Application) -> AsyncIterator[None]:
    async with open_services(app[SETTINGS], app[METRICS].count_hold) as services:
        app[SERVICES] = services
        yield


async def _sweep_holds(app: web.Application) -> AsyncIterator[None]:
    """Tidy holds that have run out, for as long as the application lives."""
    interval = app[SETTINGS].hold_sweep_interval_seconds
    async with running(sweep_forever(app[SERVICES].upkeep, interval), "sweep holds"):
        yield


async def _serve_waiting(app: web.Application) -> AsyncIterator[None]:
    """Offer those who wait what came free unheard."""
    async with running(app[SERVICES].wait_keeper.run_forever(), "serve the waiting line"):
        yield


async def _archive_ledger(app: web.Application) -> AsyncIterator[None]:
    """Move old entries of the ledger to files, in one worker of all."""
    async with running(archive_forever(app[SERVICES].audit.archiver, ARCHIVE_SECONDS), "archive the ledger"):
        yield


async def _watch_indexes(app: web.Application) -> AsyncIterator[None]:
    """Know when answers come from half an index, which happens after Redis was restarted under us."""
    watch = app[SERVICES].completeness.watch_forever(INDEX_WATCH_SECONDS)
    async with running(watch, "watch indexes"):
        yield


async def _count_searches(app: web.Application) -> AsyncIterator[None]:
    """Count what is searched for, without knowing who does, and learn what is popular."""
    async with running(app[SERVICES].popular.tell_forever(POPULAR_SECONDS), "count searches"):
        yield


async def _keep_stock_view(app: web.Application) -> AsyncIterator[None]:
    """Follow the ledger with the view of stock, in one worker of all."""
    async with running(app[SERVICES].view_keeper.run_forever(), "keep the stock view"):
        yield
