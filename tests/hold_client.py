"""Asks the service about holds over HTTP: wishes, and answers that say what they are."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

#: A proxy brings it, so it is nobody on this machine.
STRANGER = {"X-Forwarded-For": "192.0.2.7"}


def wish(store_id: str, *lines: tuple[str, int], **more: object) -> dict[str, Any]:
    return {"store_id": store_id, "lines": [{"sku": sku, "quantity": n} for sku, n in lines], **more}


class Answer:
    def __init__(self, status: int, body: dict[str, Any], replayed: bool) -> None:
        self.status, self.body, self.replayed = status, body, replayed

    @property
    def code(self) -> str:
        return str(self.body["error"]["code"])

    @property
    def details(self) -> dict[str, Any]:
        details: dict[str, Any] = self.body["error"]["details"]
        return details


async def post(
    api: ClientSession,
    path: str,
    body: object = None,
    key: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    sent = {**(headers or {}), **({} if key is None else {"Idempotency-Key": key})}
    async with api.post(path, json=body, headers=sent) as response:
        return Answer(response.status, await response.json(), "Idempotent-Replayed" in response.headers)


async def get(api: ClientSession, path: str, headers: Mapping[str, str] | None = None, **params: object) -> Answer:
    shown = {name: str(value) for name, value in params.items()}
    async with api.get(path, params=shown, headers=headers) as response:
        return Answer(response.status, await response.json(), False)


async def place(
    api: ClientSession, body: dict[str, Any], key: str | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    return await post(api, "/v1/holds", body, key or secrets.token_hex(8), headers)


async def held(api: ClientSession, body: dict[str, Any], headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A hold that must succeed."""
    answer = await place(api, body, headers=headers)
    assert answer.status == 201, answer.body
    return answer.body


async def available(api: ClientSession, store_id: str, sku: str) -> int:
    """By the operator's eyes."""
    store = (await get(api, f"/v1/stores/{store_id}")).body
    found = await get(api, "/v1/availability", sku=sku, lat=store["lat"], lon=store["lon"], radius_km=1)
    results = [each for each in found.body["results"] if each["store"]["store_id"] == store_id]
    return int(results[0]["items"][0]["available"]) if results else 0


def write_keys(path: Path, scopes: Mapping[str, Sequence[str]]) -> dict[str, dict[str, str]]:
    """A file with one key per name; answers the headers by which each is sent."""
    lines = [
        json.dumps({"id": name, "sha256": hashlib.sha256(f"key-of-{name}".encode()).hexdigest(), "scopes": list(may)})
        for name, may in scopes.items()
    ]
    path.write_text("\n".join(lines))
    return {name: {"X-API-Key": f"key-of-{name}"} for name in scopes}
