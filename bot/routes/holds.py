"""Holds: placing, looking, changing."""

from __future__ import annotations

from typing import Any

from bot.answers.holds import HoldJson
from bot.api_keys import Scope
from bot.endpoint import Endpoint
from bot.handlers import holds
from bot.problems import Code
from bot.requests.holds import ChangeHold, ExtendHold, PlaceHold, ShowHold

_REPLAYED = {"Idempotent-Replayed": "`true` when this is the first answer to the same key, given again"}
_CHANGE = (Code.NOT_FOUND, Code.HOLD_STATE, Code.HOLD_EXPIRED)

ENDPOINTS: tuple[Endpoint[Any], ...] = (
    Endpoint(
        "POST",
        "/v1/holds",
        holds.place,
        PlaceHold,
        {201: HoldJson},
        "Hold products at one store",
        "holds",
        problems=(
            Code.NOT_FOUND,
            Code.OUT_OF_STOCK,
            Code.INSUFFICIENT_STOCK,
            Code.NOT_CARRIED,
            Code.PICKUP_UNAVAILABLE,
            Code.IDEMPOTENCY_KEY_REQUIRED,
            Code.IDEMPOTENCY_CONFLICT,
            Code.IDEMPOTENCY_IN_FLIGHT,
            Code.LIMIT_EXCEEDED,
        ),
        answer_headers=_REPLAYED,
    ),
    Endpoint(
        "GET",
        "/v1/holds/{hold_id}",
        holds.show,
        ShowHold,
        {200: HoldJson},
        "One hold as it is now",
        "holds",
        problems=(Code.NOT_FOUND,),
    ),
    Endpoint(
        "POST",
        "/v1/holds/{hold_id}/confirm",
        holds.confirm,
        ChangeHold,
        {200: HoldJson},
        "The customer will come",
        "holds",
        problems=_CHANGE,
    ),
    Endpoint(
        "POST",
        "/v1/holds/{hold_id}/cancel",
        holds.cancel,
        ChangeHold,
        {200: HoldJson},
        "Give the units back",
        "holds",
        problems=_CHANGE,
    ),
    Endpoint(
        "POST",
        "/v1/holds/{hold_id}/extend",
        holds.extend,
        ExtendHold,
        {200: HoldJson},
        "More time before the hold ends",
        "holds",
        problems=(*_CHANGE, Code.LIMIT_EXCEEDED),
    ),
    Endpoint(
        "POST",
        "/v1/holds/{hold_id}/ready",
        holds.ready,
        ChangeHold,
        {200: HoldJson},
        "The store has put the units aside",
        "holds",
        problems=_CHANGE,
        scope=Scope.STORE,
    ),
    Endpoint(
        "POST",
        "/v1/holds/{hold_id}/pickup",
        holds.pickup,
        ChangeHold,
        {200: HoldJson},
        "The customer has taken the units",
        "holds",
        problems=_CHANGE,
        scope=Scope.STORE,
    ),
)
