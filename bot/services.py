"""The composition root of the service: opens every part once, in order, and closes them in reverse."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from bot.adapters import ChainPlaces, CountedHolds, DirectoryStores, OutcomeCounter
from bot.conversation_store import ConversationStore
from bot.dialogue.policy import DialoguePolicy
from bot.dialogue.respond import Dialogue
from bot.identity import limits_of
from bot.phrases import load_phrases
from bot.ports import Ports
from bot.turns import TurnRunner
from geo.gazetteer import Gazetteer
from geo.places import PlaceFinder, open_place_finder
from inventory.audit.ledger_audit import LedgerAudit
from inventory.groups import HoldGroups
from inventory.holds import Holds
from inventory.inventory import Inventory
from inventory.keys import Keyspace
from inventory.ledger import StockLedger
from inventory.sweeper import HoldUpkeep
from inventory.wait_keeper import WaitKeeper
from inventory.waitlist import WaitTerms
from runtime.redis_client import RedisClients, open_redis
from runtime.settings import Settings
from search.availability import Availability
from search.completeness import Completeness
from search.embeddings import Embedder, load_embedder
from search.health import refuse_cut_answers
from search.in_store import StoreShelves
from search.near import NearShelves
from search.pickup_rules import PickupPolicy
from search.popular import PopularSearches
from search.products import ProductSearch
from search.shop_file import ShopFile
from search.stock_view.keeper import ViewKeeper
from search.stock_view.reading import StockView
from search.stores import StoreDirectory

#: Rather start a little later than answer from half an index.
INDEX_WAIT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that answers questions and changes stock, ready to use."""

    settings: Settings
    clients: RedisClients
    keyspace: Keyspace
    inventory: Inventory
    directory: StoreDirectory
    products: ProductSearch
    popular: PopularSearches
    completeness: Completeness
    availability: Availability
    places: ChainPlaces
    turns: TurnRunner
    embedder: Embedder | None
    pickup: PickupPolicy
    stock_view: StockView
    view_keeper: ViewKeeper
    audit: LedgerAudit

    @property
    def holds(self) -> Holds:
        return self.inventory.holds

    @property
    def groups(self) -> HoldGroups:
        return self.inventory.groups

    @property
    def upkeep(self) -> HoldUpkeep:
        return self.inventory.upkeep

    @property
    def wait_keeper(self) -> WaitKeeper:
        return self.inventory.wait_keeper

    @property
    def ledger(self) -> StockLedger:
        return self.inventory.ledger


def _uncounted(_operation: str, _outcome: object) -> None:
    """Where nobody scrapes."""


@asynccontextmanager
async def open_services(settings: Settings, count_hold: OutcomeCounter = _uncounted) -> AsyncIterator[Services]:
    """Open Redis, load functions, gazetteer and encoder, wire the rest.

    Raises AppError where something that every answer needs is missing; a missing encoder is only reported.
    """
    async with open_redis(settings) as clients:
        embedder, gazetteer = await asyncio.gather(
            asyncio.to_thread(load_embedder, settings), asyncio.to_thread(Gazetteer.load)
        )
        try:
            async with open_place_finder(settings, clients, gazetteer, None) as finder:
                services = await _wired(settings, clients, finder, embedder, count_hold)
                await refuse_cut_answers(clients.writes)
                await services.directory.current()
                await services.completeness.wait_for_products(INDEX_WAIT_SECONDS)
                yield services
        finally:
            if embedder is not None:
                embedder.close()


async def _wired(
    settings: Settings,
    clients: RedisClients,
    finder: PlaceFinder,
    embedder: Embedder | None,
    count_hold: OutcomeCounter,
) -> Services:
    keyspace = Keyspace(settings.namespace, settings.region)
    inventory = await Inventory.open(
        clients,
        keyspace,
        hold_ttl_max_seconds=settings.hold_ttl_max_seconds,
        hold_extensions_max=settings.hold_extensions_max,
        returns_need_inspection=settings.returns_need_inspection,
        waitlist_offer_seconds=settings.waitlist_offer_seconds,
        waitlist_terms=WaitTerms(settings.waitlist_max_seconds, settings.waitlist_places_max),
    )
    directory = StoreDirectory(clients, keyspace, inventory.registry)
    availability = Availability(directory, inventory.rows, low_stock_level=settings.low_stock_level)
    completeness = Completeness(clients, settings.namespace, embedder.digest if embedder else None)
    stock_view = StockView(clients, keyspace, timeout_ms=settings.search_timeout_ms)
    products = ProductSearch(
        clients,
        settings.namespace,
        embedder,
        timeout_ms=settings.search_timeout_ms,
        shelves=StoreShelves(availability.sold_at, stock_view, directory),
        near=NearShelves(directory, inventory.rows),
        completeness=completeness,
        shop=ShopFile(settings.search_file).current,
    )
    places = ChainPlaces(finder, directory, products)
    ports = Ports(products, availability, DirectoryStores(directory), places, CountedHolds(inventory.holds, count_hold))
    turns = _turns(settings, clients, ports)
    return Services(
        settings=settings,
        clients=clients,
        keyspace=keyspace,
        inventory=inventory,
        directory=directory,
        products=products,
        popular=PopularSearches(
            clients, settings.namespace, lambda: products.vocabulary, least=settings.popular_searches_least
        ),
        completeness=completeness,
        availability=availability,
        places=places,
        turns=turns,
        embedder=embedder,
        pickup=PickupPolicy.from_settings(settings),
        stock_view=stock_view,
        view_keeper=ViewKeeper(clients, keyspace, inventory.rows, inventory.stream),
        audit=LedgerAudit.of(clients, inventory, settings),
    )


def _turns(settings: Settings, clients: RedisClients, ports: Ports) -> TurnRunner:
    policy = DialoguePolicy(
        proposal_ttl=timedelta(seconds=settings.proposal_ttl_seconds),
        position_ttl=timedelta(seconds=settings.position_ttl_seconds),
        # Nobody leaves a contact in a conversation.
        hold_ttl=timedelta(seconds=min(settings.hold_ttl_seconds, settings.anonymous_hold_ttl_max_seconds)),
        limits=limits_of(settings),
    )
    memory = ConversationStore(
        clients,
        settings.namespace,
        ttl_seconds=settings.conversation_ttl_seconds,
        turn_seconds=settings.request_timeout_seconds,
    )
    return TurnRunner(memory, Dialogue(ports, load_phrases(), policy))
