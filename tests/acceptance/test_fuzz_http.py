"""Twenty thousand hostile requests: the error shape or a true answer, never 5xx, nothing changed by a refusal."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from io import BytesIO
from itertools import islice
from typing import Any

import pytest
import structlog
from aiohttp import ClientError, ClientSession
from http_fuzz import Fuzzer, FuzzRequest
from http_service import http_service
from pydantic import TypeAdapter
from yarl import URL

from bot.problems import STATUS, Code
from bot.routes.table import ENDPOINTS
from inventory.keys import Keyspace
from runtime.redis_client import RedisClients
from runtime.settings import Settings

SEED = 20_261_125
REQUESTS = 21_000
BATCH = 75
AT_ONCE = 16

ANSWERS = {
    (endpoint.method, endpoint.path, status): TypeAdapter(kind)
    for endpoint in ENDPOINTS
    for status, kind in endpoint.answers.items()
    if not isinstance(kind, str)
}
#: Good values by the name of the field; lists are drawn from.
VALID: dict[str, Any] = {
    "sku": ["PC-6L", "PC-3L", "PAN-28", "TV-43", "LAMP-1", "NOPE"],
    "store_id": ["S-BOS-1", "S-BOS-2", "S-PVD-1", "W-BOS-1", "S-BOS-3", "NOPE"],
    "q": ["pressure cooker", "pan", "t-shirt"],
    "near": ["Chicago, IL", "02108", "Springfield"],
    "text": ["nearest pressure cooker near Boston", "hold 2 of them", "yes", "bonjour", "1", "cancel my hold"],
    "conversation_id": ["fuzz-conversation-1", "fuzz-conversation-2", "short"],
    "message_id": [f"m-{n}" for n in range(200)],
    "lat": 42.3555,
    "lon": -71.064,
    "quantity": [1, 2, 5, 100],
    "limit": [1, 5, 20],
    "offset": [0, 5],
    "radius_km": [10, 100, 20_000],
    "price_min": [0, 10],
    "price_max": [50, 1000],
    "brand": "Kelto",
    "category": "Cookware",
    "open_now": ["true", "false"],
    "cursor": "",
    "ttl_seconds": [600, 900],
    "allow_partial": [True, False],
    "locale": ["en", "fr"],
    "channel": "web",
    "type": ["receive", "sell", "adjust", "count"],
    "source": ["till-1", "till-2"],
    "at": "2026-01-31T12:00:00Z",
    "name": "Dave",
    "id": "c-1",
    "contact": "+1 617 555 0100",
    "after": ["0", "1-1"],
    "words": ["pan", "cooker", "the", "is", "lamp", "autocuiseur", "Boston", "hold", "2"],
}


@pytest.fixture(scope="module")
async def quiet_api(chain: Settings) -> AsyncIterator[ClientSession]:
    """Log lines of tens of thousands of requests are kept from the report."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    async with http_service(chain) as client:
        yield client
    structlog.configure(**before)


class Findings:
    """What was answered, and what should not have been."""

    def __init__(self) -> None:
        self.statuses: Counter[int] = Counter()
        self.refused: Counter[str] = Counter()
        self.wrong: list[str] = []
        #: Products whose stock some request may change.
        self.touched: set[str] = set()
        #: Products that somebody waits for: whatever comes free of them may be offered at any later moment.
        self.waited_for: set[str] = set()

    def judge(self, request: FuzzRequest, status: int, content_type: str, body: bytes) -> None:
        self.statuses[status] += 1
        if status >= 500:
            self._complain(request, status, body, "a failure")
        elif request.method == "HEAD":
            return
        elif status >= 400:
            self._judge_refusal(request, status, content_type, body)
        else:
            self._judge_success(request, status, body)

    def _judge_refusal(self, request: FuzzRequest, status: int, content_type: str, body: bytes) -> None:
        try:
            error = json.loads(body)["error"]
            code = Code(error["code"])
            shaped = set(error) == {"code", "message", "details", "alternatives"} and error["message"]
        except (ValueError, KeyError, TypeError):
            self._complain(request, status, body, "not the error shape")
            return
        self.refused[code] += 1
        if not shaped or status not in (STATUS[code], 405) or content_type != "application/json":
            self._complain(request, status, body, "a wrong error shape")

    def _judge_success(self, request: FuzzRequest, status: int, body: bytes) -> None:
        try:
            answer = ANSWERS[(request.method, request.operation[1], status)].validate_json(body)
            self.touched |= touched_skus(request, answer)
            if answer.get("wait_id") and answer.get("sku"):
                self.waited_for.add(answer["sku"])
        except (KeyError, ValueError) as error:
            self._complain(request, status, body, f"an answer that is not described: {error}")

    def _complain(self, request: FuzzRequest, status: int, body: bytes, what: str) -> None:
        sent = (request.body or b"")[:300]
        self.wrong.append(f"{what}: {request.method} {request.target[:300]} {sent!r} -> {status} {body[:300]!r}")


def touched_skus(request: FuzzRequest, answer: dict[str, Any]) -> set[str]:
    """The products that a successful request changed the stock of."""
    if request.method == "GET":
        return set()
    if answer.get("shorted") or answer.get("moved_from"):
        return set(VALID["sku"])  # other lines of those holds have changed, too
    lines = answer.get("lines") or (answer.get("hold") or {}).get("lines", [])
    lines = [*lines, *(line for hold in answer.get("holds", []) for line in hold["lines"])]
    moves = json.loads(request.body or b"{}").get("movements", []) if answer.get("applied") else []
    return {line["sku"] for line in [*lines, *moves]}


async def send(client: ClientSession, request: FuzzRequest, findings: Findings) -> None:
    url = URL(request.target, encoded=True)
    data = None if request.body is None else BytesIO(request.body)
    try:
        async with client.request(request.method, url, data=data, headers=request.headers) as response:
            findings.judge(request, response.status, response.content_type, await response.read())
    except ValueError:
        findings.statuses[0] += 1  # a header or path that no client would put on the wire
    except ClientError:
        # The answer to an oversized request may be cut off by the closing connection; whether the service still
        # answers shows in the next request.
        findings.statuses[-1] += 1


async def run_batch(client: ClientSession, batch: list[FuzzRequest], findings: Findings) -> None:
    queue = iter(batch)

    async def drain() -> None:
        for request in queue:
            await send(client, request, findings)

    await asyncio.gather(*(drain() for _ in range(AT_ONCE)))


async def stock_rows(redis: RedisClients, keyspace: Keyspace) -> dict[bytes, bytes]:
    """Every row of the ledger."""
    names = sorted([name async for name in redis.reads.scan_iter(match=f"{keyspace.tag}:row:*", count=1_000)])
    return dict(zip(names, await redis.reads.mget(names), strict=True))


async def redis_process(redis: RedisClients) -> str:
    return str((await redis.reads.info("server"))["run_id"])


async def some_holds(client: ClientSession) -> list[str]:
    """Live holds to aim at, and one that never was."""
    ids = ["H" + "0" * 26]
    for number in range(40):
        body = {"store_id": "S-BOS-2", "lines": [{"sku": "PAN-28", "quantity": 1}]}
        async with client.post("/v1/holds", json=body, headers={"Idempotency-Key": f"aim-{number}"}) as response:
            ids.append((await response.json())["hold_id"])
    return ids


async def some_groups(client: ClientSession) -> list[str]:
    """The same for groups."""
    ids = ["G" + "0" * 26]
    lines = [{"sku": "PAN-28", "quantity": 1}]
    body = {"parts": [{"store_id": store_id, "lines": lines} for store_id in ("S-BOS-2", "S-PVD-1")]}
    for number in range(5):
        async with client.post("/v1/groups", json=body, headers={"Idempotency-Key": f"aim-{number}"}) as response:
            ids.append((await response.json())["group_id"])
    return ids


@pytest.mark.timeout(400)
async def test_hostile_requests_change_nothing_and_break_nothing(
    quiet_api: ClientSession, chain: Settings, redis_clients: RedisClients
) -> None:
    async with quiet_api.get("/openapi.json") as response:
        document = await response.json()
    keyspace = Keyspace(chain.namespace, chain.region)
    holds = await some_holds(quiet_api)
    aims = {"hold_id": holds, "replaces": holds, "group_id": await some_groups(quiet_api)}
    requests = Fuzzer(document, {**VALID, **aims}, SEED).requests()
    findings, process = Findings(), await redis_process(redis_clients)
    rows = await stock_rows(redis_clients, keyspace)
    for _ in range(REQUESTS // BATCH):
        findings.touched.clear()
        await run_batch(quiet_api, list(islice(requests, BATCH)), findings)
        assert not findings.wrong, "\n".join(findings.wrong[:10])
        before, rows = rows, await stock_rows(redis_clients, keyspace)
        changed = {name.rpartition(b":")[2].decode() for name in before | rows if before.get(name) != rows.get(name)}
        assert changed <= findings.touched | findings.waited_for
    assert await redis_process(redis_clients) == process
    assert sum(findings.statuses.values()) >= 20_000
    assert findings.statuses[-1] + findings.statuses[0] < REQUESTS * 0.05
    assert (await quiet_api.get("/livez")).status == 200
    print(f"seed {SEED}: {dict(findings.statuses)}, {dict(findings.refused)}")


async def test_refused_writes_leave_every_row_as_it_was(
    quiet_api: ClientSession, chain: Settings, redis_clients: RedisClients
) -> None:
    keyspace = Keyspace(chain.namespace, chain.region)
    before = await stock_rows(redis_clients, keyspace)
    hold = {"store_id": "S-BOS-2", "lines": [{"sku": "PAN-28", "quantity": 1}]}
    movement = {"source": "bad", "seq": 1, "type": "sell", "store_id": "S-BOS-2", "sku": "PAN-28", "quantity": 1}
    bad_values: list[Any] = [None, True, "1", 1.5, 0.1, [], {}, 10**10, -(10**10), 10**400, "", "\x00", "a" * 300]
    bad_holds: list[Any] = [{**hold, "lines": [{"sku": "PAN-28", "quantity": value}]} for value in bad_values]
    bad_holds += [{**hold, "store_id": value} for value in bad_values]
    bad_holds += [{**hold, "lines": [*hold["lines"], {"sku": value, "quantity": 1}]} for value in bad_values]
    bad_holds += [{**hold, "lines": [*hold["lines"], {"sku": "PC-3L", "quantity": 10**6}]}, {**hold, "colour": "red"}]
    group = {"parts": [hold, {**hold, "store_id": "S-PVD-1"}]}
    bad_groups: list[Any] = [{"parts": [hold, bad]} for bad in bad_holds] + [{"parts": [hold, hold]}]
    bad_groups += [{**group, "customer": value} for value in bad_values if value is not None and value != {}]
    bad_moves = [{**movement, name: value} for name in ("quantity", "store_id", "sku", "type") for value in bad_values]
    batches = [("/v1/holds", body) for body in bad_holds]
    batches += [("/v1/groups", body) for body in bad_groups]
    batches += [("/v1/stock/movements", {"movements": [move]}) for move in bad_moves]
    for number, (path, body) in enumerate(batches):
        async with quiet_api.post(path, json=body, headers={"Idempotency-Key": f"hopeless-{number}"}) as response:
            answer = await response.json()
            assert response.status < 500, answer
            assert "error" in answer or answer.get("rejected"), (body, answer)
    assert await stock_rows(redis_clients, keyspace) == before
