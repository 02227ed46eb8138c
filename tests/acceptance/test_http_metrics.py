"""What the service counts about holds."""

from __future__ import annotations

import re

from aiohttp import ClientSession
from hold_client import held, post, wish

BOSTON = {"lat": 42.3555, "lon": -71.0640}


async def value_of(api: ClientSession, name: str) -> float:
    async with api.get("/metrics") as response:
        text = await response.text()
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


async def test_live_holds_are_gauged(api: ClientSession) -> None:
    before = await value_of(api, "onhand_holds_active")
    hold = await held(api, wish("S-BOS-2", ("PAN-28", 1)))
    assert await value_of(api, "onhand_holds_active") == before + 1
    await post(api, f"/v1/holds/{hold['hold_id']}/cancel")
    assert await value_of(api, "onhand_holds_active") == before
    assert await value_of(api, "onhand_hold_expiry_lag_seconds") < 60
    assert await value_of(api, "onhand_oversold_cells") == 0
    assert await value_of(api, "onhand_invariant_violations_total") == 0


async def test_holds_of_a_conversation_are_counted_like_others(api: ClientSession) -> None:
    name = 'onhand_holds_total{op="place",outcome="HoldPlaced"}'
    before = await value_of(api, name)
    conversation = None
    for text in ("PAN-28 near me", "1", "yes"):
        body = {"text": text, "location": BOSTON, "conversation_id": conversation}
        answer = await post(api, "/v1/chat", {key: value for key, value in body.items() if value is not None})
        conversation = answer.body["conversation_id"]
    assert answer.body["hold"]["state"] == "held"
    assert await value_of(api, name) == before + 1
