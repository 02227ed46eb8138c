"""Requests are read strictly: nothing is ignored, guessed or taken twice."""

from __future__ import annotations

import asyncio
import json
from typing import Any, TypeVar

import pytest
from aiohttp.streams import StreamReader
from aiohttp.test_utils import make_mocked_request
from pydantic import BaseModel

from bot.decoding import MAX_TARGET_CHARS, decode, read_query
from bot.problems import Code, Refused
from bot.requests.chat import Chat
from bot.requests.holds import ChangeHold, PlaceHold
from bot.requests.parts import NoParts
from bot.requests.search import FindAvailability, FindProducts, Suggest
from bot.requests.stock import ApplyMovements

Asked = TypeVar("Asked", bound=BaseModel)

HOLD = {"store_id": "s1", "lines": [{"sku": "a", "quantity": 1}]}
KEY = {"Idempotency-Key": "k-1"}


async def asked(
    model: type[Asked],
    target: str = "/",
    *,
    body: object = None,
    raw: bytes | None = None,
    headers: dict[str, str] | None = None,
    path: dict[str, str] | None = None,
) -> Asked:
    """Decode one request as the service would."""
    data = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
    payload = StreamReader(_Protocol(), 2**16, loop=asyncio.get_running_loop())  # type: ignore[arg-type]
    payload.feed_data(data)
    payload.feed_eof()
    sent = {"Content-Type": "application/json", **(headers or {})}
    request = make_mocked_request("POST", target, headers=sent, payload=payload, match_info=path or {})
    return await decode(model, request)


class _Protocol:
    """What a stream wants of its connection: nothing happens."""

    _reading_paused = False

    def resume_reading(self, **_args: Any) -> None: ...
    def pause_reading(self, **_args: Any) -> None: ...


async def refusal(model: type[BaseModel], *args: Any, **kwargs: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        await asked(model, *args, **kwargs)
    return caught.value


async def test_a_good_request_gives_typed_values() -> None:
    query = (await asked(FindAvailability, "/?sku=a&lat=0&lon=-0.0&radius_km=2.5&quantity=3")).query
    assert (query.sku, query.lat, query.lon, query.radius_km, query.quantity, query.limit) == ("a", 0, 0, 2.5, 3, 5)


@pytest.mark.parametrize(
    ("target", "field"),
    [
        ("/?sku=a&lat=1", "query"),
        ("/?sku=a&lon=1", "query"),
        ("/?sku=a", "query"),
        ("/?lat=1&lon=1", "query"),
        ("/?sku=a&q=b&lat=1&lon=1", "query"),
        ("/?sku=a&near=Boston&lat=1&lon=1", "query"),
        ("/?sku=a&lat=nan&lon=1", "lat"),
        ("/?sku=a&lat=1&lon=inf", "lon"),
        ("/?sku=a&lat=90.1&lon=1", "lat"),
        ("/?sku=a&lat=1&lon=-180.5", "lon"),
        ("/?sku=a&lat=%D9%A1&lon=1", "lat"),
        ("/?sku=a&lat=+1&lon=1", "lat"),
        ("/?sku=a&lat=&lon=", "lat"),
        ("/?sku=a&lat=1&lon=1&quantity=0", "quantity"),
        ("/?sku=a&lat=1&lon=1&quantity=1000001", "quantity"),
        ("/?sku=a&lat=1&lon=1&quantity=1.5", "quantity"),
        ("/?sku=a&lat=1&lon=1&quantity=1_0", "quantity"),
        ("/?sku=a&lat=1&lon=1&radius_km=0", "radius_km"),
        ("/?sku=a&lat=1&lon=1&radius_km=20041", "radius_km"),
        ("/?sku=a&lat=1&lon=1&limit=101", "limit"),
        ("/?sku=&lat=1&lon=1", "sku"),
        ("/?q=%20&lat=1&lon=1", "q"),
        ("/?q=" + "x" * 501 + "&lat=1&lon=1", "q"),
        ("/?sku=a%00&lat=1&lon=1", "sku"),
        ("/?sku=a&lat=1&lon=1&colour=red", "colour"),
    ],
)
async def test_a_bad_parameter_is_named(target: str, field: str) -> None:
    refused = await refusal(FindAvailability, target)
    assert (refused.code, refused.status) == (Code.BAD_REQUEST, 400)
    errors = refused.details["errors"]
    assert isinstance(errors, list)
    assert field in [error["field"] for error in errors]
    assert refused.message


async def test_an_endpoint_without_parameters_takes_none() -> None:
    assert "x" in (await refusal(NoParts, "/?x=1")).message


async def test_a_parameter_is_given_once() -> None:
    assert "more than once" in (await refusal(FindProducts, "/?q=a&q=b")).message


@pytest.mark.parametrize("query", ["q=%ff", "q=%c3", "q=%ed%a0%80"])
async def test_a_query_is_utf_8(query: str) -> None:
    assert (await refusal(FindProducts, f"/?{query}")).code is Code.BAD_REQUEST


def test_a_url_has_an_end() -> None:
    with pytest.raises(Refused):
        read_query("/?q=" + "a" * MAX_TARGET_CHARS)


async def test_what_was_typed_so_far_may_be_empty() -> None:
    assert (await asked(Suggest, "/?q=")).query.q == ""


async def test_prices_are_in_order() -> None:
    assert (await refusal(FindProducts, "/?q=a&price_min=2&price_max=1")).code is Code.BAD_REQUEST


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"[1",
        b'{"text": NaN}',
        b'{"text": Infinity}',
        b'{"text": "\xff"}',
        b'{"text": "a", "text": "b"}',
        b'{"text": "\\ud800"}',
        b"[" * 50_000,
        b'{"text": ' + b"9" * 5_000 + b"}",
        b"null",
        b'"text"',
        b"\xef\xbb\xbf{}",
    ],
)
async def test_a_broken_body_is_refused(raw: bytes) -> None:
    assert (await refusal(Chat, raw=raw)).code is Code.BAD_REQUEST


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_a_body_says_that_it_is_json(kind: str) -> None:
    assert "Content-Type" in (await refusal(Chat, body={"text": "a"}, headers={"Content-Type": kind})).message


async def test_a_compressed_body_is_refused() -> None:
    refused = await refusal(Chat, body={"text": "a"}, headers={"Content-Encoding": "gzip"})
    assert refused.code is Code.BAD_REQUEST


@pytest.mark.parametrize("quantity", [True, "1", 1.0, 0, -1, 10**6 + 1, 10**400, None, [], {}])
async def test_json_numbers_are_not_converted(quantity: object) -> None:
    body = {**HOLD, "lines": [{"sku": "a", "quantity": quantity}]}
    refused = await refusal(PlaceHold, body=body, headers=KEY)
    errors = refused.details["errors"]
    assert isinstance(errors, list)
    assert errors[0]["field"] == "lines.0.quantity"


async def test_lines_of_one_product_add_up_to_a_possible_quantity() -> None:
    body = {**HOLD, "lines": [{"sku": "a", "quantity": 600_000}] * 2}
    assert (await refusal(PlaceHold, body=body, headers=KEY)).code is Code.BAD_REQUEST


async def test_a_hold_needs_a_key_before_anything_else() -> None:
    assert (await refusal(PlaceHold, body=HOLD)).code is Code.IDEMPOTENCY_KEY_REQUIRED
    assert (await refusal(PlaceHold, body={})).code is Code.IDEMPOTENCY_KEY_REQUIRED


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 256])
async def test_a_key_is_visible_ascii(key: str) -> None:
    assert (await refusal(PlaceHold, body=HOLD, headers={"Idempotency-Key": key})).code is Code.BAD_REQUEST


async def test_a_change_of_a_hold_needs_no_body() -> None:
    assert (await asked(ChangeHold, path={"hold_id": "H1"})).path.hold_id == "H1"
    assert (await asked(ChangeHold, path={"hold_id": "H1"}, body={})).path.hold_id == "H1"
    assert (await refusal(ChangeHold, path={"hold_id": "H1"}, body={"a": 1})).code is Code.BAD_REQUEST


@pytest.mark.parametrize("at", ["2026-01-31", "2026-01-31T12:00:00", "5", 5, True, "2026-13-31T12:00:00Z"])
async def test_a_time_has_a_zone(at: object) -> None:
    movement = {"source": "till", "seq": 1, "type": "sell", "store_id": "s", "sku": "a", "quantity": 1, "at": at}
    assert (await refusal(ApplyMovements, body={"movements": [movement]})).code is Code.BAD_REQUEST


async def test_a_refusal_repeats_nothing_of_the_values() -> None:
    refused = await refusal(Chat, body={"text": ["secret words"], "locale": "secret words"})
    assert "secret" not in refused.message
    assert "secret" not in str(refused.details)
