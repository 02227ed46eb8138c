"""Changes of stock."""

from __future__ import annotations

from typing import Any

from bot.answers.stock import MovementsAnswer, SourcesAnswer
from bot.api_keys import Scope
from bot.endpoint import Endpoint
from bot.handlers import stock
from bot.requests.parts import NoParts
from bot.requests.stock import ApplyMovements

ENDPOINTS: tuple[Endpoint[Any], ...] = (
    Endpoint(
        "POST",
        "/v1/stock/movements",
        stock.apply,
        ApplyMovements,
        {200: MovementsAnswer},
        "Tell changes of stock, each taking effect once",
        "stock",
        scope=Scope.STOCK,
    ),
    Endpoint(
        "GET",
        "/v1/stock/sources",
        stock.sources,
        NoParts,
        {200: SourcesAnswer},
        "How far each source of movements has come, and which of its numbers are missing",
        "stock",
        scope=Scope.STOCK,
    ),
)
