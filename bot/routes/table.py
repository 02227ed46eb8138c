"""Every endpoint of the contract, in the order in which the documentation shows them."""

from __future__ import annotations

from typing import Any

from bot.endpoint import Endpoint
from bot.routes import chat, events, holds, operation, search, stock, waitlist

ENDPOINTS: tuple[Endpoint[Any], ...] = (
    *search.ENDPOINTS,
    *chat.ENDPOINTS,
    *holds.ENDPOINTS,
    *waitlist.ENDPOINTS,
    *stock.ENDPOINTS,
    *events.ENDPOINTS,
    *operation.ENDPOINTS,
)
