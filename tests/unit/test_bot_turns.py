"""One turn at a time, a repeated message answered the same, conversations by the names of their callers."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import timedelta

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


@pytest.mark.parametrize(
    "name", ["conversation-from-a-widget", "A" * 128, "abc", "7", "wa:33612345678", "a.b_c-d:lock"]
)
async def test_a_caller_may_name_a_new_conversation(name: str) -> None:
    answer = await Shopper().runner.run(IncomingMessage("hello", NOW, conversation_id=name))
    assert answer.conversation_id == name


@pytest.mark.parametrize("name", ["", "A" * 129, "with space and more", "naïve-naïve-naïve", "a" * 15 + "\n"])
async def test_other_names_are_replaced_by_a_fresh_one(name: str) -> None:
    answer = await Shopper().runner.run(IncomingMessage("hello", NOW, conversation_id=name))
    assert answer.conversation_id != name


async def test_a_short_name_of_the_callers_own_continues_its_conversation() -> None:
    shopper = Shopper()
    shopper.conversation_id = "abc"
    await shopper.tell("toaster near Chicago", "1", "yes")
    assert shopper.held == [("S1", "TO-2", 1)]


async def test_a_first_message_that_is_sent_again_finds_the_conversation_that_it_began() -> None:
    shopper = Shopper()
    message = IncomingMessage("toaster near Chicago", NOW, message_id="6f1c1a1e-5d0f-4e57-9a53-2c1f6b1d8c11")
    first = await shopper.runner.run(message)
    assert await shopper.runner.run(message) == first
    other = await shopper.runner.run(replace(message, text="kettle near Chicago"))
    assert isinstance(first, TurnAnswer)
    assert isinstance(other, TurnAnswer)
    assert other.conversation_id != first.conversation_id


async def test_a_message_id_that_anybody_may_use_leads_into_nobodys_conversation() -> None:
    shopper = Shopper()
    message = IncomingMessage("hello", NOW, message_id="1")
    first, second = await shopper.runner.run(message), await shopper.runner.run(message)
    assert isinstance(first, TurnAnswer)
    assert isinstance(second, TurnAnswer)
    assert first.conversation_id != second.conversation_id


async def test_names_that_are_used_again_another_day_hold_anew() -> None:
    shopper = Shopper()
    shopper.conversation_id = "abc"
    for _ in range(2):
        await shopper.tell("toaster near Chicago", "1", "yes")
        shopper.memory.conversations.clear()
        shopper.memory.answers.clear()
        shopper.answers.clear()
        shopper.now += timedelta(days=1)
    assert shopper.held == [("S1", "TO-2", 1)] * 2


async def test_a_conversation_that_stays_busy_is_said_to_be_so() -> None:
    shopper = Shopper()
    runner = shopper.runner
    runner._lock_wait_seconds = 0.01
    message = IncomingMessage("hello", NOW, conversation_id=shopper.conversation_id, message_id="m")
    async with shopper.memory.exclusive(shopper.conversation_id, wait_seconds=1):
        outcome = await runner.run(message)
    assert outcome == ConversationBusy(shopper.conversation_id, "m")
    assert isinstance(await runner.run(replace(message, message_id="n")), TurnAnswer)
