"""The conversation over HTTP, in front of the real parts: found, proposed, held, once, in both languages."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

import pytest
from aiohttp import ClientSession

BOSTON = {"lat": 42.3601, "lon": -71.0589}


class Talk:
    """One conversation."""

    def __init__(self, client: ClientSession) -> None:
        self._client = client
        self.conversation_id = f"talk-{secrets.token_hex(8)}"

    async def say(self, text: str, **more: Any) -> dict[str, Any]:
        body = {"text": text, "conversation_id": self.conversation_id, **more}
        async with self._client.post("/v1/chat", json=body) as response:
            answer: dict[str, Any] = await response.json()
            assert response.status == 200, answer
            return answer

    async def raw(self, text: str, message_id: str) -> bytes:
        body = {"text": text, "conversation_id": self.conversation_id, "message_id": message_id}
        async with self._client.post("/v1/chat", json=body) as response:
            return await response.read()


async def available(client: ClientSession, sku: str, store_id: str) -> int:
    async with client.get("/v1/availability", params={"sku": sku, **BOSTON, "radius_km": 200}) as response:
        results = (await response.json())["results"]
    return next(
        (item["available"] for each in results if each["store"]["store_id"] == store_id for item in each["items"]), 0
    )


async def test_a_shopper_finds_a_pressure_cooker_and_holds_it(api: ClientSession) -> None:
    talk = Talk(api)
    found = await talk.say("nearest store with a 6 litre pressure cooker in stock?", location=BOSTON)
    assert found["understood"]["intent"] == "find_stock"
    assert [result["store"]["store_id"] for result in found["results"]] == ["S-BOS-2", "S-PVD-1"]
    assert found["proposal"] is None
    offer = await talk.say("the first one")
    assert offer["proposal"]["store"]["store_id"] == "S-BOS-2"
    assert offer["proposal"]["price"] == "74.50"
    assert "$74.50" in offer["reply"]["text"]
    before = await available(api, "PC-6L", "S-BOS-2")
    done = await talk.say("yes")
    assert done["hold"]["state"] == "held"
    assert done["hold"]["lines"] == [{"sku": "PC-6L", "title": "Pressure cooker 6 litres", "requested": 1, "held": 1}]
    assert await available(api, "PC-6L", "S-BOS-2") == before - 1
    cancelled = await talk.say("cancel my hold")
    assert cancelled["hold"]["state"] == "cancelled"
    assert await available(api, "PC-6L", "S-BOS-2") == before


async def test_the_same_story_in_french(api: ClientSession) -> None:
    talk = Talk(api)
    found = await talk.say("t'as un autocuiseur 6L près de 69003 ?")
    assert found["reply"]["language"] == "fr"
    assert found["results"][0]["store"]["store_id"] == "S-LYS-1"
    assert "Autocuiseur 6 litres" in found["reply"]["text"]
    offer = await talk.say("le premier, mais 2")
    assert offer["proposal"]["quantity"] == 2
    done = await talk.say("d'accord")
    assert done["hold"]["lines"][0]["held"] == 2
    assert "Lyon Part-Dieu" in done["reply"]["text"]


async def test_a_repeated_message_gets_the_same_bytes_and_holds_once(api: ClientSession) -> None:
    talk = Talk(api)
    await talk.say("pressure cooker 6 litres near Boston")
    await talk.say("1")
    before = await available(api, "PC-6L", "S-BOS-2")
    answers = await asyncio.gather(*(talk.raw("yes", "the-yes") for _ in range(8)))
    answers.append(await talk.raw("yes", "the-yes"))
    assert len(set(answers)) == 1
    assert await available(api, "PC-6L", "S-BOS-2") == before - 1


async def test_a_short_name_of_the_callers_own_continues_its_conversation(api: ClientSession) -> None:
    talk = Talk(api)
    talk.conversation_id = f"{secrets.token_hex(2)}:lock"
    first = await talk.say("pressure cooker 6 litres near Boston")
    assert first["conversation_id"] == talk.conversation_id
    assert (await talk.say("1"))["proposal"]["store"]["store_id"] == "S-BOS-2"


async def test_a_first_message_that_is_sent_again_gets_the_same_bytes(api: ClientSession) -> None:
    body = {"text": "pressure cooker 6 litres near Boston", "message_id": secrets.token_urlsafe(16)}
    answers = set()
    for _ in range(2):
        async with api.post("/v1/chat", json=body) as response:
            answers.add(await response.read())
    assert len(answers) == 1


async def test_of_two_shoppers_who_want_the_last_one_the_second_is_offered_the_nearest_other(
    api: ClientSession,
) -> None:
    talks = [Talk(api), Talk(api)]
    for talk in talks:
        await talk.say("frying pan at the Boston Common store")
        assert (await talk.say("1"))["proposal"]["store"]["store_id"] == "S-BOS-1"
    first, second = await asyncio.gather(*(talk.say("yes") for talk in talks))
    held, refused = (first, second) if first["hold"] else (second, first)
    assert held["hold"]["store_id"] == "S-BOS-1"
    assert refused["hold"] is None
    assert refused["proposal"]["store"]["store_id"] == "S-BOS-2"
    assert "Boston Common" in refused["reply"]["text"]


async def test_a_store_without_pickup_is_never_proposed(api: ClientSession) -> None:
    talk = Talk(api)
    answer = await talk.say("hold a pressure cooker 6 litres at the Quincy Counterless store")
    assert answer["proposal"] is None or answer["proposal"]["store"]["store_id"] != "S-BOS-3"


async def test_somebody_elses_hold_cannot_be_cancelled(api: ClientSession) -> None:
    owner, other = Talk(api), Talk(api)
    await owner.say("desk lamp near Boston")
    await owner.say("1")
    hold_id = (await owner.say("yes"))["hold"]["hold_id"]
    answer = await other.say(f"cancel hold {hold_id}")
    assert answer["hold"] is None
    assert (await owner.say("where is my hold"))["hold"]["state"] == "held"


async def test_what_nobody_has_is_said_and_no_store_is_shown(api: ClientSession) -> None:
    answer = await Talk(api).say("unicorn saddle near Boston")
    assert answer["results"] == []
    assert answer["nearest_beyond_radius"] is None
    assert "no store has" in answer["reply"]["text"]


@pytest.mark.parametrize("text", ["😀", "@{}|-*~()", "' OR 1=1 --", "%%%", "a" * 2000, "is|the|shoe", "\u202e\u200b"])
async def test_odd_messages_get_a_kind_answer(api: ClientSession, text: str) -> None:
    answer = await Talk(api).say(text)
    assert answer["reply"]["text"]
    assert answer["hold"] is None
