"""Puts the conversation together from the parts of a running service, and fits those parts to its ports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.conversation_store import ConversationStore
from bot.dialogue.policy import DialoguePolicy
from bot.dialogue.respond import Dialogue
from bot.phrases import load_phrases
from bot.ports import HoldDesk, OpeningToday, Ports
from bot.turns import TurnRunner
from geo.models import Coordinates, PlaceMention, PlaceOutcome
from geo.places import PlaceFinder
from runtime.redis_client import RedisClients
from runtime.settings import Settings
from search.availability import Availability
from search.models import Store
from search.opening_hours import open_now, spans_today
from search.products import ProductSearch
from search.stores import StoreDirectory, find_stores
from search.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class ConversationParts:
    """What the conversation is built on."""

    products: ProductSearch
    availability: Availability
    directory: StoreDirectory
    places: PlaceFinder
    holds: HoldDesk


def make_turn_runner(settings: Settings, clients: RedisClients, parts: ConversationParts) -> TurnRunner:
    """The conversation of one process."""
    ports = Ports(
        parts.products,
        parts.availability,
        DirectoryStores(parts.directory),
        CataloguePlaces(parts.places, parts.products),
        parts.holds,
    )
    policy = DialoguePolicy(
        proposal_ttl=timedelta(seconds=settings.proposal_ttl_seconds),
        position_ttl=timedelta(seconds=settings.position_ttl_seconds),
        hold_ttl=timedelta(seconds=settings.hold_ttl_seconds),
    )
    memory = ConversationStore(clients, settings.namespace, ttl_seconds=settings.conversation_ttl_seconds)
    return TurnRunner(memory, Dialogue(ports, load_phrases(), policy))


class DirectoryStores:
    """The stores port over the directory."""

    def __init__(self, directory: StoreDirectory) -> None:
        self._directory = directory

    async def get(self, store_id: str) -> Store | None:
        return (await self._directory.current()).by_id(store_id)

    async def search(self, text: str, *, origin: Coordinates | None, limit: int) -> tuple[Store, ...]:
        hits = find_stores(await self._directory.current(), q=text or None, origin=origin, limit=limit)
        return tuple(hit.store for hit in hits)

    def opening(self, store: Store, at: datetime) -> OpeningToday | None:
        spans, is_open = spans_today(store, at), open_now(store, at)
        return None if spans is None or is_open is None else OpeningToday(", ".join(map(str, spans)), is_open)


class CataloguePlaces:
    """The places port: a word of the catalogue is no place unless the sentence says so."""

    def __init__(self, finder: PlaceFinder, products: ProductSearch) -> None:
        self._finder = finder
        self._products = products

    def find_in(self, text: str, language: str) -> Sequence[PlaceMention]:
        return self._finder.find_in(text, language, _Words(self._products.vocabulary))

    async def resolve(self, text: str, language: str) -> PlaceOutcome:
        return await self._finder.resolve(text, language)


@dataclass(frozen=True, slots=True)
class _Words:
    """A vocabulary as a container of words."""

    vocabulary: Vocabulary

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self.vocabulary.knows(word)
