"""Typed keys of what lives in the application, in a request and in a response."""

from __future__ import annotations

from aiohttp import web

from bot.api_key_file import ApiKeyFile
from bot.api_keys import Caller
from bot.metrics import Metrics
from bot.services import Services
from runtime.settings import Settings

SETTINGS = web.AppKey("settings", Settings)
SERVICES = web.AppKey("services", Services)
METRICS = web.AppKey("metrics", Metrics)
API_KEYS = web.AppKey("api_keys", ApiKeyFile)
#: The OpenAPI document as it is served.
OPENAPI = web.AppKey("openapi", bytes)

REQUEST_ID = web.RequestKey("request_id", str)
CLIENT_ADDRESS = web.RequestKey("client_address", str)
CALLER = web.RequestKey("caller", Caller)
