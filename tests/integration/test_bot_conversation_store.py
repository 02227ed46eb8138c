"""Conversations in a real Redis: kept whole, for a while, one turn at a time."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from fakes import NOW, FakePorts, FakeWorld
from stories import CHICAGO, STOCK, Shopper

from bot.conversation_store import ANSWERS_KEPT, ConversationStore
from bot.conversations import Conversation
from bot.dialogue.policy import DialoguePolicy
from bot.dialogue.respond import Dialogue
from bot.messages import IncomingMessage, TurnAnswer
from bot.phrases import load_phrases
from bot.turns import TurnRunner
from runtime.redis_client import RedisClients, connect
from runtime.settings import Settings

ID = "conversation-0123456"


@pytest.fixture
def store(redis_clients: RedisClients, namespace: str) -> ConversationStore:
    return ConversationStore(redis_clients, namespace, ttl_seconds=60)


async def a_long_story() -> tuple[Conversation, list[TurnAnswer]]:
    shopper = Shopper()
    await shopper.say("pressure cooker", location=CHICAGO)
    await shopper.tell("toaster near Springfield", "Springfield, IL", "pressure cooker near Chicago", "2", "yes")
    await shopper.tell("which stores are near Lyon?", "hold 2 toasters near Chicago")
    return shopper.memory.conversations[ID], shopper.answers


async def test_state_and_answers_come_back_exactly_as_they_were(store: ConversationStore) -> None:
    conversation, answers = await a_long_story()
    for answer in answers:
        await store.keep(conversation, answer)
    for answer in answers:
        remembered = await store.recall(ID, answer.message_id)
        assert remembered.answer == answer
    assert remembered.conversation is not None
    assert replace(remembered.conversation, message_ids=()) == replace(conversation, message_ids=())
    assert (await store.recall(ID, "unknown")).answer is None
    assert (await store.recall("another-conversation", "m0")).conversation is None


async def test_a_conversation_is_forgotten_after_its_lifetime(
    store: ConversationStore, redis_clients: RedisClients
) -> None:
    conversation, answers = await a_long_story()
    await store.keep(conversation, answers[0])
    assert 0 < await redis_clients.reads.ttl(store.key(ID)) <= 60


async def test_only_the_last_answers_are_kept(store: ConversationStore, redis_clients: RedisClients) -> None:
    conversation, answers = await a_long_story()
    for number in range(ANSWERS_KEPT + 5):
        await store.keep(conversation, replace(answers[0], message_id=f"n{number}"))
        conversation = (await store.recall(ID, "n0")).conversation or conversation
    assert await redis_clients.reads.hlen(store.key(ID)) == ANSWERS_KEPT + 1
    assert (await store.recall(ID, "n4")).answer is None
    assert (await store.recall(ID, f"n{ANSWERS_KEPT + 4}")).answer is not None


async def test_what_cannot_be_read_is_forgotten(store: ConversationStore, redis_clients: RedisClients) -> None:
    await redis_clients.writes.hset(store.key(ID), "state", b'{"conversation_id": 7}')
    assert (await store.recall(ID, "m")).conversation is None


async def test_one_turn_at_a_time_and_the_next_waits_for_it(store: ConversationStore) -> None:
    running = 0

    async def turn() -> bool:
        nonlocal running
        async with store.exclusive(ID, wait_seconds=10) as alone:
            running += 1
            assert running == 1
            await asyncio.sleep(0)
            running -= 1
            return alone

    assert all(await asyncio.gather(*(turn() for _ in range(8))))


async def test_no_name_of_a_conversation_meets_the_lock_of_another(store: ConversationStore) -> None:
    conversation, answers = await a_long_story()
    async with store.exclusive("abc", wait_seconds=1):
        for name in ("abc:lock", "abc:turn", "turn:abc"):
            await store.keep(replace(conversation, conversation_id=name), answers[0])
            assert (await store.recall(name, answers[0].message_id)).answer == answers[0]
    async with store.exclusive("abc", wait_seconds=0.5) as alone:
        assert alone


async def test_a_turn_that_is_saved_does_not_fail_because_its_lock_cannot_be_freed(
    settings: Settings, redis_clients: RedisClients, namespace: str
) -> None:
    own = connect(redis_clients.url, settings, retries=0)
    store = ConversationStore(replace(redis_clients, writes=own), namespace, ttl_seconds=60, turn_seconds=-4.9)
    async with store.exclusive(ID, wait_seconds=1):
        own.connection_pool.connection_kwargs.update(path="/nowhere")
        await own.connection_pool.disconnect()
    await own.aclose()
    other = ConversationStore(redis_clients, namespace, ttl_seconds=60)
    async with other.exclusive(ID, wait_seconds=1) as alone:
        assert alone


async def test_who_waits_too_long_is_told_and_other_conversations_are_free(store: ConversationStore) -> None:
    async with store.exclusive(ID, wait_seconds=1) as alone:
        assert alone
        async with store.exclusive(ID, wait_seconds=0.05) as second:
            assert not second
        async with store.exclusive("another-conversation", wait_seconds=0.05) as other:
            assert other
    async with store.exclusive(ID, wait_seconds=0.5) as again:
        assert again


async def test_identical_requests_at_once_hold_once_and_get_one_answer(
    redis_clients: RedisClients, namespace: str
) -> None:
    ports = FakePorts(FakeWorld(dict(STOCK)))

    def a_process() -> TurnRunner:
        memory = ConversationStore(redis_clients, namespace, ttl_seconds=60)
        return TurnRunner(memory, Dialogue(ports.all, load_phrases(), DialoguePolicy()))

    for number, text in enumerate(("toaster near Chicago", "1")):
        await a_process().run(IncomingMessage(text, NOW, ID, f"m{number}"))
    yes = IncomingMessage("yes", NOW, ID, "m2")
    answers = await asyncio.gather(*(a_process().run(yes) for _ in range(10)))
    assert len(ports.holds.placed) == 1
    assert all(answer == answers[0] for answer in answers)
