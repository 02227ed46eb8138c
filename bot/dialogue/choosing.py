"""From an entry of a list, or a wish to hold, to a proposal; from a yes to the hold."""

from __future__ import annotations

from dataclasses import replace

from bot.conversations import Conversation, Option, OptionKind, Wanted
from bot.dialogue.asking import Asking, chosen_option
from bot.dialogue.draft import Draft, Turn
from bot.dialogue.finding import ask_product
from bot.dialogue.holding import Holding
from bot.dialogue.proposing import Proposing
from bot.dialogue.whereabouts import Whereabouts
from bot.messages import Proposal
from bot.ports import Ports
from bot.understanding.models import Expecting
from bot.wording import line


class Choosing:
    def __init__(
        self, ports: Ports, asking: Asking, proposing: Proposing, holding: Holding, whereabouts: Whereabouts
    ) -> None:
        self._ports = ports
        self._asking = asking
        self._proposing = proposing
        self._holding = holding
        self._whereabouts = whereabouts

    async def select(self, turn: Turn) -> Draft:
        """An entry of the last list: a store is proposed, a place searched near, a product searched for."""
        option = chosen_option(turn)
        conversation = turn.conversation
        if option is None:
            return Draft(conversation, (line("entry_unknown" if conversation.options else "no_list"),))
        if option.kind is OptionKind.PLACE and option.place:
            settled = replace(turn, conversation=self._whereabouts.at(conversation, option.place))
            return await self._asking.find(replace(settled, understanding=replace(turn.understanding, place=None)))
        if option.kind is OptionKind.HOLD:
            return await self._holding.chosen(turn, replace(conversation, options=()), option)
        if option.kind is OptionKind.PRODUCT:
            wanted = Wanted(option.label, option.sku, quantity=conversation.wanted.quantity)
            return await self._asking.find(replace(turn, conversation=replace(conversation, wanted=wanted)))
        return await self._at_option(turn, conversation, option)

    async def _at_option(self, turn: Turn, conversation: Conversation, option: Option) -> Draft:
        store_id = option.store_id or ""
        product = await self._asking.product(option.sku)
        if product is not None:
            return await self._proposing.at(turn, conversation, product, store_id)
        if conversation.wanted.query:
            return await self._asking.stores.stock(turn, conversation, store_id)
        store = await self._ports.stores.get(store_id)
        if store is None:
            return Draft(conversation, (line("store_unknown"),))
        asked = replace(turn.understanding, topics=conversation.topics_asked, when=conversation.when_asked)
        return await self._asking.stores.told(replace(turn, understanding=asked), conversation, store)

    async def hold(self, turn: Turn, pending: Proposal | None) -> Draft:
        """Somebody wants something held: always a proposal first."""
        conversation, meant = turn.conversation, turn.understanding
        if meant.option is not None:
            return await self.select(turn)
        if meant.store:
            return await self._hold_at_named_store(turn, meant.store)
        if meant.product or meant.sku or meant.place or meant.near_me:
            return await self._hold_nearest(turn)
        if pending:
            return await self._proposing.at(turn, conversation, pending.product, pending.store.store_id)
        product = await self._asking.product(conversation.focus.sku)
        if product and conversation.focus.store_id:
            return await self._proposing.at(turn, conversation, product, conversation.focus.store_id)
        return await self._hold_nearest(turn) if conversation.wanted.query else ask_product(conversation)

    async def _hold_nearest(self, turn: Turn) -> Draft:
        found = await self._asking.find(turn)
        options = found.conversation.options
        if not found.results or not options or options[0].kind is not OptionKind.STORE:
            return found
        offer = await self._at_option(turn, found.conversation, options[0])
        return replace(offer, results=offer.results or found.results, skipped=found.skipped, radius_km=found.radius_km)

    async def _hold_at_named_store(self, turn: Turn, name: str) -> Draft:
        conversation = turn.conversation
        store = await self._asking.stores.named(turn, conversation, name)
        if isinstance(store, Draft):
            return await self._hold_nearest(turn) if turn.understanding.place else store
        product = None if turn.understanding.product else await self._asking.product(conversation.focus.sku)
        if product is not None:
            return await self._proposing.at(turn, conversation, product, store.store_id)
        found = await self._asking.stores.stock(turn, conversation, store.store_id)
        here = [option for option in found.conversation.options if option.store_id == store.store_id and option.sku]
        return await self._at_option(turn, found.conversation, here[0]) if here else found

    async def affirm(self, turn: Turn, pending: Proposal | None) -> Draft:
        """A yes: to the proposal; after a mere list it asks for the proposal."""
        conversation = turn.conversation
        if pending is None and conversation.expecting is Expecting.PLACE:
            return self._whereabouts.ask(conversation)
        if pending is None and conversation.options and conversation.options[0].kind is OptionKind.STORE:
            there = (option for option in conversation.options if _is_focus(conversation, option))
            return await self._at_option(turn, conversation, next(there, conversation.options[0]))
        return await self._holding.affirm(turn, conversation, pending)


def _is_focus(conversation: Conversation, option: Option) -> bool:
    return (option.sku, option.store_id) == (conversation.focus.sku, conversation.focus.store_id)
