"""On which terms strangers and customers get holds: how long, how many, with what contact."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientSession
from hold_client import STRANGER, Answer, get, held, place, post, wish
from http_service import http_service

from runtime.settings import Settings

CONTACT = {"contact": "+1 617 555 0100"}


@pytest.fixture(scope="module")
async def strict(chain: Settings) -> AsyncIterator[ClientSession]:
    """Everything is limited."""
    limits = {
        "anonymous_hold_ttl_max_seconds": 600,
        "limit_units_per_sku": 5,
        "limit_open_holds": 2,
        "limit_holds_per_minute": 6,
        "limit_share_percent": 50,
    }
    async with http_service(chain.model_copy(update=limits)) as client:
        yield client


def somebody() -> dict[str, str]:
    """A stranger whom nobody has seen before."""
    return {"X-Forwarded-For": "198.51.100.1"}


def reachable(**more: Any) -> dict[str, Any]:
    return {"contact": f"{secrets.token_hex(6)}@example.com", **more}


async def test_a_stranger_without_a_contact_holds_for_a_short_time_alone(strict: ClientSession) -> None:
    refused = await place(strict, wish("S-BOS-2", ("PAN-28", 1), ttl_seconds=601), headers=somebody())
    assert (refused.status, refused.code) == (422, "limit_exceeded")
    assert refused.details == {"limit": "ttl_seconds", "field": "ttl_seconds", "maximum": 600, "until": None}
    hold = await held(strict, wish("S-BOS-2", ("PAN-28", 1)), somebody())
    life = datetime.fromisoformat(hold["expires_at"]) - datetime.fromisoformat(hold["created_at"])
    assert life.total_seconds() == 600
    path = f"/v1/holds/{hold['hold_id']}"
    longer = await post(strict, f"{path}/extend", {"ttl_seconds": 601}, headers=somebody())
    assert longer.code == "limit_exceeded"
    assert (await post(strict, f"{path}/extend", {}, headers=somebody())).status == 200
    kept = (await get(strict, path, somebody())).body
    assert kept["expires_at"] <= hold["expires_at"]
    await post(strict, f"{path}/cancel", headers=somebody())
    named = await held(strict, wish("S-BOS-2", ("PAN-28", 1), ttl_seconds=3_000, customer=reachable()), somebody())
    await post(strict, f"/v1/holds/{named['hold_id']}/cancel", headers=somebody())


async def test_h8_a_hold_is_extended_so_many_times_and_no_more(chain: Settings) -> None:
    async with http_service(chain.model_copy(update={"hold_extensions_max": 1})) as client:
        hold = await held(client, wish("S-BOS-2", ("PAN-28", 1)))
        path = f"/v1/holds/{hold['hold_id']}"
        assert (await post(client, f"{path}/extend", {"ttl_seconds": 1_000})).status == 200
        again = await post(client, f"{path}/extend", {"ttl_seconds": 2_000})
        assert limit_of(again) == ("extensions", 1)
        await post(client, f"{path}/cancel")


async def test_a_stranger_must_be_reachable_to_confirm_and_an_operator_need_not(api: ClientSession) -> None:
    hold = await held(api, wish("S-BOS-2", ("PAN-28", 1)), STRANGER)
    path = f"/v1/holds/{hold['hold_id']}"
    refused = await post(api, f"{path}/confirm", headers=STRANGER)
    assert (refused.status, refused.code) == (400, "bad_request")
    assert [(error["in"], error["field"]) for error in refused.details["errors"]] == [("body", "customer.contact")]
    for customer in ({"name": "Dave"}, {"contact": "the usual"}):
        assert (await post(api, f"{path}/confirm", {"customer": customer}, headers=STRANGER)).status == 400
    confirmed = await post(api, f"{path}/confirm", {"customer": {"name": "Dave", **CONTACT}}, headers=STRANGER)
    assert (confirmed.status, confirmed.body["state"]) == (200, "confirmed")
    assert (await post(api, f"{path}/confirm", headers=STRANGER)).status == 200  # it was, and stays so
    await post(api, f"{path}/cancel", headers=STRANGER)
    early = await held(api, wish("S-BOS-2", ("PAN-28", 1), customer=CONTACT), STRANGER)
    assert (await post(api, f"/v1/holds/{early['hold_id']}/confirm", headers=STRANGER)).status == 200
    operators = await held(api, wish("S-BOS-2", ("PAN-28", 1)))
    assert (await post(api, f"/v1/holds/{operators['hold_id']}/confirm")).status == 200
    for each in (early, operators):
        await post(api, f"/v1/holds/{each['hold_id']}/cancel")


@pytest.mark.parametrize(("required", "stranger", "operator"), [("always", 400, 400), ("never", 200, 200)])
async def test_the_settings_say_who_must_be_reachable(
    chain: Settings, required: str, stranger: int, operator: int
) -> None:
    async with http_service(chain.model_copy(update={"pickup_contact_required": required})) as client:
        for headers, status in ((STRANGER, stranger), ({}, operator)):
            hold = await held(client, wish("S-BOS-2", ("PAN-28", 1)), headers)
            path = f"/v1/holds/{hold['hold_id']}"
            assert (await post(client, f"{path}/confirm", headers=headers)).status == status
            await post(client, f"{path}/cancel", headers=headers)


def limit_of(answer: Answer) -> tuple[str, int]:
    assert (answer.status, answer.code) == (422, "limit_exceeded"), answer.body
    return answer.details["limit"], answer.details["maximum"]


async def test_h16_a_customer_holds_so_many_of_a_product_however_he_writes_his_contact(strict: ClientSession) -> None:
    number = f"617 555 {secrets.randbelow(10_000):04d}"
    spellings = [f"+1 {number}", f"({number[:3]}) {number[4:].replace(' ', '-')}", f"tel:+1-{number.replace(' ', '-')}"]
    first = await held(strict, wish("S-BOS-2", ("PAN-28", 3), customer={"contact": spellings[0]}))
    for spelling in spellings:
        answer = await place(strict, wish("S-BOS-2", ("PAN-28", 3), customer={"contact": spelling}))
        assert limit_of(answer) == ("units_per_sku", 5)
    again = await held(strict, wish("S-BOS-2", ("PAN-28", 2), customer={"contact": spellings[1]}))
    for each in (first, again):
        await post(strict, f"/v1/holds/{each['hold_id']}/cancel")
    after = await held(strict, wish("S-BOS-2", ("PAN-28", 5), customer={"contact": spellings[2]}))
    await post(strict, f"/v1/holds/{after['hold_id']}/cancel")


async def test_h16_a_customer_has_so_many_open_holds_and_learns_when_there_is_room(strict: ClientSession) -> None:
    customer = {"id": secrets.token_hex(6)}
    holds = [await held(strict, wish("S-BOS-2", ("PAN-28", 1), customer=customer)) for _ in range(2)]
    answer = await place(strict, wish("S-BOS-2", ("PAN-28", 1), customer=customer))
    assert limit_of(answer) == ("open_holds", 2)
    assert answer.details["until"] == min(hold["expires_at"] for hold in holds)
    for each in holds:
        await post(strict, f"/v1/holds/{each['hold_id']}/cancel")


async def test_h16_nobody_ties_up_more_than_a_share_of_what_there_is(strict: ClientSession) -> None:
    answer = await place(strict, wish("S-CHI-1", ("TV-43", 4), customer={"id": secrets.token_hex(6)}))
    assert limit_of(answer)[0] == "share_percent"


async def test_h16_an_address_places_so_many_holds_in_a_minute(strict: ClientSession) -> None:
    crowd = {"X-Forwarded-For": "198.51.100.77"}
    for _ in range(6):
        hold = await place(strict, wish("S-BOS-2", ("PAN-28", 1), customer=reachable()), headers=crowd)
        if hold.status == 201:
            await post(strict, f"/v1/holds/{hold.body['hold_id']}/cancel", headers=crowd)
    answer = await place(strict, wish("S-BOS-2", ("PAN-28", 1), customer=reachable()), headers=crowd)
    assert limit_of(answer) == ("holds_per_minute", 6)
    wait = datetime.fromisoformat(answer.details["until"]) - datetime.now(UTC)
    assert -5 < wait.total_seconds() <= 60
    operators = await held(strict, wish("S-BOS-2", ("PAN-28", 1)))
    await post(strict, f"/v1/holds/{operators['hold_id']}/cancel")
