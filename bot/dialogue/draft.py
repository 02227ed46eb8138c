"""An answer in the making: the lines to say, and the structured fields that every fact in them comes from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.conversations import Conversation, Wanted
from bot.messages import IncomingMessage, Proposal
from bot.understanding.models import Understanding
from bot.wording import Line
from geo.models import Coordinates
from inventory.models import Hold
from search.models import Product, Skipped, Store, StoreAvailability


@dataclass(frozen=True, slots=True)
class Turn:
    """One message, what it means, and the conversation with that meaning already taken over."""

    message: IncomingMessage
    message_id: str
    understanding: Understanding
    conversation: Conversation
    before: Wanted  # what was wanted until now

    @property
    def now(self) -> datetime:
        return self.message.received_at

    @property
    def language(self) -> str:
        return self.conversation.language


@dataclass(frozen=True, slots=True)
class Button:
    """`text` is sent back as the shopper's next message; None sends the label."""

    label: Line | str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where distances are measured from. `place` is None for the device's own position."""

    coordinates: Coordinates
    place: str | None


@dataclass(frozen=True, slots=True)
class Draft:
    conversation: Conversation
    lines: tuple[Line, ...] = ()
    buttons: tuple[Button, ...] = ()
    results: tuple[StoreAvailability, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    nearest_beyond_radius: StoreAvailability | None = None
    proposal: Proposal | None = None
    hold: Hold | None = None
    products: tuple[Product, ...] = ()
    stores: tuple[Store, ...] = ()
    degraded: tuple[str, ...] = ()
    radius_km: float | None = None

    def saying(self, *lines: Line) -> Draft:
        return replace(self, lines=(*self.lines, *lines))

    def after(self, *lines: Line) -> Draft:
        """The same answer with something said first."""
        return replace(self, lines=(*lines, *self.lines))
