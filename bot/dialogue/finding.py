"""Finds the wanted thing on shelves: near a place, or at one store. Says what was corrected, left out or missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.conversations import Conversation, Focus
from bot.dialogue.draft import Button, Draft, Origin, Turn
from bot.dialogue.listing import listed, passed_over, said_about, similar
from bot.dialogue.policy import DialoguePolicy
from bot.dialogue.whereabouts import Whereabouts
from bot.ports import Ports
from bot.understanding.models import Expecting
from bot.understanding.normalise import fold
from bot.wording import Distance, Line, line
from search.models import (
    AvailabilityAnswer,
    Filters,
    Product,
    Tier,
)


@dataclass(frozen=True, slots=True)
class Meant:
    """The products that the words mean, or the answer that there are none."""

    products: tuple[Product, ...]
    lines: tuple[Line, ...] = ()
    degraded: tuple[str, ...] = ()
    refusal: Draft | None = None


class Finding:
    def __init__(self, ports: Ports, policy: DialoguePolicy, whereabouts: Whereabouts) -> None:
        self._ports = ports
        self._policy = policy
        self._whereabouts = whereabouts

    async def near(self, turn: Turn, conversation: Conversation) -> Draft:
        """The nearest stores that have what is wanted."""
        problem = self._incomplete(conversation)
        if problem:
            return problem
        origin = self._whereabouts.origin(turn, conversation)
        if origin is None:
            return self._whereabouts.ask(conversation)
        meant = await self.meaning(turn, conversation)
        if meant.refusal:
            return meant.refusal
        wanted = conversation.wanted
        radius_km = wanted.radius_km or self._policy.radius_km
        skip = conversation.shown if turn.understanding.more else 0
        answer = await self._nearest(meant.products, origin, wanted.count, radius_km, skip)
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

    async def meaning(self, turn: Turn, conversation: Conversation) -> Meant:
        """The products that the wanted words mean; similar ones are named, never taken for what was asked."""
        wanted = conversation.wanted
        filters = Filters(price_min=wanted.price_min, price_max=wanted.price_max)
        matches = await self._ports.catalogue.find(wanted.query or "", limit=self._policy.matches, filters=filters)
        products = tuple(product for product in matches.products if not _excluded(product, wanted.excluded_brands))
        lines = said_about(matches)
        if products and matches.tier is not Tier.SIMILAR:
            return Meant(products, lines, matches.degraded)
        refusal = similar(conversation, products) if products else self._unknown(conversation, bool(matches.products))
        return Meant((), (), matches.degraded, replace(refusal, degraded=matches.degraded))

    def _unknown(self, conversation: Conversation, only_excluded: bool) -> Draft:
        wanted = conversation.wanted
        words = wanted.product or wanted.sku or ""
        if only_excluded:
            key = "only_excluded"
        elif wanted.price_min is not None or wanted.price_max is not None:
            key = "unknown_at_price"
        else:
            key = "unknown_product"
        return Draft(replace(conversation, options=(), expecting=Expecting.PRODUCT), (line(key, words=words),))

    async def _nearest(
        self, products: Sequence[Product], origin: Origin, quantity: int, radius_km: float, skip: int = 0
    ) -> AvailabilityAnswer:
        limit = min(skip + self._policy.list_length, self._policy.longest_list)
        answer = await self._ports.shelves.nearest(
            products, origin.coordinates, quantity=quantity, radius_km=radius_km, limit=limit
        )
        return replace(answer, results=answer.results[skip:], skipped=() if skip else answer.skipped)

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
            answer = await self._nearest(products, origin, 1, radius_km)
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


def _excluded(product: Product, brands: Sequence[str]) -> bool:
    if not brands:
        return False
    named = {fold(brand) for brand in brands}
    return fold(product.brand or "") in named or fold(product.title).split(" ", 1)[0] in named


def _reset_quantity(conversation: Conversation) -> Conversation:
    return replace(conversation, wanted=replace(conversation.wanted, quantity=None))
