"""The OpenAPI document is true: real answers of every endpoint fit the schema that it gives for their status."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientSession
from jsonschema import Draft202012Validator

Json = dict[str, Any]
HOLD = {"store_id": "S-BOS-2", "lines": [{"sku": "PAN-28", "quantity": 1}]}
MOVEMENT = {"source": "till", "seq": 1, "type": "sell", "store_id": "S-BOS-2", "sku": "PAN-28", "quantity": 1}
GROUP: Json = {"parts": [HOLD, {"store_id": "S-BOS-1", "lines": [{"sku": "PC-GASKET", "quantity": 1}]}]}
BASKET: Json = {"lines": [{"sku": "PC-GASKET", "quantity": 1}, {"sku": "LAMP-1"}], "near": "02108"}
SOMEWHERE = {"lat": "42.3555", "lon": "-71.064"}
WAITING: Json = {"sku": "TV-43", "quantity": 50, "store_id": "S-BOS-1", "customer": {"contact": "ann@example.com"}}
NEARBY: Json = {"sku": "TV-43", "customer": {"contact": "ann@example.com"}}


@dataclass(frozen=True)
class Example:
    """One request and the status that it gets. `before` are requests on the same hold that come first."""

    method: str
    path: str
    status: int
    params: dict[str, str] = field(default_factory=dict)
    body: Json | None = None
    before: tuple[str, ...] = ()
    keyed: bool = False


EXAMPLES = [
    Example("GET", "/v1/products", 200, {"q": "pressure cooker"}),
    Example("GET", "/v1/products", 200, {"q": "the"}),
    Example("GET", "/v1/products", 400),
    Example("GET", "/v1/products", 200, {"q": "pressure cooker", "in_stock": "true", **SOMEWHERE}),
    Example("GET", "/v1/products", 200, {"q": "pressure cooker", "near": "02108", "radius_km": "1"}),
    Example("GET", "/v1/products", 200, {"q": "pressure cookr blue", "explain": "true", **SOMEWHERE}),
    Example("GET", "/v1/products", 200, {"q": "PC-6L", "explain": "true"}),
    Example("GET", "/v1/products", 400, {"q": "pressure cooker", "in_stock": "true"}),
    Example("GET", "/v1/products", 422, {"q": "pressure cooker", "near": "Springfield"}),
    Example("GET", "/v1/products/{sku}/alternatives", 200, {"id": "PC-6L", "kind": "cheaper", **SOMEWHERE}),
    Example("GET", "/v1/products/{sku}/alternatives", 200, {"id": "PC-6L", "near": "02108"}),
    Example("GET", "/v1/products/{sku}/alternatives", 400, {"id": "PC-6L", "kind": "dearer", **SOMEWHERE}),
    Example("GET", "/v1/products/{sku}/alternatives", 404, {"id": "NOPE", **SOMEWHERE}),
    Example("GET", "/v1/products/{sku}/alternatives", 422, {"id": "PC-6L", "near": "Springfield"}),
    Example("GET", "/v1/suggest", 200, {"q": "pre"}),
    Example("GET", "/v1/suggest", 200, {"q": "presure co", **SOMEWHERE}),
    Example("GET", "/v1/suggest", 400),
    Example("GET", "/v1/suggest", 400, {"q": "p" * 501}),
    Example("GET", "/v1/suggest", 422, {"q": "pre", "near": "Springfield"}),
    Example("GET", "/v1/stores", 200, SOMEWHERE),
    Example("GET", "/v1/stores", 200, {"near": "Chicago, IL", "q": "loop"}),
    Example("GET", "/v1/stores", 422, {"near": "Qwxyzzy"}),
    Example("GET", "/v1/stores/{store_id}", 200),
    Example("GET", "/v1/stores/{store_id}", 404, {"id": "NOPE"}),
    Example("GET", "/v1/availability", 200, {"sku": "PC-6L", "quantity": "3", **SOMEWHERE}),
    Example("GET", "/v1/availability", 200, {"q": "pressure cookr", **SOMEWHERE}),
    Example("GET", "/v1/availability", 200, {"sku": "TV-43", **SOMEWHERE}),
    Example("GET", "/v1/availability", 400, SOMEWHERE),
    Example("GET", "/v1/availability", 404, {"sku": "NOPE", **SOMEWHERE}),
    Example("GET", "/v1/availability", 422, {"sku": "PC-6L", "near": "Springfield"}),
    Example("GET", "/v1/availability", 200, {"sku": "PC-6L", "quantity": "13", **SOMEWHERE}),
    Example("POST", "/v1/availability", 200, body=BASKET),
    Example("POST", "/v1/availability", 200, body={**BASKET, "lines": [{"sku": "PC-6L", "quantity": 13}]}),
    Example("POST", "/v1/availability", 400, body={"lines": []}),
    Example("POST", "/v1/availability", 404, body={**BASKET, "lines": [{"sku": "NOPE"}]}),
    Example("POST", "/v1/availability", 422, body={**BASKET, "near": "Springfield"}),
    Example("POST", "/v1/chat", 200, body={"text": "hello"}),
    Example("POST", "/v1/chat", 200, body={"text": "pressure cooker", "location": {"lat": 42.3555, "lon": -71.064}}),
    Example("POST", "/v1/chat", 400, body={}),
    Example("POST", "/v1/holds", 201, body=HOLD, keyed=True),
    Example("POST", "/v1/holds", 400, body=HOLD),
    Example("POST", "/v1/holds", 404, body={**HOLD, "store_id": "NOPE"}, keyed=True),
    Example("POST", "/v1/holds", 409, body={**HOLD, "lines": [{"sku": "PAN-28", "quantity": 9_999}]}, keyed=True),
    Example("POST", "/v1/holds", 422, body={**HOLD, "ttl_seconds": 31_000_000}, keyed=True),
    Example("GET", "/v1/holds/{hold_id}", 200),
    Example("GET", "/v1/holds/{hold_id}", 404, {"id": "NOPE"}),
    Example("POST", "/v1/holds/{hold_id}/confirm", 200),
    Example("POST", "/v1/holds/{hold_id}/confirm", 409, before=("cancel",)),
    Example("POST", "/v1/holds/{hold_id}/cancel", 200),
    Example("POST", "/v1/holds/{hold_id}/cancel", 404, {"id": "NOPE"}),
    Example("POST", "/v1/holds/{hold_id}/extend", 200, body={"ttl_seconds": 1_000}),
    Example("POST", "/v1/holds/{hold_id}/extend", 422, body={"ttl_seconds": 31_000_000}),
    Example("POST", "/v1/holds/{hold_id}/ready", 200, before=("confirm",)),
    Example("POST", "/v1/holds/{hold_id}/ready", 409),
    Example("POST", "/v1/holds/{hold_id}/pickup", 200, before=("confirm", "ready")),
    Example("POST", "/v1/holds/{hold_id}/pickup", 409),
    Example("POST", "/v1/holds/{hold_id}/confirm", 200, body={"customer": {"contact": "dave@example.com"}}),
    Example("POST", "/v1/holds/{hold_id}/move", 200, body={"store_id": "S-PVD-1"}),
    Example("POST", "/v1/holds/{hold_id}/move", 200, body={"store_id": "S-PVD-1"}, before=("confirm",)),
    Example("POST", "/v1/holds/{hold_id}/move", 409, body={"store_id": "S-CHI-1"}),
    Example("POST", "/v1/holds/{hold_id}/no-show", 200, before=("confirm",)),
    Example("POST", "/v1/holds/{hold_id}/no-show", 409),
    Example("POST", "/v1/holds/{hold_id}/short", 200, before=("confirm",)),
    Example("GET", "/v1/holds/{hold_id}", 200, before=("short",)),
    Example("POST", "/v1/groups", 201, body=GROUP, keyed=True),
    Example("POST", "/v1/groups", 400, body=GROUP),
    Example("POST", "/v1/groups", 409, body={"parts": [{**HOLD, "store_id": "S-BOS-3"}]}, keyed=True),
    Example("GET", "/v1/groups/{group_id}", 200),
    Example("GET", "/v1/groups/{group_id}", 404, {"id": "NOPE"}),
    Example("POST", "/v1/groups/{group_id}/confirm", 200),
    Example("POST", "/v1/groups/{group_id}/confirm", 409, before=("cancel",)),
    Example("POST", "/v1/groups/{group_id}/cancel", 200),
    Example("POST", "/v1/waitlist", 201, body=WAITING, keyed=True),
    Example("POST", "/v1/waitlist", 201, body={**WAITING, "sku": "PAN-28", "quantity": 1}, keyed=True),
    Example("POST", "/v1/waitlist", 400, body=WAITING),
    Example("POST", "/v1/waitlist", 404, body={**WAITING, "sku": "NOPE"}, keyed=True),
    Example("POST", "/v1/waitlist", 409, body={**WAITING, "store_id": "S-PVD-1"}, keyed=True),
    Example("POST", "/v1/waitlist", 422, body={**NEARBY, "near": "Qwxyzzy"}, keyed=True),
    Example("GET", "/v1/waitlist/{wait_id}", 200),
    Example("GET", "/v1/waitlist/{wait_id}", 404, {"id": "NOPE"}),
    Example("POST", "/v1/waitlist/{wait_id}/leave", 200),
    Example("DELETE", "/v1/waitlist/{wait_id}", 200),
    Example("GET", "/v1/events", 200),
    Example("GET", "/v1/events", 400, {"after": "yesterday"}),
    Example("GET", "/v1/stock/sources", 200),
    Example("POST", "/v1/stock/movements", 200, body={"movements": [MOVEMENT, {**MOVEMENT, "store_id": "NOPE"}]}),
    Example("POST", "/v1/stock/movements", 400, body={"movements": []}),
    Example("GET", "/livez", 200),
    Example("GET", "/readyz", 200),
    Example("GET", "/metrics", 200),
    Example("GET", "/openapi.json", 200),
    Example("GET", "/docs", 200),
    Example("GET", "/", 200),
]


@pytest.fixture(scope="module")
async def document(api: ClientSession) -> Json:
    async with api.get("/openapi.json") as response:
        found: Json = await response.json()
        return found


def strict(schema: Any) -> Any:
    """The same schema, with every object closed: an answer may not say more than the document."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: strict(part) for name, part in schema.items()}
    if "properties" in closed and closed.get("type") == "object":
        closed.setdefault("additionalProperties", False)
    return closed


def validator(document: Json, example: Example) -> Callable[[object], None]:
    """Checks an answer against what the document says about its endpoint and status."""
    response = document["paths"][example.path][example.method.lower()]["responses"][str(example.status)]
    schema = response["content"]["application/json"]["schema"]
    whole = {**schema, "components": strict(document["components"])}
    return Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER).validate


async def address(api: ClientSession, example: Example) -> tuple[str, dict[str, str]]:
    """The path with a real store or hold in it, and the query."""
    params = dict(example.params)
    if "{store_id}" in example.path:
        return example.path.replace("{store_id}", params.pop("id", "S-BOS-1")), params
    if "{sku}" in example.path:
        return example.path.replace("{sku}", params.pop("id")), params
    waiting = {**WAITING, "customer": {"contact": secrets.token_hex(8)}}
    for name, collection, body in (
        ("hold_id", "/v1/holds", HOLD),
        ("group_id", "/v1/groups", GROUP),
        ("wait_id", "/v1/waitlist", waiting),
    ):
        if f"{{{name}}}" in example.path:
            found = params.pop("id", None)
            if found is None:
                async with api.post(
                    collection, json=body, headers={"Idempotency-Key": secrets.token_hex(8)}
                ) as response:
                    found = str((await response.json())[name])
                for verb in example.before:
                    assert (await api.post(f"{collection}/{found}/{verb}")).status == 200
            return example.path.replace(f"{{{name}}}", found), params
    return example.path, params


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e.method} {e.path} {e.status}")
async def test_an_answer_is_what_the_document_says(api: ClientSession, document: Json, example: Example) -> None:
    path, params = await address(api, example)
    headers = {"Idempotency-Key": secrets.token_hex(8)} if example.keyed else {}
    async with api.request(example.method, path, params=params, json=example.body, headers=headers) as response:
        assert response.status == example.status, await response.text()
        responses = document["paths"][example.path][example.method.lower()]["responses"]
        assert response.content_type in responses[str(example.status)]["content"]
        if response.content_type == "application/json" and path != "/openapi.json":
            validator(document, example)(await response.json())


def test_every_operation_has_a_successful_example(document: Json) -> None:
    operations = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert {(example.method, example.path) for example in EXAMPLES if example.status < 300} == operations
