"""Turns of conversation: words that the index knows, and words that only the encoder can place."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from uuid import uuid4

import numpy as np
import orjson

from bench.run import SEED, Onhand, Run
from bench.sampling import ROUNDS, Contender, side_by_side
from bench.suites.over_http import measure_over_http
from bench.workload import Question, questions
from bot.messages import IncomingMessage, TurnAnswer
from search.embeddings import Embedder, Vectors

#: No title has all of these words, so the meaning has to find something. Every combination is a new text.
THINGS = ("something", "a gadget", "a little machine", "whatever", "some kind of device", "a thing")
TASKS = (
    "keep soup warm", "wake me gently", "hear music while jogging", "watch films on the wall", "dry wet laundry",
    "chill drinks", "crush ice", "take snapshots of birds", "write letters", "talk across the house", "froth milk",
    "find my way while driving", "clean dusty carpets", "bake bread overnight", "store family pictures", "cut hair",
    "entertain toddlers", "see who rings",
)  # fmt: skip
PLACES = (
    "at my cabin", "in a dormitory", "during camping", "in a tiny flat", "on the veranda", "while travelling",
    "in the workshop", "at the lake", "in the attic", "on night shifts", "in the nursery", "at a picnic", "in our barn",
    "on balconies", "in winter",
)  # fmt: skip
OWNERS = ("grandma", "our choir", "a beginner", "my neighbour", "the twins", "a classroom", "my boss", "the guests")


async def measure_chat(run: Run, onhand: Onhand, *, encoder: bool) -> None:
    """One first turn per conversation, by shoppers who share their position."""
    asked = iter(questions(_meanings(run) if encoder else _titles(run), run.homes, seed=SEED))
    encoded = Encodings(onhand.services.embedder)

    async def library(_: int) -> None:
        with encoded.of_one_turn():
            answer = await onhand.services.turns.run(_message(next(asked)))
        if not isinstance(answer, TurnAnswer):
            raise RuntimeError(f"a turn was answered with {type(answer).__name__}")

    async def over_http(_: int) -> bytes:
        question = next(asked)
        location = {"lat": question.origin.lat, "lon": question.origin.lon}
        wish = orjson.dumps({"text": question.wanted, "location": location})
        return await onhand.post("/v1/chat", wish, status=200)

    name = "chat turn that needs the encoder" if encoder else "chat turn, no encoder"
    figure = "chat_encoder" if encoder else "chat"
    (taken,) = await side_by_side([Contender(f"{name}, library", library)], samples=run.samples, warm_up=run.warm_up)
    if encoder:
        needed = np.array(encoded.by_turn[-len(taken.milliseconds) :])
        run.report.figures["chat_encoder_share"] = float(needed.mean())
        taken = replace(taken, milliseconds=taken.milliseconds[needed])
    run.report.add_samples(taken, figure=f"{figure}_library")
    await measure_over_http(run, name, over_http, figure=f"{figure}_http", typical_body=await over_http(0))


class Encodings:
    """Tells for each turn whether the encoder was called."""

    def __init__(self, embedder: Embedder | None) -> None:
        self.by_turn: list[bool] = []
        self._calls = 0
        if embedder is not None:
            self._count(embedder)

    def _count(self, embedder: Embedder) -> None:
        encode = embedder.embed

        async def counted(texts: Sequence[str]) -> Vectors:
            self._calls += 1
            return await encode(texts)

        embedder.embed = counted  # type: ignore[method-assign]

    @contextmanager
    def of_one_turn(self) -> Iterator[None]:
        before = self._calls
        yield
        self.by_turn.append(self._calls > before)


def _message(question: Question) -> IncomingMessage:
    return IncomingMessage(
        text=question.wanted,
        received_at=datetime.now(UTC),
        conversation_id=uuid4().hex,
        message_id=uuid4().hex,
        location=question.origin,
    )


def _titles(run: Run) -> list[str]:
    typed = random.Random(SEED).choices(run.feeds.queries(), k=_needed(run))
    return [f"nearest store with a {query} in stock?" for query in typed]


def _meanings(run: Run) -> list[str]:
    combinations = product(THINGS, TASKS, PLACES, OWNERS)
    texts = [f"I need {thing} to {task} {place} for {owner}" for thing, task, place, owner in combinations]
    random.Random(SEED).shuffle(texts)
    return texts[: _needed(run)]


def _needed(run: Run) -> int:
    """Enough for one measurement in the library and two over HTTP, with no text asked twice."""
    return 3 * (run.samples + ROUNDS + run.warm_up) + 1
