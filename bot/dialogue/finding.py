"""Finds the wanted thing on shelves: near a place, or at one store. Says what was corrected, left out or missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.conversations import Conversation, Focus, Wanted
from bot.dialogue.draft import Button, Draft, Origin, Turn
from bot.dialogue.listing import at_price, fewer_listed, listed, passed_over, within_or_beyond
from bot.dialogue.meaning import Meaning
from bot.dialogue.policy import DialoguePolicy
from bot.dialogue.whereabouts import Whereabouts
from bot.ports import Ports
from bot.understanding.models import Expecting
from bot.wording import Distance, Line, line
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
        answer = await self._nearest(meant.products, origin, wanted, radius_km, skip)
        if skip and not answer.results:
            return Draft(conversation, (line("no_more"),), radius_km=radius_km)
        if answer.results:
            draft = _found(conversation, answer, _head(origin, wanted, more=bool(skip)))
        elif answer.nearest_beyond_radius:
            draft = _beyond(conversation, answer, answer.nearest_beyond_radius, radius_km)
        else:
            draft = await self._instead(conversation, meant.products, origin, radius_km)
        kept = replace(draft.conversation, shown=skip + len(answer.results))
        return replace(draft.after(*meant.lines), conversation=kept, degraded=meant.degraded, radius_km=radius_km)

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
        self, products: Sequence[Product], origin: Origin, wanted: Wanted, radius_km: float, skip: int = 0
    ) -> AvailabilityAnswer:
        """One part of the list. With a limit of price more is read, since stores may have prices of their own."""
        limited = wanted.price_min is not None or wanted.price_max is not None
        end = min(skip + self._policy.list_length, self._policy.longest_list)
        found = await self._ports.shelves.nearest(
            products,
            origin.coordinates,
            quantity=wanted.count,
            radius_km=radius_km,
            limit=self._policy.longest_list if limited else end,
        )
        answer = at_price(found, wanted.price_min, wanted.price_max)
        return replace(answer, results=answer.results[skip:end], skipped=() if skip else answer.skipped)

    async def _instead(
        self, conversation: Conversation, products: Sequence[Product], origin: Origin, radius_km: float
    ) -> Draft:
        """No store has so many at that price: says which of the two is in the way, and who comes closest."""
        wanted = conversation.wanted
        at_any_price = replace(wanted, price_min=None, price_max=None)
        if at_any_price != wanted:
            dearer = within_or_beyond(await self._nearest(products, origin, at_any_price, radius_km))
            if dearer:
                return listed(conversation, dearer, line("other_prices")).saying(line("ask_number"))
        if wanted.count > 1:
            one = await self._nearest(products, origin, replace(at_any_price, quantity=1), radius_km)
            if fewer := fewer_listed(conversation, one):
                return fewer
        return Draft(
            replace(conversation, options=(), focus=Focus(sku=products[0].sku)),
            (line("none_anywhere", product=products[0]),),
            (Button(line("button_alternatives")),),
            products=(products[0],),
        )


def _head(origin: Origin, wanted: Wanted, *, more: bool) -> Line:
    if more:
        return line("found_more")
    if wanted.count > 1:
        return line("found_enough", quantity=wanted.count)
    return line("found_near_you") if origin.place is None else line("found_near", place=origin.place)


def _found(conversation: Conversation, answer: AvailabilityAnswer, head: Line) -> Draft:
    passed = passed_over(answer.skipped, answer.results[0].distance_km)
    draft = listed(conversation, answer.results, head).saying(*passed, line("ask_number"))
    return replace(draft, skipped=answer.skipped)


def _beyond(
    conversation: Conversation, answer: AvailabilityAnswer, nearest: StoreAvailability, radius_km: float
) -> Draft:
    draft = listed(conversation, (nearest,), line("none_within", radius=Distance(radius_km)))
    return replace(draft.saying(line("ask_number")), results=(), nearest_beyond_radius=nearest, skipped=answer.skipped)


def ask_product(conversation: Conversation) -> Draft:
    return Draft(replace(conversation, options=(), expecting=Expecting.PRODUCT), (line("ask_product"),))


def _reset_quantity(conversation: Conversation) -> Conversation:
    return replace(conversation, wanted=replace(conversation.wanted, quantity=None))
