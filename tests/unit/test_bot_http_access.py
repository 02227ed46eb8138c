"""Who may use which endpoint: every endpoint of the route table by every kind of caller."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest
from aiohttp import ClientSession
from http_service import http_service

from bot.api_keys import Scope
from bot.routes.table import ENDPOINTS
from runtime.errors import BackendUnavailable
from runtime.settings import Settings

OPEN = None
#: The scope that each endpoint needs. A new endpoint gets its line here, after some thought.
NEEDS = {
    "GET /v1/products": OPEN,
    "GET /v1/products/{sku}/alternatives": OPEN,
    "GET /v1/suggest": OPEN,
    "GET /v1/stores": OPEN,
    "GET /v1/stores/{store_id}": OPEN,
    "GET /v1/availability": OPEN,
    "POST /v1/availability": OPEN,
    "POST /v1/chat": OPEN,
    "POST /v1/holds": OPEN,
    "GET /v1/holds/{hold_id}": OPEN,
    "POST /v1/holds/{hold_id}/confirm": OPEN,
    "POST /v1/holds/{hold_id}/cancel": OPEN,
    "POST /v1/holds/{hold_id}/extend": OPEN,
    "POST /v1/holds/{hold_id}/move": OPEN,
    "POST /v1/holds/{hold_id}/ready": Scope.STORE,
    "POST /v1/holds/{hold_id}/pickup": Scope.STORE,
    "POST /v1/holds/{hold_id}/no-show": Scope.STORE,
    "POST /v1/holds/{hold_id}/short": Scope.STORE,
    "POST /v1/groups": OPEN,
    "GET /v1/groups/{group_id}": OPEN,
    "POST /v1/groups/{group_id}/confirm": OPEN,
    "POST /v1/groups/{group_id}/cancel": OPEN,
    "POST /v1/waitlist": OPEN,
    "GET /v1/waitlist/{wait_id}": OPEN,
    "POST /v1/waitlist/{wait_id}/leave": OPEN,
    "DELETE /v1/waitlist/{wait_id}": OPEN,
    "POST /v1/stock/movements": Scope.STOCK,
    "GET /v1/stock/sources": Scope.STOCK,
    "GET /v1/events": Scope.EVENTS,
    "GET /livez": OPEN,
    "GET /readyz": OPEN,
    "GET /metrics": OPEN,
    "GET /openapi.json": OPEN,
    "GET /docs": OPEN,
    "GET /": OPEN,
}
ALL = frozenset(Scope)
#: Callers: the key they send, whether a file of keys is there, whether a proxy brings them, and what they may.
CALLERS: dict[str, tuple[str | None, bool, bool, frozenset[Scope]]] = {
    "on this machine, no file": (None, False, False, ALL),
    "from elsewhere, no file": (None, False, True, frozenset()),
    "a key, no file, from elsewhere": ("key-of-stock", False, True, frozenset()),
    "on this machine, with a file": (None, True, False, frozenset()),
    "from elsewhere, with a file": (None, True, True, frozenset()),
    "a key without scopes": ("key-of-nothing", True, True, frozenset()),
    **{f"a key of {scope}": (f"key-of-{scope}", True, True, frozenset({scope})) for scope in Scope},
}


class Unreachable:
    """Whatever is asked of it fails as if Redis were gone: past the gate, but nothing is done."""

    def __getattr__(self, name: str) -> NoReturn:
        raise BackendUnavailable("not here")


class Idle:
    async def tick(self) -> bool:
        return False

    async def watch_forever(self, interval_seconds: float) -> None:
        await asyncio.sleep(3_600)

    async def run_forever(self) -> None:
        await asyncio.sleep(3_600)

    async def tell_forever(self, interval_seconds: float) -> None:
        await asyncio.sleep(3_600)

    def __getattr__(self, name: str) -> NoReturn:
        raise BackendUnavailable("not here")


def services() -> Any:
    parts = ("products", "directory", "stock_view", "availability", "turns", "ledger", "places", "inventory", "groups")
    clients = SimpleNamespace(embedded=None, reads=Unreachable(), writes=Unreachable())
    return SimpleNamespace(
        **{name: Unreachable() for name in parts},
        holds=Idle(),
        upkeep=Idle(),
        completeness=Idle(),
        popular=Idle(),
        view_keeper=Idle(),
        wait_keeper=Idle(),
        audit=SimpleNamespace(archiver=None),
        clients=clients,
    )


@pytest.fixture(scope="module")
async def doors(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[bool, ClientSession]]:
    """The service without and with a file of keys."""
    folder: Path = tmp_path_factory.mktemp("keys")
    scopes = {"nothing": [], **{scope.value: [scope.value] for scope in Scope}}
    entries = [
        {"id": f"k-{name}", "sha256": hashlib.sha256(f"key-of-{name}".encode()).hexdigest(), "scopes": may}
        for name, may in scopes.items()
    ]
    (folder / "keys.jsonl").write_text("\n".join(map(json.dumps, entries)))
    without = Settings(data_dir=folder, model="off", request_timeout_seconds=2)
    with_file = without.model_copy(update={"api_keys_file": folder / "keys.jsonl"})
    async with http_service(without, services()) as first, http_service(with_file, services()) as second:
        yield {False: first, True: second}


def test_every_endpoint_has_been_thought_about() -> None:
    assert {f"{endpoint.method} {endpoint.path}": endpoint.scope for endpoint in ENDPOINTS} == NEEDS


@pytest.mark.parametrize(("endpoint", "caller"), list(product(NEEDS, CALLERS)))
async def test_a_caller_passes_only_with_the_scope(
    doors: dict[bool, ClientSession], endpoint: str, caller: str
) -> None:
    method, path = (
        endpoint.replace("{store_id}", "S-1")
        .replace("{hold_id}", "H" + "0" * 26)
        .replace("{group_id}", "G" + "0" * 26)
        .split(" ")
    )
    key, file, proxied, may = CALLERS[caller]
    headers = {"X-Forwarded-For": "192.0.2.1"} if proxied else {}
    if key is not None:
        headers["Authorization"] = f"Bearer {key}"
    needed = NEEDS[endpoint]
    async with doors[file].request(method, path, headers=headers) as response:
        await response.read()
        if needed is OPEN or needed in may:
            assert response.status not in (401, 403)
        else:
            assert response.status == (401 if file and key is None else 403)


@pytest.mark.parametrize("endpoint", [f"{each.method} {each.path}" for each in ENDPOINTS])
async def test_a_wrong_key_is_refused_everywhere(doors: dict[bool, ClientSession], endpoint: str) -> None:
    method, path = endpoint.split(" ")
    async with doors[True].request(method, path, headers={"X-API-Key": "wrong"}) as response:
        assert response.status == 401
