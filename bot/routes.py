"""The URL table: every endpoint of the contract with what it accepts, answers and refuses."""

from __future__ import annotations

from typing import Any

from bot import answers, requests
from bot.api_keys import Scope
from bot.endpoint import Endpoint
from bot.handlers import availability, chat, health, holds, pages, products, stock, stores
from bot.problems import Code

_REPLAYED = {"Idempotent-Replayed": "`true` when this is the first answer to the same key, given again"}
_CHANGE = (Code.NOT_FOUND, Code.HOLD_STATE, Code.HOLD_EXPIRED)

SEARCH: tuple[Endpoint[Any], ...] = (
    Endpoint(
        "GET",
        "/v1/products",
        products.find,
        requests.FindProducts,
        {200: answers.ProductsAnswer},
        "Find products by words, SKU or barcode",
        "products",
    ),
    Endpoint(
        "GET",
        "/v1/suggest",
        products.suggest,
        requests.Suggest,
        {200: answers.SuggestAnswer},
        "Completions while somebody types",
        "products",
    ),
    Endpoint(
        "GET",
        "/v1/stores",
        stores.find,
        requests.FindStores,
        {200: answers.StoresAnswer},
        "Find stores, nearest first where a point is given",
        "stores",
        problems=(Code.PLACE_UNKNOWN,),
    ),
    Endpoint(
        "GET",
        "/v1/stores/{store_id}",
        stores.show,
        requests.ShowStore,
        {200: answers.StoreJson},
        "One store",
        "stores",
        problems=(Code.NOT_FOUND,),
    ),
    Endpoint(
        "GET",
        "/v1/availability",
        availability.find,
        requests.FindAvailability,
        {200: answers.AvailabilityJson},
        "The nearest stores that can give the whole quantity right now",
        "availability",
        problems=(Code.NOT_FOUND, Code.PLACE_UNKNOWN),
    ),
)

CONVERSATION: tuple[Endpoint[Any], ...] = (
    Endpoint(
        "POST",
        "/v1/chat",
        chat.take_turn,
        requests.Chat,
        {200: answers.ChatAnswer},
        "One turn of a conversation",
        "chat",
        problems=(Code.IDEMPOTENCY_IN_FLIGHT,),
    ),
)

HOLDS: tuple[Endpoint[Any], ...] = (
    Endpoint(
        "POST",
        "/v1/holds",
        holds.place,
        requests.PlaceHold,
        {201: answers.HoldJson},
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
        requests.ShowHold,
        {200: answers.HoldJson},
        "One hold as it is now",
        "holds",
        problems=(Code.NOT_FOUND,),
    ),
    Endpoint(
        "POST",
        "/v1/holds/{hold_id}/confirm",
        holds.confirm,
        requests.ChangeHold,
        {200: answers.HoldJson},
        "The customer will come",
        "holds",
        problems=_CHANGE,
    ),
    Endpoint(
        "POST",
        "/v1/holds/{hold_id}/cancel",
        holds.cancel,
        requests.ChangeHold,
        {200: answers.HoldJson},
        "Give the units back",
        "holds",
        problems=_CHANGE,
    ),
    Endpoint(
        "POST",
        "/v1/holds/{hold_id}/extend",
        holds.extend,
        requests.ExtendHold,
        {200: answers.HoldJson},
        "More time before the hold ends",
        "holds",
        problems=(*_CHANGE, Code.LIMIT_EXCEEDED),
    ),
    Endpoint(
        "POST",
        "/v1/holds/{hold_id}/ready",
        holds.ready,
        requests.ChangeHold,
        {200: answers.HoldJson},
        "The store has put the units aside",
        "holds",
        problems=_CHANGE,
        scope=Scope.STORE,
    ),
    Endpoint(
        "POST",
        "/v1/holds/{hold_id}/pickup",
        holds.pickup,
        requests.ChangeHold,
        {200: answers.HoldJson},
        "The customer has taken the units",
        "holds",
        problems=_CHANGE,
        scope=Scope.STORE,
    ),
)

STOCK: tuple[Endpoint[Any], ...] = (
    Endpoint(
        "POST",
        "/v1/stock/movements",
        stock.apply,
        requests.ApplyMovements,
        {200: answers.MovementsAnswer},
        "Tell changes of stock, each taking effect once",
        "stock",
        scope=Scope.STOCK,
    ),
)

OPERATION: tuple[Endpoint[Any], ...] = (
    Endpoint("GET", "/livez", health.live, requests.NoParts, {200: answers.LivezAnswer}, "The process runs", "health"),
    Endpoint(
        "GET",
        "/readyz",
        health.ready,
        requests.NoParts,
        {200: answers.ReadyzAnswer, 503: answers.NotReadyAnswer},
        "Which dependencies are up, degraded or down",
        "health",
    ),
    Endpoint("GET", "/metrics", health.metrics, requests.NoParts, {200: "text/plain"}, "Prometheus metrics", "health"),
    Endpoint(
        "GET", "/openapi.json", pages.openapi, requests.NoParts, {200: "application/json"}, "This document", "pages"
    ),
    Endpoint("GET", "/docs", pages.docs, requests.VisitPage, {200: "text/html"}, "This document, for people", "pages"),
    Endpoint("GET", "/", pages.demo, requests.VisitPage, {200: "text/html"}, "The demo page with a chat", "pages"),
)

ENDPOINTS = SEARCH + CONVERSATION + HOLDS + STOCK + OPERATION
