"""Holds: placing, looking, changing; one by one and in groups."""

from __future__ import annotations

from typing import Any

from bot.answers.holds import GroupJson, HoldJson
from bot.api_keys import Scope
from bot.endpoint import Endpoint
from bot.handlers import groups, holds
from bot.problems import Code
from bot.requests.holds import (
    ChangeGroup,
    ChangeHold,
    ConfirmGroup,
    ConfirmHold,
    ExtendHold,
    MoveHold,
    PlaceGroup,
    PlaceHold,
    ShortHold,
    ShowGroup,
    ShowHold,
)

_REPLAYED = {"Idempotent-Replayed": "`true` when this is the first answer to the same key, given again"}
_CHANGE = (Code.NOT_FOUND, Code.HOLD_STATE, Code.HOLD_EXPIRED)
_CONFIRM = (*_CHANGE, Code.STORE_CLOSED)
_PLACE = (
    Code.NOT_FOUND,
    Code.OUT_OF_STOCK,
    Code.INSUFFICIENT_STOCK,
    Code.NOT_CARRIED,
    Code.PICKUP_UNAVAILABLE,
    Code.IDEMPOTENCY_KEY_REQUIRED,
    Code.IDEMPOTENCY_CONFLICT,
    Code.IDEMPOTENCY_IN_FLIGHT,
    Code.LIMIT_EXCEEDED,
)


def _hold(method: str, path: str, handler: Any, asks: Any, summary: str, **more: Any) -> Endpoint[Any]:
    return Endpoint(method, f"/v1/holds{path}", handler, asks, {200: HoldJson}, summary, "holds", **more)


def _group(method: str, path: str, handler: Any, asks: Any, summary: str, **more: Any) -> Endpoint[Any]:
    return Endpoint(method, f"/v1/groups{path}", handler, asks, {200: GroupJson}, summary, "groups", **more)


ENDPOINTS: tuple[Endpoint[Any], ...] = (
    Endpoint(
        "POST",
        "/v1/holds",
        holds.place,
        PlaceHold,
        {201: HoldJson},
        "Hold products at one store",
        "holds",
        problems=(*_PLACE, Code.HOLD_STATE, Code.HOLD_EXPIRED),
        answer_headers=_REPLAYED,
    ),
    _hold("GET", "/{hold_id}", holds.show, ShowHold, "One hold as it is now", problems=(Code.NOT_FOUND,)),
    _hold("POST", "/{hold_id}/confirm", holds.confirm, ConfirmHold, "The customer will come", problems=_CONFIRM),
    _hold("POST", "/{hold_id}/cancel", holds.cancel, ChangeHold, "Give the units back", problems=_CHANGE),
    _hold(
        "POST",
        "/{hold_id}/extend",
        holds.extend,
        ExtendHold,
        "More time before the hold ends",
        problems=(*_CHANGE, Code.LIMIT_EXCEEDED),
    ),
    _hold(
        "POST",
        "/{hold_id}/move",
        holds.move,
        MoveHold,
        "The same units at another store, or nothing changes",
        problems=(
            *_CONFIRM,
            Code.INSUFFICIENT_STOCK,
            Code.NOT_CARRIED,
            Code.PICKUP_UNAVAILABLE,
            Code.LIMIT_EXCEEDED,
        ),
    ),
    _hold(
        "POST",
        "/{hold_id}/ready",
        holds.ready,
        ChangeHold,
        "The store has put the units aside",
        problems=_CHANGE,
        scope=Scope.STORE,
    ),
    _hold(
        "POST",
        "/{hold_id}/pickup",
        holds.pickup,
        ChangeHold,
        "The customer has taken the units",
        problems=_CHANGE,
        scope=Scope.STORE,
    ),
    _hold(
        "POST",
        "/{hold_id}/no-show",
        holds.no_show,
        ChangeHold,
        "The customer did not come: the units are free again",
        problems=_CHANGE,
        scope=Scope.STORE,
    ),
    _hold(
        "POST",
        "/{hold_id}/short",
        holds.short,
        ShortHold,
        "The store cannot find the units: its count goes down by as many",
        problems=_CHANGE,
        scope=Scope.STORE,
    ),
    Endpoint(
        "POST",
        "/v1/groups",
        groups.place,
        PlaceGroup,
        {201: GroupJson},
        "Hold products at several stores, all of them or nothing",
        "groups",
        problems=_PLACE,
        answer_headers=_REPLAYED,
    ),
    _group("GET", "/{group_id}", groups.show, ShowGroup, "One group as it is now", problems=(Code.NOT_FOUND,)),
    _group(
        "POST",
        "/{group_id}/confirm",
        groups.confirm,
        ConfirmGroup,
        "The customer will come to every store of the group, or nothing changes",
        problems=_CONFIRM,
    ),
    _group(
        "POST",
        "/{group_id}/cancel",
        groups.cancel,
        ChangeGroup,
        "Give the units of every store back",
        problems=_CHANGE,
    ),
)
