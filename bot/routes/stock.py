"""Changes of stock."""

from __future__ import annotations

from typing import Any

from bot.answers.stock import MovementsAnswer
from bot.api_keys import Scope
from bot.endpoint import Endpoint
from bot.handlers import stock
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
)
