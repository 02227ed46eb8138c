"""Whose hold it is: its owner, a key that may, and whoever was handed the id of an anonymous one. Nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession
from hold_client import STRANGER, get, held, place, post, wish, write_keys
from http_service import http_service

from runtime.settings import Settings

Headers = dict[str, dict[str, str]]
VERBS = ["confirm", "cancel", "extend", "move"]


@pytest.fixture(scope="module")
def keys(chain: Settings, tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Headers]:
    path = tmp_path_factory.mktemp("keys") / "keys.jsonl"
    scopes = {"shop": [], "other": [], "desk": ["holds"], "till": ["store"], "notifier": ["events"]}
    headers = write_keys(path, scopes)
    return chain.model_copy(update={"api_keys_file": path}), {**headers, "stranger": STRANGER}


@pytest.fixture(scope="module")
async def door(keys: tuple[Settings, Headers]) -> AsyncIterator[ClientSession]:
    async with http_service(keys[0]) as client:
        yield client


@pytest.fixture
def as_(keys: tuple[Settings, Headers]) -> Headers:
    return keys[1]


def body_of(verb: str) -> dict[str, Any]:
    return {"store_id": "S-BOS-1"} if verb == "move" else {}


@pytest.mark.parametrize("other", ["other", "till", "notifier", "stranger"])
async def test_the_hold_of_a_key_is_not_there_for_others(door: ClientSession, as_: Headers, other: str) -> None:
    hold = await held(door, wish("S-BOS-2", ("PAN-28", 1)), as_["shop"])
    path = f"/v1/holds/{hold['hold_id']}"
    nowhere = await get(door, "/v1/holds/H" + "0" * 26, as_[other])
    seen = await get(door, path, as_[other])
    assert (seen.status, seen.body) == (404, nowhere.body)
    for verb in VERBS:
        answer = await post(door, f"{path}/{verb}", body_of(verb), headers=as_[other])
        assert (answer.status, answer.body) == (404, nowhere.body)
    replacing = await place(door, wish("S-BOS-2", ("PAN-28", 1), replaces=hold["hold_id"]), headers=as_[other])
    assert replacing.status == 404
    assert (await get(door, path, as_["shop"])).body == hold
    await post(door, f"{path}/cancel", headers=as_["shop"])


async def test_the_owner_and_a_key_for_holds_may_see_and_change_it(door: ClientSession, as_: Headers) -> None:
    for caller in ("shop", "desk"):
        hold = await held(door, wish("S-BOS-2", ("LAMP-1", 1)), as_["shop"])
        path = f"/v1/holds/{hold['hold_id']}"
        for verb in ("extend", "confirm"):
            assert (await post(door, f"{path}/{verb}", {}, headers=as_[caller])).status == 200
        moved = await post(door, f"{path}/move", {"store_id": "S-BOS-1"}, headers=as_[caller])
        assert moved.status == 200
        new_path = f"/v1/holds/{moved.body['hold_id']}"
        assert (await get(door, new_path, as_["shop"])).status == 200  # it is still the owner's
        assert (await post(door, f"{new_path}/cancel", headers=as_[caller])).body["state"] == "cancelled"


async def test_an_anonymous_hold_belongs_to_whoever_was_handed_its_id(door: ClientSession, as_: Headers) -> None:
    for caller in ("stranger", "other"):
        hold = await held(door, wish("S-BOS-2", ("PAN-28", 1)), STRANGER)
        path = f"/v1/holds/{hold['hold_id']}"
        assert (await get(door, path, as_[caller])).status == 200
        assert (await post(door, f"{path}/cancel", headers=as_[caller])).body["state"] == "cancelled"


async def test_a_store_hands_over_and_marks_whatever_it_holds(door: ClientSession, as_: Headers) -> None:
    hold = await held(door, wish("S-BOS-2", ("PAN-28", 1)), as_["shop"])
    path = f"/v1/holds/{hold['hold_id']}"
    await post(door, f"{path}/confirm", headers=as_["shop"])
    for verb, state in (("ready", "ready"), ("pickup", "picked_up")):
        assert (await post(door, f"{path}/{verb}", headers=as_["shop"])).status == 403
        assert (await post(door, f"{path}/{verb}", headers=STRANGER)).status == 401
        assert (await post(door, f"{path}/{verb}", headers=as_["till"])).body["state"] == state


async def test_only_a_key_for_holds_learns_who_the_customer_is(door: ClientSession, as_: Headers) -> None:
    customer = {"id": "c-1", "name": "Dave", "contact": "dave@example.com"}
    hold = await held(door, wish("S-BOS-2", ("PAN-28", 1), customer=customer), as_["shop"])
    path = f"/v1/holds/{hold['hold_id']}"
    assert "Dave" not in str((await get(door, path, as_["shop"])).body)
    assert (await get(door, path, as_["desk"])).body["customer"] == customer
    await post(door, f"{path}/cancel", headers=as_["shop"])


async def test_two_keys_of_one_name_own_the_same_holds(
    keys: tuple[Settings, Headers], door: ClientSession, as_: Headers
) -> None:
    hold = await held(door, wish("S-BOS-2", ("PAN-28", 1)), as_["shop"])
    assert keys[0].api_keys_file is not None
    before = keys[0].api_keys_file.read_text()
    try:
        second = before.splitlines()[1].replace('"other"', '"shop"')
        keys[0].api_keys_file.write_text("\n".join([second, *before.splitlines()[2:]]))
        path = f"/v1/holds/{hold['hold_id']}"
        assert (await get(door, path, as_["other"])).status == 200
        assert (await get(door, path, as_["shop"])).status == 401
    finally:
        keys[0].api_keys_file.write_text(before)
