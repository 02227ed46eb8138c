"""One turn at a time, a repeated message answered the same, conversations by the names of their callers."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

import pytest
from fakes import NOW
from stories import Shopper

from bot.messages import ConversationBusy, IncomingMessage, TurnAnswer


async def test_a_repeated_message_is_answered_the_same_and_does_nothing_twice() -> None:
    shopper = Shopper()
    await shopper.tell("toaster near Chicago", "1")
    first = await shopper.say("yes", message_id="same")
    again = await shopper.say("yes", message_id="same")
    assert again == first
    assert len(shopper.held) == 1


async def test_the_same_message_sent_twice_at_once_holds_once() -> None:
    shopper = Shopper()
    await shopper.tell("toaster near Chicago", "1")
    first, second = await asyncio.gather(*(shopper.say("yes", message_id="same") for _ in range(2)))
    assert first == second
    assert len(shopper.held) == 1


async def test_two_yeses_at_once_to_one_proposal_hold_once() -> None:
    shopper = Shopper()
    await shopper.tell("toaster near Chicago", "1")
    await asyncio.gather(shopper.say("yes", message_id="a"), shopper.say("yes", message_id="b"))
    assert len(shopper.held) == 1


@pytest.mark.parametrize("again", ["crashed", "another"])
async def test_after_a_crash_between_hold_and_save_a_yes_finds_the_same_hold(again: str) -> None:
    shopper = Shopper()
    await shopper.tell("toaster near Chicago", "1")
    shopper.memory.lose_next_save = True
    with pytest.raises(ConnectionError):
        await shopper.say("yes", message_id="crashed")
    answer = await shopper.say("yes", message_id=again)
    assert len(shopper.held) == 1
    assert answer.hold is not None


async def test_ids_are_made_where_there_are_none() -> None:
    shopper = Shopper()
    message = IncomingMessage("hello", NOW)
    first, second = await shopper.runner.run(message), await shopper.runner.run(message)
    assert isinstance(first, TurnAnswer)
    assert isinstance(second, TurnAnswer)
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", first.conversation_id)
    assert first.conversation_id != second.conversation_id
    assert first.message_id != second.message_id


@pytest.mark.parametrize("name", ["conversation-from-a-widget", "A" * 64, "0123456789abcdef"])
async def test_a_caller_may_name_a_new_conversation(name: str) -> None:
    answer = await Shopper().runner.run(IncomingMessage("hello", NOW, conversation_id=name))
    assert answer.conversation_id == name


@pytest.mark.parametrize(
    "name", ["", "short", "A" * 65, "with space and more", "a:b:c:d:e:f:g:h:i:j", "naïve-naïve-naïve", "a" * 15 + "\n"]
)
async def test_other_names_are_replaced_by_a_fresh_one(name: str) -> None:
    answer = await Shopper().runner.run(IncomingMessage("hello", NOW, conversation_id=name))
    assert answer.conversation_id != name


async def test_a_conversation_that_stays_busy_is_said_to_be_so() -> None:
    shopper = Shopper()
    runner = shopper.runner
    runner._lock_wait_seconds = 0.01
    message = IncomingMessage("hello", NOW, conversation_id=shopper.conversation_id, message_id="m")
    async with shopper.memory.exclusive(shopper.conversation_id, wait_seconds=1):
        outcome = await runner.run(message)
    assert outcome == ConversationBusy(shopper.conversation_id, "m")
    assert isinstance(await runner.run(replace(message, message_id="n")), TurnAnswer)
