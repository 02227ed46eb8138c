"""Recognises who sends a request: by the API key, or as somebody on this machine."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.api_keys import ANONYMOUS, ApiKeys, Caller
from bot.app_keys import API_KEYS, CALLER, CLIENT_ADDRESS, SETTINGS
from bot.client_address import is_forwarded, is_from_foreign_page, is_loopback
from bot.problems import Code, Refused


@web.middleware
async def identify_caller(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Recognise the API key, where one is sent. A wrong key is refused even where none is needed."""
    keys = request.app[API_KEYS].current()
    presented = _presented_key(request)
    if keys.configured and presented is not None:
        key = keys.find(presented)
        if key is None:
            raise Refused(
                Code.UNAUTHORIZED, "This API key is not known", headers={"WWW-Authenticate": 'Bearer realm="onhand"'}
            )
        request[CALLER] = Caller(key.id, key.scopes)
    else:
        request[CALLER] = Caller(ANONYMOUS, trusted=_is_operator(request, keys))
    return await handler(request)


def shown_cap(request: web.Request) -> int:
    """The most of a shelf that the caller may be told; 0 for all."""
    return 0 if request[CALLER].known else request.app[SETTINGS].anonymous_available_cap


def _presented_key(request: web.Request) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    return request.headers.get("X-API-Key") or None


def _is_operator(request: web.Request, keys: ApiKeys) -> bool:
    """Without any keys, whoever is on this machine may do everything, and nobody else."""
    here = is_loopback(request[CLIENT_ADDRESS]) and not is_forwarded(request) and not is_from_foreign_page(request)
    return here and not keys.configured
