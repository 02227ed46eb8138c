"""Questions about a product: what it is and costs, and what else there is: cheaper, of another brand, similar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from bot.conversations import Conversation, Wanted
from bot.dialogue.draft import Draft, Origin, Turn
from bot.dialogue.finding import ask_product
from bot.dialogue.listing import at_price, listed, within_or_beyond
from bot.dialogue.meaning import Meaning, is_excluded
from bot.dialogue.policy import DialoguePolicy
from bot.dialogue.whereabouts import Whereabouts
from bot.intents import Preference
from bot.ports import Ports
from bot.wording import Fact, Line, Money, line
from search.models import Filters, Product, StoreAvailability, Tier

_CENT = Decimal("0.01")


class ProductQuestions:
    def __init__(self, ports: Ports, policy: DialoguePolicy, whereabouts: Whereabouts) -> None:
        self._ports = ports
        self._policy = policy
        self._whereabouts = whereabouts
        self._meaning = Meaning(ports, policy)

    async def told(self, turn: Turn, conversation: Conversation, product: Product | None) -> Draft:
        """Title, brand, price of one product."""
        lines: tuple[Line, ...] = ()
        if product is None:
            if not conversation.wanted.query:
                return ask_product(conversation)
            meant = await self._meaning.of(conversation)
            if meant.refusal:
                return meant.refusal
            product, lines = meant.products[0], meant.lines
        facts: dict[str, Fact] = {"product": product}
        key = "product"
        if product.brand:
            facts["brand"] = product.brand
            key += "_branded"
        if product.price is not None:
            facts["price"] = Money(product.price, product.currency)
            key += "_priced"
        kept = replace(conversation, focus=replace(conversation.focus, sku=product.sku))
        return Draft(kept, (*lines, Line(key, facts)), products=(product,))

    async def alternatives(self, turn: Turn, conversation: Conversation, focus: Product | None) -> Draft:
        """Other products that do the same, where they can be had."""
        preference = turn.understanding.preference or Preference.SIMILAR
        wanted = conversation.wanted
        if not wanted.query and focus is None:
            return ask_product(conversation)
        origin = self._whereabouts.origin(turn, conversation)
        if origin is None:
            return self._whereabouts.ask(conversation)
        if preference is Preference.CHEAPER:
            wanted = replace(wanted, price_max=_price_below(focus, wanted))
        found = await self._others(turn, wanted, focus, preference)
        radius_km = wanted.radius_km or self._policy.radius_km
        results = await self._where(found, origin, wanted, radius_km) if found else ()
        if not results:
            return Draft(conversation, (line(f"no_{preference.value}"),))
        kept = replace(conversation, wanted=_wanted(conversation.wanted, preference, focus))
        draft = listed(kept, results, line(f"have_{preference.value}")).saying(line("ask_number"))
        return replace(draft, radius_km=radius_km)

    async def _where(
        self, products: Sequence[Product], origin: Origin, wanted: Wanted, radius_km: float
    ) -> tuple[StoreAvailability, ...]:
        answer = await self._ports.shelves.nearest(
            products,
            origin.coordinates,
            quantity=max(1, wanted.count),
            radius_km=radius_km,
            limit=self._policy.longest_list,
        )
        return within_or_beyond(at_price(answer, wanted.price_min, wanted.price_max))[: self._policy.list_length]

    async def _others(
        self, turn: Turn, wanted: Wanted, focus: Product | None, preference: Preference
    ) -> tuple[Product, ...]:
        if preference is Preference.CHEAPER and wanted.price_max is None:
            return ()
        words = wanted.product or (focus.title_in(turn.language) if focus else wanted.query or "")
        matches = await self._ports.catalogue.find(
            words,
            limit=self._policy.matches,
            filters=Filters(price_min=wanted.price_min, price_max=wanted.price_max),
        )
        if matches.tier is Tier.SIMILAR and preference is not Preference.SIMILAR:
            return ()
        others = [
            product
            for product in matches.products
            if _differs(product, focus, preference) and not is_excluded(product, wanted.excluded_brands)
        ]
        if preference is Preference.CHEAPER:  # stores show the first of these that they have
            others.sort(key=lambda product: product.price if product.price is not None else Decimal("Infinity"))
        return tuple(others)


def _price_below(focus: Product | None, wanted: Wanted) -> Decimal | None:
    if focus is not None and focus.price is not None:
        return max(Decimal(0), focus.price - _CENT)
    return wanted.price_max


def _differs(product: Product, focus: Product | None, preference: Preference) -> bool:
    if focus is None:
        return True
    if preference is Preference.OTHER_BRAND:
        return product.brand != focus.brand
    return product.sku != focus.sku


def _wanted(wanted: Wanted, preference: Preference, focus: Product | None) -> Wanted:
    """A code would only find the same again, so the words stay and the code goes."""
    brands: Sequence[str] = wanted.excluded_brands
    if preference is Preference.OTHER_BRAND and focus is not None and focus.brand:
        brands = (*brands, focus.brand)
    return replace(wanted, sku=None if wanted.product else wanted.sku, excluded_brands=tuple(dict.fromkeys(brands)))
