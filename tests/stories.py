"""Plays conversations in tests: one shopper, fakes behind the ports, a clock that moves with each message."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from fakes import NOW, FakeMemory, FakePorts, FakeWorld
from grounding import ungrounded

from bot.dialogue.policy import DialoguePolicy
from bot.dialogue.respond import Dialogue
from bot.messages import IncomingMessage, TurnAnswer
from bot.phrases import load_phrases
from bot.turns import TurnRunner
from geo.models import Coordinates

STOCK = {
    ("S1", "PC-6"): 4,
    ("S2", "PC-6"): 1,
    ("S2", "PC-8"): 2,
    ("S3", "PC-6"): 9,
    ("S4", "PC-6"): 1,
    ("S5", "PC-8"): 3,
    ("S6", "PC-6"): 5,
    ("S5", "TO-2"): 2,
    ("S1", "TO-2"): 3,
    ("S7", "KE-1"): 2,
    ("S1", "EP-9"): 2,
}
CHICAGO = Coordinates(41.88, -87.63)


class Shopper:
    """Says one thing after another in one conversation."""

    def __init__(
        self,
        stock: dict[tuple[str, str], int] | None = None,
        *,
        locale: str | None = None,
        available_cap: int = 0,
    ) -> None:
        self.world = FakeWorld(dict(STOCK if stock is None else stock))
        self.ports = FakePorts(self.world)
        self.memory = FakeMemory()
        self.runner = TurnRunner(self.memory, Dialogue(self.ports.all, load_phrases(), DialoguePolicy()))
        self.now: datetime = NOW
        self.locale = locale
        self.available_cap = available_cap
        self.conversation_id = "conversation-0123456"
        self.answers: list[TurnAnswer] = []
        self.before_hold: Callable[[], None] | None = None

    async def say(
        self,
        text: str,
        *,
        location: Coordinates | None = None,
        after: timedelta = timedelta(seconds=20),
        message_id: str | None = None,
    ) -> TurnAnswer:
        self.now += after
        self.ports.holds.now = self.now
        message = IncomingMessage(
            text,
            self.now,
            self.conversation_id,
            message_id or f"m{len(self.answers)}",
            location,
            self.locale,
            available_cap=self.available_cap,
            identity="network:192.0.2.0",
        )
        answer = await self.runner.run(message)
        assert isinstance(answer, TurnAnswer)
        assert ungrounded(answer) == [], answer.reply.text
        self.answers.append(answer)
        return answer

    async def tell(self, *texts: str) -> TurnAnswer:
        for text in texts:
            answer = await self.say(text)
        return answer

    @property
    def held(self) -> list[tuple[str, str, int]]:
        return self.ports.holds.placed
