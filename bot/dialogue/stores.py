"""Questions about one store: does it have the thing, when is it open, where is it. Also which stores are near."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from bot.conversations import Conversation, Focus, Option, OptionKind
from bot.dialogue.days import day_meant
from bot.dialogue.draft import Button, Draft, Turn
from bot.dialogue.finding import ask_product
from bot.dialogue.listing import fewer_listed, listed, within_or_beyond
from bot.dialogue.meaning import Meaning
from bot.dialogue.policy import DialoguePolicy
from bot.dialogue.whereabouts import Whereabouts
from bot.intents import StoreTopic
from bot.ports import Ports
from bot.understanding.models import Expecting
from bot.understanding.normalise import fold
from bot.wording import Day, Line, line, zone_of
from geo.models import Coordinates
from search.models import AvailabilityAnswer, Product, Store, StoreAvailability

_DEFAULT_TOPICS = (StoreTopic.ADDRESS, StoreTopic.HOURS, StoreTopic.PHONE)


class StoreQuestions:
    def __init__(self, ports: Ports, policy: DialoguePolicy, whereabouts: Whereabouts) -> None:
        self._ports = ports
        self._policy = policy
        self._whereabouts = whereabouts
        self._meaning = Meaning(ports, policy)

    async def named(self, turn: Turn, conversation: Conversation, name: str) -> Store | Draft:
        """The store that a name means; stores of the shown list come first."""
        shown = [option for option in conversation.options if option.store_id and _contains(option.label, name)]
        if len(shown) == 1 and shown[0].store_id and (store := await self._ports.stores.get(shown[0].store_id)):
            return store
        origin = self._whereabouts.origin(turn, conversation)
        found = await self._ports.stores.search(
            name, origin=origin.coordinates if origin else None, limit=self._policy.list_length
        )
        exact = [store for store in found if fold(store.name) == fold(name)]
        if len(found) == 1 or len(exact) == 1:
            return (exact or list(found))[0]
        if not found:
            return Draft(conversation, (line("store_unknown"),))
        return _stores_listed(turn, conversation, found, line("ask_which_store"))

    async def stock(self, turn: Turn, conversation: Conversation, store_id: str) -> Draft:
        """Whether one store has what is wanted; when not, who else does."""
        if not conversation.wanted.query:
            return replace_focus(ask_product(replace(conversation, store_asked=store_id)), store_id)
        meant = await self._meaning.of(conversation)
        if meant.refusal:
            return meant.refusal
        origin = self._whereabouts.origin(turn, conversation)
        shelf = await self._ports.shelves.at_store(
            meant.products, store_id, origin=origin.coordinates if origin else None
        )
        if shelf is None:
            return Draft(conversation, (line("store_unknown"),))
        quantity = max(1, conversation.wanted.count)
        there = tuple(item for item in shelf.items if item.available >= quantity)
        if there:
            shelf = replace(shelf, items=there)
            head = line("store_has_it", store=shelf.store)
            draft = listed(conversation, (shelf,), head, distances=origin is not None)
            return replace(draft.after(*meant.lines).saying(line("ask_number_one")), degraded=meant.degraded)
        here = origin.coordinates if origin else Coordinates(shelf.store.lat, shelf.store.lon)
        draft = await self._elsewhere(conversation, meant.products, shelf, here)
        return replace(draft.after(*meant.lines), stores=(shelf.store,), degraded=meant.degraded)

    async def _elsewhere(
        self, conversation: Conversation, products: Sequence[Product], shelf: StoreAvailability, here: Coordinates
    ) -> Draft:
        """The store lacks it, or has fewer than are wanted; who else has enough, or at least some."""
        quantity = max(1, conversation.wanted.count)
        others = within_or_beyond(await self._nearest(products, here, quantity))
        some = any(item.available > 0 for item in shelf.items)
        if others:
            too_few = line("store_lacks_so_many", store=shelf.store, quantity=quantity)
            head = too_few if some else line("store_lacks_it", store=shelf.store)
            return listed(conversation, others, head).saying(line("ask_number"))
        alone = line("store_lacks_it_alone", store=shelf.store)
        if quantity > 1 and (fewer := fewer_listed(conversation, await self._nearest(products, here, 1))):
            return fewer if some else fewer.after(alone)
        return Draft(conversation, (alone, line("none_anywhere", product=products[0])), products=tuple(products[:1]))

    async def _nearest(self, products: Sequence[Product], here: Coordinates, quantity: int) -> AvailabilityAnswer:
        return await self._ports.shelves.nearest(
            products, here, quantity=quantity, radius_km=self._policy.radius_km, limit=self._policy.list_length
        )

    async def told(self, turn: Turn, conversation: Conversation, store: Store) -> Draft:
        """Address, hours, telephone: what was asked, or all of it."""
        topics = turn.understanding.topics or _DEFAULT_TOPICS
        lines = [said for topic in topics if (said := self._about(turn, store, topic))]
        if not lines:
            lines = [line("store_detail_unknown", store=store)]
        kept = replace(conversation, focus=replace(conversation.focus, store_id=store.store_id))
        return Draft(kept, tuple(lines), stores=(store,))

    def _about(self, turn: Turn, store: Store, topic: StoreTopic) -> Line | None:
        match topic:
            case StoreTopic.HOURS:
                return self._hours(turn, store)
            case StoreTopic.ADDRESS:
                address = ", ".join(part for part in (store.address, _town(store)) if part)
                return line("store_address", store=store, address=address) if address else None
            case StoreTopic.PHONE:
                return line("store_phone", store=store, phone=store.phone) if store.phone else None
            case StoreTopic.SERVICES:
                return (
                    line("store_services", store=store, services=", ".join(store.services)) if store.services else None
                )

    def _hours(self, turn: Turn, store: Store) -> Line | None:
        now = turn.now.astimezone(zone_of(store.timezone))
        day = day_meant(turn.understanding.when or "", now.date())
        if day is None:
            return line("hours_of_which_day")
        return self._hours_now(store, now) if day == now.date() else self._hours_on(store, now, day)

    def _hours_now(self, store: Store, now: datetime) -> Line | None:
        opening = self._ports.stores.opening(store, now)
        if opening is None:
            return None
        if not opening.hours:
            return line("store_closed_today", store=store)
        return line("store_open_now" if opening.open_now else "store_closed_now", store=store, hours=opening.hours)

    def _hours_on(self, store: Store, now: datetime, day: date) -> Line | None:
        opening = self._ports.stores.opening(store, now + (day - now.date()))
        if opening is None:
            return None
        if not opening.hours:
            return line("store_closed_on", store=store, day=Day(day))
        return line("store_open_on", store=store, day=Day(day), hours=opening.hours)

    async def near(self, turn: Turn, conversation: Conversation) -> Draft:
        """The stores of the chain near a place."""
        origin = self._whereabouts.origin(turn, conversation)
        if origin is None:
            return self._whereabouts.ask(conversation)
        found = await self._ports.stores.search("", origin=origin.coordinates, limit=self._policy.list_length)
        if not found:
            return Draft(conversation, (line("store_unknown"),))
        near = replace(conversation, focus=Focus(conversation.focus.sku, found[0].store_id))
        return _stores_listed(turn, near, found, line("stores_near"))


def replace_focus(draft: Draft, store_id: str) -> Draft:
    conversation = draft.conversation
    return replace(draft, conversation=replace(conversation, focus=replace(conversation.focus, store_id=store_id)))


def _stores_listed(turn: Turn, conversation: Conversation, found: Sequence[Store], head: Line) -> Draft:
    """Stores alone, to choose from; what was asked about them waits for the choice."""
    numbered = tuple(enumerate(found, start=1))
    options = tuple(Option(OptionKind.STORE, store.name, store.store_id) for store in found)
    entries = (line("option_store", number=number, store=store, town=_town(store)) for number, store in numbered)
    return Draft(
        replace(
            conversation,
            options=options,
            expecting=Expecting.NOTHING,
            topics_asked=turn.understanding.topics,
            when_asked=turn.understanding.when,
        ),
        (head, *entries),
        tuple(Button(line("button_option", number=number, store=store), str(number)) for number, store in numbered),
        stores=tuple(found),
    )


def _contains(label: str, name: str) -> bool:
    said = fold(label).replace("-", " ").split()
    return all(word in said for word in fold(name).replace("-", " ").split())


def _town(store: Store) -> str:
    return " ".join(part for part in (store.postal_code, store.city) if part)
