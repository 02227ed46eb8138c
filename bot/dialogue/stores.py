"""Questions about one store: does it have the thing, when is it open, where is it. Also which stores are near."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.conversations import Conversation, Focus, Option, OptionKind
from bot.dialogue.draft import Button, Draft, Turn
from bot.dialogue.finding import ask_product
from bot.dialogue.listing import listed
from bot.dialogue.meaning import Meaning
from bot.dialogue.policy import DialoguePolicy
from bot.dialogue.whereabouts import Whereabouts
from bot.intents import StoreTopic
from bot.ports import Ports
from bot.understanding.models import Expecting
from bot.understanding.normalise import fold
from bot.wording import Line, line
from geo.models import Coordinates
from search.models import Store

_ANOTHER_DAY = re.compile(
    r"(?<!to)day\b|morrow|week|demain|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|semaine"
)
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
        return _which_store(conversation, found)

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
        answer = await self._ports.shelves.nearest(
            meant.products, here, quantity=quantity, radius_km=self._policy.radius_km, limit=self._policy.list_length
        )
        others = answer.results or tuple(filter(None, (answer.nearest_beyond_radius,)))
        if not others:
            lines = (line("store_lacks_it_alone", store=shelf.store), line("none_anywhere", product=meant.products[0]))
            return Draft(conversation, lines, stores=(shelf.store,), products=meant.products[:1])
        draft = listed(conversation, others, line("store_lacks_it", store=shelf.store)).saying(line("ask_number"))
        return replace(draft, stores=(shelf.store,), degraded=meant.degraded)

    async def told(self, turn: Turn, conversation: Conversation, store: Store) -> Draft:
        """Address, hours, telephone: what was asked, or all of it."""
        topics = turn.understanding.topics or _DEFAULT_TOPICS
        lines = [said for topic in topics if (said := self._about(turn, store, topic))]
        if StoreTopic.HOURS in topics and _ANOTHER_DAY.search(turn.understanding.when or ""):
            lines.append(line("hours_of_today_only"))
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
        opening = self._ports.stores.opening(store, turn.now)
        if opening is None:
            return None
        if not opening.hours:
            return line("store_closed_today", store=store)
        return line("store_open_now" if opening.open_now else "store_closed_now", store=store, hours=opening.hours)

    async def near(self, turn: Turn, conversation: Conversation) -> Draft:
        """The stores of the chain near a place."""
        origin = self._whereabouts.origin(turn, conversation)
        if origin is None:
            return self._whereabouts.ask(conversation)
        found = await self._ports.stores.search("", origin=origin.coordinates, limit=self._policy.list_length)
        if not found:
            return Draft(conversation, (line("store_unknown"),))
        options = tuple(Option(OptionKind.STORE, store.name, store.store_id) for store in found)
        lines = [
            line("option_store", number=number, store=store, town=_town(store)) for number, store in enumerate(found, 1)
        ]
        return Draft(
            replace(conversation, options=options, focus=Focus(conversation.focus.sku, found[0].store_id)),
            (line("stores_near"), *lines),
            tuple(Button(line("button_option", number=n, store=store), str(n)) for n, store in enumerate(found, 1)),
            stores=found,
        )


def replace_focus(draft: Draft, store_id: str) -> Draft:
    conversation = draft.conversation
    return replace(draft, conversation=replace(conversation, focus=replace(conversation.focus, store_id=store_id)))


def _which_store(conversation: Conversation, found: tuple[Store, ...]) -> Draft:
    options = tuple(Option(OptionKind.STORE, store.name, store.store_id) for store in found)
    lines = [
        line("option_store", number=number, store=store, town=_town(store)) for number, store in enumerate(found, 1)
    ]
    return Draft(
        replace(conversation, options=options, expecting=Expecting.NOTHING),
        (line("ask_which_store"), *lines),
        tuple(
            Button(line("button_option", number=number, store=store), str(number))
            for number, store in enumerate(found, 1)
        ),
        stores=found,
    )


def _contains(label: str, name: str) -> bool:
    said = fold(label).replace("-", " ").split()
    return all(word in said for word in fold(name).replace("-", " ").split())


def _town(store: Store) -> str:
    return " ".join(part for part in (store.postal_code, store.city) if part)
