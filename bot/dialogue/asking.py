"""Answers questions about products, places and stores: what is meant, where it is, what else there is."""

from __future__ import annotations

from dataclasses import replace

from bot.conversations import Option
from bot.dialogue.draft import Draft, Turn
from bot.dialogue.finding import Finding
from bot.dialogue.policy import DialoguePolicy
from bot.dialogue.products import ProductQuestions
from bot.dialogue.stores import StoreQuestions
from bot.dialogue.whereabouts import Whereabouts
from bot.ports import Ports
from bot.understanding.models import Expecting
from geo.models import PlaceFound
from search.models import Product, Store


class Asking:
    def __init__(self, ports: Ports, policy: DialoguePolicy, whereabouts: Whereabouts) -> None:
        self._ports = ports
        self._whereabouts = whereabouts
        self._finding = Finding(ports, policy, whereabouts)
        self._products = ProductQuestions(ports, policy, whereabouts)
        self.stores = StoreQuestions(ports, policy, whereabouts)

    async def find(self, turn: Turn) -> Draft:
        """The nearest stores with what is wanted, or the question that is in the way."""
        place = await self._whereabouts.settle(turn)
        if place.conversation.expecting is Expecting.PLACE and place.lines:
            return place
        conversation = place.conversation
        if conversation.store_asked and conversation.wanted.query and not turn.understanding.place:
            found = await self.stores.stock(turn, replace(conversation, store_asked=None), conversation.store_asked)
        elif conversation.stores_asked and not conversation.wanted.query:
            found = await self.stores.near(turn, replace(conversation, stores_asked=False))
        else:
            found = await self._finding.near(turn, replace(conversation, store_asked=None, stores_asked=False))
            found = await self._perhaps_place(turn, found)
        return found.after(*place.lines)

    async def _perhaps_place(self, turn: Turn, found: Draft) -> Draft:
        """ "And evanston?": words that name no product but a place, after a product was spoken of."""
        words, before = turn.understanding.product, turn.before
        if found.conversation.expecting is not Expecting.PRODUCT or not words or not before.query:
            return found
        outcome = await self._ports.places.resolve(words, turn.language)
        if not isinstance(outcome, PlaceFound) or outcome.corrected:
            return found
        there = self._whereabouts.at(replace(turn.conversation, wanted=before), outcome.place)
        return await self._finding.near(turn, there)

    async def store_stock(self, turn: Turn) -> Draft:
        """Whether one store has it."""
        store = await self._store_meant(turn)
        if store is None or (isinstance(store, Draft) and turn.understanding.place):
            return await self.find(turn)
        return store if isinstance(store, Draft) else await self.stores.stock(turn, turn.conversation, store.store_id)

    async def store_info(self, turn: Turn) -> Draft:
        """About one store, or which there are near a place."""
        place = await self._whereabouts.settle(turn)
        if place.conversation.expecting is Expecting.PLACE and place.lines:
            return replace(place, conversation=replace(place.conversation, stores_asked=True))
        if turn.understanding.topics or turn.understanding.store:
            store = await self._store_meant(turn) if not turn.understanding.place else None
            if isinstance(store, Draft):
                return store
            if store:
                return await self.stores.told(turn, turn.conversation, store)
        return await self.stores.near(turn, replace(place.conversation, stores_asked=True))

    async def product_info(self, turn: Turn) -> Draft:
        """About one product. A place that was said beside it is kept for the questions after it."""
        place = await self._whereabouts.settle(turn)
        conversation = turn.conversation if place.lines else place.conversation
        return await self._products.told(turn, conversation, await self._product_meant(turn))

    async def alternatives(self, turn: Turn) -> Draft:
        """Other products than the one that was spoken of."""
        place = await self._whereabouts.settle(turn)
        if place.conversation.expecting is Expecting.PLACE and place.lines:
            return place
        focus = None if turn.understanding.product else await self.product(turn.conversation.focus.sku)
        return await self._products.alternatives(turn, place.conversation, focus)

    async def _store_meant(self, turn: Turn) -> Store | Draft | None:
        conversation = turn.conversation
        if turn.understanding.store:
            return await self.stores.named(turn, conversation, turn.understanding.store)
        option = chosen_option(turn)
        store_id = option.store_id if option else conversation.focus.store_id
        return await self._ports.stores.get(store_id) if store_id else None

    async def _product_meant(self, turn: Turn) -> Product | None:
        if turn.understanding.product or turn.understanding.sku:
            return None
        option = chosen_option(turn)
        return await self.product(option.sku if option else turn.conversation.focus.sku)

    async def product(self, sku: str | None) -> Product | None:
        return (await self._ports.catalogue.get((sku,))).get(sku) if sku else None


def chosen_option(turn: Turn) -> Option | None:
    """The entry of the last list that was meant."""
    options, number = turn.conversation.options, turn.understanding.option
    if number is None or not options:
        return None
    if number == -1:
        return options[-1]
    return options[number - 1] if 1 <= number <= len(options) else None
