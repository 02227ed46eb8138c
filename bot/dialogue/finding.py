"""Finds the wanted thing on shelves: near a place, or at one store. Says what was corrected, left out or missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from bot.conversations import Conversation, Focus, Wanted
from bot.dialogue.draft import Button, Draft, Origin, Turn
from bot.dialogue.listing import listed, passed_over
from bot.dialogue.meaning import Meaning
from bot.dialogue.policy import DialoguePolicy
from bot.dialogue.whereabouts import Whereabouts
from bot.ports import Ports
from bot.understanding.models import Expecting
from bot.wording import Distance, line
from search.models import AvailabilityAnswer, Product, StoreAvailability


class Finding:
    def __init__(self, ports: Ports, policy: DialoguePolicy, whereabouts: Whereabouts) -> None:
        self._ports = ports
        self._policy = policy
        self._whereabouts = whereabouts
        self._meaning = Meaning(ports, policy)

    async def near(self, turn: Turn, conversation: Conversation) -> Draft:
        """The nearest stores that have what is wanted."""
        problem = self._incomplete(conversation)
        if problem:
            return problem
        origin = self._whereabouts.origin(turn, conversation)
        if origin is None:
            return self._whereabouts.ask(conversation)
        meant = await self._meaning.of(conversation)
        if meant.refusal:
            return meant.refusal
        wanted = conversation.wanted
        radius_km = wanted.radius_km or self._policy.radius_km
        skip = conversation.shown if turn.understanding.more else 0
        answer = await self._nearest(meant.products, origin, wanted, wanted.count, radius_km, skip)
        if skip and not answer.results:
            return Draft(conversation, (line("no_more"),), radius_km=radius_km)
        if answer.results or answer.nearest_beyond_radius:
            draft = self._found(conversation, answer, origin, radius_km, skipped_before=bool(skip))
        else:
            draft = await self._fewer(conversation, meant.products, origin, radius_km)
        kept = replace(draft.conversation, shown=skip + len(answer.results))
        return replace(draft.after(*meant.lines), conversation=kept, degraded=meant.degraded)

    def _incomplete(self, conversation: Conversation) -> Draft | None:
        wanted = conversation.wanted
        if not wanted.query:
            return ask_product(conversation)
        if wanted.count < 1:
            return Draft(_reset_quantity(conversation), (line("quantity_too_low"),))
        if wanted.count > self._policy.quantity_max:
            return Draft(_reset_quantity(conversation), (line("quantity_too_high"),))
        return None

    async def _nearest(
        self,
        products: Sequence[Product],
        origin: Origin,
        wanted: Wanted,
        quantity: int,
        radius_km: float,
        skip: int = 0,
    ) -> AvailabilityAnswer:
        limit = min(skip + self._policy.list_length, self._policy.longest_list)
        answer = await self._ports.shelves.nearest(
            products, origin.coordinates, quantity=quantity, radius_km=radius_km, limit=limit
        )
        results = tuple(filter(None, (_within(result, wanted) for result in answer.results)))
        return replace(answer, results=results[skip:], skipped=() if skip else answer.skipped)

    def _found(
        self,
        conversation: Conversation,
        answer: AvailabilityAnswer,
        origin: Origin,
        radius_km: float,
        *,
        skipped_before: bool,
    ) -> Draft:
        wanted = conversation.wanted
        if answer.results:
            head = line("found_near_you") if origin.place is None else line("found_near", place=origin.place)
            if skipped_before:
                head = line("found_more")
            elif wanted.count > 1:
                head = line("found_enough", quantity=wanted.count)
            draft = listed(conversation, answer.results, head)
            passed = passed_over(answer.skipped, answer.results[0].distance_km)
            draft = draft.saying(*passed, line("ask_number"))
            return replace(draft, skipped=answer.skipped, radius_km=radius_km)
        assert answer.nearest_beyond_radius is not None
        draft = listed(
            conversation, (answer.nearest_beyond_radius,), line("none_within", radius=Distance(radius_km))
        ).saying(line("ask_number"))
        return replace(
            draft,
            results=(),
            nearest_beyond_radius=answer.nearest_beyond_radius,
            skipped=answer.skipped,
            radius_km=radius_km,
        )

    async def _fewer(
        self, conversation: Conversation, products: Sequence[Product], origin: Origin, radius_km: float
    ) -> Draft:
        """No store has the whole quantity: says so, and where there are some."""
        wanted = conversation.wanted
        if wanted.count > 1:
            answer = await self._nearest(products, origin, wanted, 1, radius_km)
            results = answer.results or tuple(filter(None, (answer.nearest_beyond_radius,)))
            if results:
                draft = listed(conversation, results, line("none_has_so_many", quantity=wanted.count))
                return replace(draft.saying(line("ask_number_or_fewer")), radius_km=radius_km)
        alternatives = Button(line("button_alternatives"), None)
        return Draft(
            replace(conversation, options=(), focus=Focus(sku=products[0].sku)),
            (line("none_anywhere", product=products[0]),),
            (alternatives,),
            products=(products[0],),
            radius_km=radius_km,
        )


def ask_product(conversation: Conversation) -> Draft:
    return Draft(replace(conversation, options=(), expecting=Expecting.PRODUCT), (line("ask_product"),))


def _within(result: StoreAvailability, wanted: Wanted) -> StoreAvailability | None:
    """A store's own price may lie beyond the limit that the catalogue's keeps."""
    low, high = wanted.price_min or Decimal(0), wanted.price_max or Decimal("Infinity")
    items = tuple(item for item in result.items if item.price is None or low <= item.price <= high)
    return replace(result, items=items) if items else None


def _reset_quantity(conversation: Conversation) -> Conversation:
    return replace(conversation, wanted=replace(conversation.wanted, quantity=None))
