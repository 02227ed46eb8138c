"""Which products the wanted words mean, or why there are none; similar ones are never taken for what was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.conversations import Conversation, Wanted
from bot.dialogue.draft import Draft
from bot.dialogue.listing import said_about, similar
from bot.dialogue.policy import DialoguePolicy
from bot.ports import Ports
from bot.understanding.models import Expecting
from bot.understanding.normalise import fold
from bot.wording import Line, Money, line
from search.models import Filters, MatchSet, Product, Tier


@dataclass(frozen=True, slots=True)
class Meant:
    """The products that the words mean, or the answer that there are none."""

    products: tuple[Product, ...]
    lines: tuple[Line, ...] = ()
    degraded: tuple[str, ...] = ()
    refusal: Draft | None = None


class Meaning:
    def __init__(self, ports: Ports, policy: DialoguePolicy) -> None:
        self._catalogue = ports.catalogue
        self._policy = policy

    async def of(self, conversation: Conversation) -> Meant:
        """The products to look for in stores."""
        wanted = conversation.wanted
        matches = await self._find(wanted, Filters(price_min=wanted.price_min, price_max=wanted.price_max))
        products = _allowed(matches, wanted)
        if products and matches.tier is not Tier.SIMILAR:
            return Meant(products, said_about(matches), matches.degraded)
        refusal = await self._refusal(conversation, products, only_excluded=bool(matches.products) and not products)
        return Meant((), (), matches.degraded, replace(refusal, degraded=matches.degraded))

    async def _find(self, wanted: Wanted, filters: Filters) -> MatchSet:
        return await self._catalogue.find(wanted.query or "", limit=self._policy.matches, filters=filters)

    async def _refusal(self, conversation: Conversation, products: Sequence[Product], *, only_excluded: bool) -> Draft:
        wanted = conversation.wanted
        kept = replace(conversation, options=(), expecting=Expecting.PRODUCT)
        words = wanted.product or wanted.sku or ""
        if only_excluded:
            return Draft(kept, (line("only_excluded", words=words),))
        if wanted.price_min is not None or wanted.price_max is not None:
            matches = await self._find(wanted, Filters())
            others = _allowed(matches, wanted)
            if others and matches.tier is not Tier.SIMILAR:
                return _at_other_prices(kept, others, words)
        return similar(conversation, products) if products else Draft(kept, (line("unknown_product", words=words),))


def _at_other_prices(conversation: Conversation, products: Sequence[Product], words: str) -> Draft:
    """The price limits leave nothing: says so, and what comes closest to them."""
    said = line("unknown_at_price", words=words)
    priced = [(product, product.price) for product in products if product.price is not None]
    if not priced:
        return Draft(conversation, (said,))
    closest, price = min(priced, key=lambda each: _missed_by(each[1], conversation.wanted))
    shown = line("closest_price", product=closest, price=Money(price, closest.currency))
    return Draft(conversation, (said, shown), products=(closest,))


def _missed_by(price: Decimal, wanted: Wanted) -> Decimal:
    """How far a price lies outside of the limits."""
    low = price if wanted.price_min is None else wanted.price_min
    high = price if wanted.price_max is None else wanted.price_max
    return max(low - price, price - high)


def _allowed(matches: MatchSet, wanted: Wanted) -> tuple[Product, ...]:
    return tuple(product for product in matches.products if not is_excluded(product, wanted.excluded_brands))


def is_excluded(product: Product, brands: Sequence[str]) -> bool:
    """Whether somebody said not to want the product's brand."""
    if not brands:
        return False
    named = {fold(brand) for brand in brands}
    return fold(product.brand or "") in named or fold(product.title).split(" ", 1)[0] in named
