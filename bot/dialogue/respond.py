"""One message to one answer: reads it, does what is wanted through the ports, words the outcome. No I/O of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.conversations import Conversation, Option, OptionKind, Wanted
from bot.dialogue.answering import answer_of
from bot.dialogue.draft import Draft, Turn
from bot.dialogue.finding import Finding, ask_product
from bot.dialogue.holding import Holding, remind
from bot.dialogue.listening import context_of, heard, take_over
from bot.dialogue.policy import DialoguePolicy
from bot.dialogue.products import ProductQuestions
from bot.dialogue.proposing import Proposing
from bot.dialogue.stores import StoreQuestions
from bot.dialogue.talk import small_talk
from bot.dialogue.whereabouts import Whereabouts
from bot.intents import Intent
from bot.messages import IncomingMessage, Proposal, TurnAnswer
from bot.phrases import Phrases
from bot.ports import Ports
from bot.understanding.models import Expecting
from bot.understanding.turn import understand
from bot.wording import Wording, line
from geo.models import PlaceFound
from search.models import Product, Store

#: Answered without losing a proposal that waits for its yes.
_DIGRESSIONS = frozenset(
    {
        Intent.STORE_INFO,
        Intent.PRODUCT_INFO,
        Intent.HELP,
        Intent.GREETING,
        Intent.THANKS,
        Intent.HOLD_STATUS,
        Intent.DELIVERY,
        Intent.NOTIFY_RESTOCK,
        Intent.HUMAN,
        Intent.OUT_OF_SCOPE,
    }
)


class Dialogue:
    def __init__(self, ports: Ports, phrases: Mapping[str, Phrases], policy: DialoguePolicy) -> None:
        self._ports = ports
        self._phrases = phrases
        self._policy = policy
        self._whereabouts = Whereabouts(ports, policy)
        self._finding = Finding(ports, policy, self._whereabouts)
        self._proposing = Proposing(ports, policy, self._whereabouts)
        self._holding = Holding(ports, self._proposing)
        self._stores = StoreQuestions(ports, policy, self._whereabouts, self._finding)
        self._products = ProductQuestions(ports, policy, self._whereabouts, self._finding)
        self._questions: dict[Intent, Callable[[Turn], Awaitable[Draft]]] = {
            Intent.FIND_STOCK: self._find,
            Intent.GIVE_PLACE: self._find,
            Intent.SELECT_OPTION: self._select,
            Intent.STORE_STOCK: self._store_stock,
            Intent.STORE_INFO: self._store_info,
            Intent.PRODUCT_INFO: self._product_info,
            Intent.ALTERNATIVES: self._alternatives,
        }

    async def respond(
        self, message: IncomingMessage, message_id: str, conversation: Conversation
    ) -> tuple[TurnAnswer, Conversation]:
        """The answer, and the conversation after it."""
        before = heard(message, conversation)
        meant = understand(message.text, context_of(before), self._ports.places)
        turn = Turn(message, message_id, meant, take_over(before, meant), before.wanted)
        draft = await self._answer(turn, before.proposal, before.expecting)
        wording = Wording(self._phrases[draft.conversation.language], draft.conversation.locale)
        return answer_of(turn, draft, wording), draft.conversation

    async def _answer(self, turn: Turn, pending: Proposal | None, expecting: Expecting) -> Draft:
        draft = await self._by_intent(turn, pending)
        if turn.understanding.intent not in _DIGRESSIONS:
            return draft
        if pending and turn.now < pending.expires_at:
            return remind(turn, draft, pending)
        if expecting is Expecting.PLACE and draft.conversation.expecting is Expecting.PLACE and not draft.results:
            return draft.saying(line("ask_place"))
        return draft

    async def _by_intent(self, turn: Turn, pending: Proposal | None) -> Draft:
        conversation = turn.conversation
        match turn.understanding.intent:
            case Intent.AFFIRM:
                return await self._affirm(turn, pending)
            case Intent.PLACE_HOLD:
                return await self._hold(turn, pending)
            case Intent.NEGATE:
                return Draft(conversation, (line("dropped" if pending else "nothing_dropped"),))
            case Intent.CANCEL_HOLD:
                return await self._holding.cancel(turn, conversation, turn.understanding.hold_id)
            case Intent.HOLD_STATUS:
                return await self._holding.status(turn, conversation, turn.understanding.hold_id)
            case _:
                question = self._questions.get(turn.understanding.intent)
                return await question(turn) if question else small_talk(turn)

    async def _find(self, turn: Turn) -> Draft:
        place = await self._whereabouts.settle(turn)
        if place.conversation.expecting is Expecting.PLACE and place.lines:
            return place
        conversation = place.conversation
        if conversation.store_asked and conversation.wanted.query and not turn.understanding.place:
            found = await self._stores.stock(turn, replace(conversation, store_asked=None), conversation.store_asked)
        elif conversation.stores_asked and not conversation.wanted.query:
            found = await self._stores.near(turn, replace(conversation, stores_asked=False))
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

    async def _select(self, turn: Turn) -> Draft:
        option = chosen_option(turn)
        conversation = turn.conversation
        if option is None:
            return Draft(conversation, (line("entry_unknown" if conversation.options else "no_list"),))
        if option.kind is OptionKind.PLACE and option.place:
            settled = replace(turn, conversation=self._whereabouts.at(conversation, option.place))
            return await self._find(replace(settled, understanding=replace(turn.understanding, place=None)))
        if option.kind is OptionKind.HOLD:
            return await self._holding.chosen(turn, replace(conversation, options=()), option)
        if option.kind is OptionKind.PRODUCT:
            wanted = Wanted(option.label, option.sku, quantity=conversation.wanted.quantity)
            return await self._find(replace(turn, conversation=replace(conversation, wanted=wanted)))
        return await self._at_option(turn, conversation, option)

    async def _at_option(self, turn: Turn, conversation: Conversation, option: Option) -> Draft:
        store_id = option.store_id or ""
        product = await self._product(option.sku)
        if product is not None:
            return await self._proposing.at(turn, conversation, product, store_id)
        if conversation.wanted.query:
            return await self._stores.stock(turn, conversation, store_id)
        store = await self._ports.stores.get(store_id)
        return (
            await self._stores.told(turn, conversation, store)
            if store
            else Draft(conversation, (line("store_unknown"),))
        )

    async def _hold(self, turn: Turn, pending: Proposal | None) -> Draft:
        """Somebody wants something held: always a proposal first."""
        conversation, meant = turn.conversation, turn.understanding
        if meant.option is not None:
            return await self._select(turn)
        if meant.store:
            return await self._hold_at_named_store(turn, meant.store)
        if meant.product or meant.sku or meant.place or meant.near_me:
            return await self._hold_nearest(turn)
        if pending:
            return await self._proposing.at(turn, conversation, pending.product, pending.store.store_id)
        product = await self._product(conversation.focus.sku)
        if product and conversation.focus.store_id:
            return await self._proposing.at(turn, conversation, product, conversation.focus.store_id)
        return await self._hold_nearest(turn) if conversation.wanted.query else ask_product(conversation)

    async def _hold_nearest(self, turn: Turn) -> Draft:
        found = await self._find(turn)
        options = found.conversation.options
        if not found.results or not options or options[0].kind is not OptionKind.STORE:
            return found
        offer = await self._at_option(turn, found.conversation, options[0])
        return replace(offer, results=offer.results or found.results, skipped=found.skipped, radius_km=found.radius_km)

    async def _hold_at_named_store(self, turn: Turn, name: str) -> Draft:
        conversation = turn.conversation
        store = await self._stores.named(turn, conversation, name)
        if isinstance(store, Draft):
            return store
        product = None if turn.understanding.product else await self._product(conversation.focus.sku)
        if product is not None:
            return await self._proposing.at(turn, conversation, product, store.store_id)
        found = await self._stores.stock(turn, conversation, store.store_id)
        here = [option for option in found.conversation.options if option.store_id == store.store_id and option.sku]
        return await self._at_option(turn, found.conversation, here[0]) if here else found

    async def _affirm(self, turn: Turn, pending: Proposal | None) -> Draft:
        conversation = turn.conversation
        if pending is None and conversation.expecting is Expecting.PLACE:
            return self._whereabouts.ask(conversation)
        if pending is None and conversation.options and conversation.options[0].kind is OptionKind.STORE:
            there = (option for option in conversation.options if _is_focus(conversation, option))
            return await self._at_option(turn, conversation, next(there, conversation.options[0]))
        return await self._holding.affirm(turn, conversation, pending)

    async def _store_stock(self, turn: Turn) -> Draft:
        store = await self._store_meant(turn)
        if store is None or (isinstance(store, Draft) and turn.understanding.place):
            return await self._find(turn)
        return store if isinstance(store, Draft) else await self._stores.stock(turn, turn.conversation, store.store_id)

    async def _store_info(self, turn: Turn) -> Draft:
        place = await self._whereabouts.settle(turn)
        if place.conversation.expecting is Expecting.PLACE and place.lines:
            return replace(place, conversation=replace(place.conversation, stores_asked=True))
        if turn.understanding.topics or turn.understanding.store:
            store = await self._store_meant(turn) if not turn.understanding.place else None
            if isinstance(store, Draft):
                return store
            if store:
                return await self._stores.told(turn, turn.conversation, store)
        return await self._stores.near(turn, replace(place.conversation, stores_asked=True))

    async def _product_info(self, turn: Turn) -> Draft:
        return await self._products.told(turn, turn.conversation, await self._product_meant(turn))

    async def _alternatives(self, turn: Turn) -> Draft:
        place = await self._whereabouts.settle(turn)
        if place.conversation.expecting is Expecting.PLACE and place.lines:
            return place
        focus = None if turn.understanding.product else await self._product(turn.conversation.focus.sku)
        return await self._products.alternatives(turn, place.conversation, focus)

    async def _store_meant(self, turn: Turn) -> Store | Draft | None:
        conversation = turn.conversation
        if turn.understanding.store:
            return await self._stores.named(turn, conversation, turn.understanding.store)
        option = chosen_option(turn)
        store_id = option.store_id if option else conversation.focus.store_id
        return await self._ports.stores.get(store_id) if store_id else None

    async def _product_meant(self, turn: Turn) -> Product | None:
        if turn.understanding.product or turn.understanding.sku:
            return None
        option = chosen_option(turn)
        return await self._product(option.sku if option else turn.conversation.focus.sku)

    async def _product(self, sku: str | None) -> Product | None:
        return (await self._ports.catalogue.get((sku,))).get(sku) if sku else None


def _is_focus(conversation: Conversation, option: Option) -> bool:
    return (option.sku, option.store_id) == (conversation.focus.sku, conversation.focus.store_id)


def chosen_option(turn: Turn) -> Option | None:
    """The entry of the last list that was meant."""
    options, number = turn.conversation.options, turn.understanding.option
    if number is None or not options:
        return None
    if number == -1:
        return options[-1]
    return options[number - 1] if 1 <= number <= len(options) else None
