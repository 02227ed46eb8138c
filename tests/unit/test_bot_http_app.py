"""What surrounds every request: ids, errors, limits, keys, headers, logs."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import pytest
import structlog
from aiohttp import ClientResponse, ClientSession
from http_service import http_service

from bot.middleware import WAITING_PER_RUNNING
from inventory.keys import Keyspace
from inventory.models import HoldNotFound
from inventory.movements import MovementsApplied
from runtime.errors import AppError, BackendUnavailable
from runtime.settings import Settings
from search.stock_view.reading import ViewState

SECRET = "a-key-for-tests"


class IdleUpkeep:
    async def tick(self) -> bool:
        return False


class OddHolds:
    """Fails in the way that the hold id names."""

    def __init__(self) -> None:
        self.waiting = asyncio.Event()
        self.release = asyncio.Event()

    async def show(self, hold_id: str) -> HoldNotFound:
        match hold_id:
            case "defect":
                raise ValueError("private words")
            case "away":
                raise BackendUnavailable("Redis did not answer")
            case "broken":
                raise AppError("no such function")
            case "slow":
                self.waiting.set()
                await self.release.wait()
        return HoldNotFound(hold_id)  # type: ignore[arg-type]


class Ledger:
    async def apply_movements(self, _movements: object) -> MovementsApplied:
        return MovementsApplied(1, 0, ())


class Watch:
    async def watch_forever(self, interval_seconds: float) -> None:
        await asyncio.sleep(3_600)


class Silent:
    async def tell_forever(self, interval_seconds: float) -> None:
        await asyncio.sleep(3_600)


class NoStockView:
    async def run_forever(self) -> None:
        await asyncio.sleep(3_600)

    async def state(self) -> ViewState:
        return ViewState()


class NoRedis:
    def pipeline(self, transaction: bool) -> NoReturn:
        raise BackendUnavailable("Redis did not answer")


def services() -> SimpleNamespace:
    return SimpleNamespace(
        holds=OddHolds(),
        upkeep=IdleUpkeep(),
        ledger=Ledger(),
        clients=SimpleNamespace(embedded=None, reads=NoRedis()),
        keyspace=Keyspace("n", "r"),
        completeness=Watch(),
        popular=Silent(),
        view_keeper=NoStockView(),
        wait_keeper=NoStockView(),
        stock_view=NoStockView(),
        audit=SimpleNamespace(archiver=None),
    )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """No Redis is needed here."""
    return Settings(data_dir=tmp_path, request_timeout_seconds=0.3)


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[ClientSession]:
    async with http_service(settings, services()) as session:
        yield session


async def error_of(response: ClientResponse) -> dict[str, object]:
    body = await response.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "details", "alternatives"}
    error: dict[str, object] = body["error"]
    return error


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/v1", 404, "not_found"),
        ("GET", "/static/", 404, "not_found"),
        ("GET", "/static/%2e%2e/app.py", 404, "not_found"),
        ("DELETE", "/v1/holds", 405, "bad_request"),
        ("POST", "/v1/products", 405, "bad_request"),
        ("OPTIONS", "/v1/chat", 405, "bad_request"),
        ("FOO", "/v1/chat", 400, "bad_request"),
        ("GET", "/v1/holds/unknown", 404, "not_found"),
        ("GET", "/v1/holds/a%2Fb", 404, "not_found"),
        ("GET", "/v1/holds/%ff", 404, "not_found"),
        ("GET", "/v1/holds/away", 503, "unavailable"),
        ("GET", "/v1/holds/broken", 500, "unavailable"),
        ("GET", "/v1/holds/defect", 500, "unavailable"),
        ("GET", "/v1/holds/slow", 503, "unavailable"),
        ("GET", "/v1/products?q=" + "a" * 9_000, 400, "bad_request"),
        ("GET", "/v1/products?q=" + "a" * 90_000, 400, "bad_request"),
    ],
)
async def test_everything_that_goes_wrong_has_one_shape(
    client: ClientSession, method: str, path: str, status: int, code: str
) -> None:
    async with client.request(method, path) as response:
        assert response.status == status
        assert (await error_of(response))["code"] == code
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        if status == 503:
            assert int(response.headers["Retry-After"]) >= 1
        if status == 405:
            assert response.headers["Allow"]


async def test_a_body_that_is_too_large_is_refused(client: ClientSession) -> None:
    headers = {"Content-Type": "application/json"}
    async with client.post("/v1/chat", data=b" " * 200_000, headers=headers) as response:
        assert response.status == 400
        assert (await error_of(response))["message"] == "The body is too large"


@pytest.mark.parametrize(
    "raw",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST /v1/chat HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
        b"POST /v1/chat HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST /v1/chat HTTP/1.1\r\nHost: a\r\nExpect: a miracle\r\nContent-Length: 0\r\n\r\n",
    ],
)
async def test_what_is_not_http_gets_the_same_shape(client: ClientSession, raw: bytes) -> None:
    url = client._base_url
    assert url is not None
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(raw)
    head = await reader.readuntil(b"\r\n\r\n")
    body = json.loads(await reader.read(int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])))
    writer.close()
    assert head.split()[1] == b"400"
    assert body["error"]["code"] == "bad_request"


async def test_a_harmless_request_id_is_kept_and_another_is_replaced(client: ClientSession) -> None:
    async with client.get("/livez", headers={"X-Request-ID": "abc-1"}) as response:
        assert response.headers["X-Request-ID"] == "abc-1"
    async with client.get("/livez", headers={"X-Request-ID": "a b"}) as response:
        assert len(response.headers["X-Request-ID"]) == 32


async def test_a_defect_tells_the_caller_only_the_request_id(client: ClientSession) -> None:
    async with client.get("/v1/holds/defect") as response:
        error = await error_of(response)
        assert error["details"] == {"request_id": response.headers["X-Request-ID"]}


async def test_logs_name_the_route_and_hold_nothing_that_was_typed(client: ClientSession) -> None:
    with structlog.testing.capture_logs() as lines:
        for path in ("/v1/holds/defect?x=private", "/v1/holds/defect", "/private", "/v1/holds/away"):
            await (await client.get(path)).read()
    assert [line["route"] for line in lines if line["event"] == "http_request"] == [
        "/v1/holds/{hold_id}",
        "/v1/holds/{hold_id}",
        "unmatched",
        "/v1/holds/{hold_id}",
    ]
    failed = next(line for line in lines if line["event"] == "request_failed")
    assert failed["error_type"] == "ValueError"
    assert any("handlers/holds.py" in frame for frame in failed["where"])
    assert "private" not in str(lines)


async def test_pages_run_only_our_own_scripts(client: ClientSession) -> None:
    for path in ("/", "/docs"):
        async with client.get(path) as response:
            policy = response.headers["Content-Security-Policy"]
            text = await response.text()
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "<script>" not in text
        assert "style=" not in text
        assert "onclick" not in text
    async with client.get("/static/page.js") as response:
        assert response.content_type.endswith("/javascript")
        assert "innerHTML" not in await response.text()


async def test_too_many_requests_are_refused_but_probes_are_not(settings: Settings) -> None:
    strict = settings.model_copy(update={"rate_limit_loopback_per_minute": 2})
    async with http_service(strict, services()) as client:
        statuses = [(await client.get("/v1/holds/unknown")).status for _ in range(3)]
        assert statuses == [404, 404, 429]
        async with client.get("/v1/holds/unknown") as response:
            assert (await error_of(response))["code"] == "rate_limited"
            assert int(response.headers["Retry-After"]) > 0
        assert (await client.get("/livez")).status == 200


async def test_only_a_trusted_proxy_may_name_the_caller(settings: Settings) -> None:
    limits = {"rate_limit_per_minute": 1, "rate_limit_loopback_per_minute": 1}
    for trusted, statuses in (("", [404, 429]), ("127.0.0.1", [404, 404])):
        strict = settings.model_copy(update={**limits, "trusted_proxies": trusted})
        async with http_service(strict, services()) as client:
            callers = ("198.51.100.1, 192.0.2.1", "198.51.100.1, 192.0.2.2")
            seen = [
                (await client.get("/v1/holds/unknown", headers={"X-Forwarded-For": caller})).status
                for caller in callers
            ]
        assert seen == statuses


async def test_a_crowd_waits_its_turn_and_a_flood_is_refused_at_once(settings: Settings) -> None:
    narrow = settings.model_copy(update={"max_concurrent_requests": 1, "request_timeout_seconds": 30.0})
    behind = services()
    async with http_service(narrow, behind) as client:
        slow = asyncio.create_task(client.get("/v1/holds/slow"))
        await behind.holds.waiting.wait()
        crowd = [asyncio.create_task(client.get("/v1/holds/unknown")) for _ in range(WAITING_PER_RUNNING + 2)]
        done, waiting = await asyncio.wait(crowd, return_when=asyncio.FIRST_COMPLETED)
        assert waiting
        assert {task.result().status for task in done} == {503}
        assert (await error_of(done.pop().result()))["code"] == "unavailable"
        assert (await client.get("/livez")).status == 200
        behind.holds.release.set()
        assert (await slow).status == 404
        statuses = sorted([(await task).status for task in crowd])
        assert statuses == [404] * WAITING_PER_RUNNING + [503] * 2


MOVEMENTS = {
    "movements": [{"source": "till", "seq": 1, "type": "sell", "store_id": "s", "sku": "a", "quantity": 1}],
}


async def test_without_keys_only_this_machine_may_change_stock(client: ClientSession) -> None:
    assert (await client.post("/v1/stock/movements", json=MOVEMENTS)).status == 200
    headers = {"X-Forwarded-For": "192.0.2.1"}
    async with client.post("/v1/stock/movements", json=MOVEMENTS, headers=headers) as response:
        assert response.status == 403
        assert (await error_of(response))["code"] == "forbidden"


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://127.0.0.1:8080", 200), ("http://localhost", 200), ("http://example.org:8080", 403), ("null", 403)],
)
async def test_a_page_of_another_site_is_not_somebody_on_this_machine(
    client: ClientSession, origin: str, status: int
) -> None:
    async with client.post("/v1/stock/movements", json=MOVEMENTS, headers={"Origin": origin}) as response:
        assert response.status == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"X-API-Key": "wrong"}, 401),
        ({"Authorization": f"Bearer {SECRET}"}, 200),
        ({"X-API-Key": SECRET}, 200),
        ({"X-API-Key": SECRET + "-store"}, 403),
    ],
)
async def test_with_keys_a_scope_is_needed(
    settings: Settings, tmp_path: Path, headers: dict[str, str], status: int
) -> None:
    path = tmp_path / "keys.jsonl"
    entries = [("till", SECRET, ["stock"]), ("desk", SECRET + "-store", ["store"])]
    lines = [
        json.dumps({"id": name, "sha256": hashlib.sha256(key.encode()).hexdigest(), "scopes": scopes})
        for name, key, scopes in entries
    ]
    path.write_text("\n".join(lines))
    async with (
        http_service(settings.model_copy(update={"api_keys_file": path}), services()) as client,
        client.post("/v1/stock/movements", json=MOVEMENTS, headers=headers) as response,
    ):
        assert response.status == status
        if status != 200:
            assert (await error_of(response))["code"] == ("forbidden" if status == 403 else "unauthorized")


async def test_metrics_have_no_label_that_anybody_typed(client: ClientSession) -> None:
    await client.get("/v1/holds/private")
    await client.get("/private")
    async with client.get("/metrics") as response:
        text = await response.text()
        assert response.content_type == "text/plain"
    assert 'http_server_request_duration_seconds_count{error_type="not_found"' in text
    assert "onhand_build_info" in text
    assert "onhand_holds_active NaN" in text
    assert "private" not in text


async def test_head_answers_like_get_without_a_body(client: ClientSession) -> None:
    async with client.head("/livez") as response:
        assert response.status == 200
        assert await response.read() == b""
