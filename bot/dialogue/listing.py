"""What was found, as a list that the next message may refer to; and what has to be said about how it was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from bot.conversations import Conversation, Focus, Option, OptionKind
from bot.dialogue.draft import Button, Draft
from bot.understanding.models import Expecting
from bot.wording import Distance, Fact, Line, Money, Names, Units, line
from search.models import (
    AvailabilityAnswer,
    ItemAvailability,
    MatchSet,
    Product,
    Skipped,
    SkipReason,
    StoreAvailability,
    Tier,
)

MAX_SIMILAR = 3
MAX_SKIPPED_NAMES = 2
_SHORT_OF_STOCK = (SkipReason.OUT_OF_STOCK, SkipReason.INSUFFICIENT, SkipReason.SAFETY_STOCK)


def listed(
    conversation: Conversation, results: Sequence[StoreAvailability], head: Line, *, distances: bool = True
) -> Draft:
    """A numbered list that the next message may refer to. Without an origin there are no distances to tell."""
    options, lines, buttons = [], [], []
    for number, result in enumerate(results, start=1):
        item = result.items[0]
        options.append(Option(OptionKind.STORE, result.store.name, result.store.store_id, item.product.sku))
        lines.append(_entry(number, result, item, distances))
        buttons.append(Button(line("button_option", number=number, store=result.store), str(number)))
    first = Focus(options[0].sku, options[0].store_id)
    kept = replace(conversation, options=tuple(options), expecting=Expecting.NOTHING, focus=first)
    return Draft(kept, (head, *lines), tuple(buttons), tuple(results))


def _entry(number: int, result: StoreAvailability, item: ItemAvailability, distances: bool) -> Line:
    facts: dict[str, Fact] = {
        "number": number,
        "store": result.store,
        "product": item.product,
        "count": Units(item.available),
    }
    key = "option"
    if distances:
        facts["distance"] = Distance(result.distance_km)
        key = "option_away"
    price = item.price if item.price is not None else item.product.price
    if price is None:
        return Line(f"{key}_unpriced", facts)
    return Line(key, facts | {"price": Money(price, item.product.currency)})


def at_price(answer: AvailabilityAnswer, low: Decimal | None, high: Decimal | None) -> AvailabilityAnswer:
    """Without what costs less or more: a store's own price may lie beyond limits that the catalogue's keeps."""
    floor, ceiling = low or Decimal(0), Decimal("Infinity") if high is None else high

    def fitting(result: StoreAvailability) -> StoreAvailability | None:
        items = tuple(item for item in result.items if item.price is None or floor <= item.price <= ceiling)
        return replace(result, items=items) if items else None

    beyond = answer.nearest_beyond_radius
    return replace(
        answer,
        results=tuple(filter(None, map(fitting, answer.results))),
        nearest_beyond_radius=fitting(beyond) if beyond else None,
    )


def fewer_listed(conversation: Conversation, answer: AvailabilityAnswer) -> Draft | None:
    """Who has some of it, where nobody has as many as are wanted."""
    results = within_or_beyond(answer)
    if not results:
        return None
    head = line("none_has_so_many", quantity=conversation.wanted.count)
    return listed(conversation, results, head).saying(line("ask_number_or_fewer"))


def within_or_beyond(answer: AvailabilityAnswer) -> tuple[StoreAvailability, ...]:
    """The stores within the radius, or else the nearest of all."""
    return answer.results or tuple(filter(None, (answer.nearest_beyond_radius,)))


def passed_over(skipped: Sequence[Skipped], nearest_km: float) -> tuple[Line, ...]:
    """The stores that somebody would have expected first."""
    nearer = (each for each in skipped if each.reason in _SHORT_OF_STOCK and each.distance_km < nearest_km)
    names = tuple(each.name for each in nearer)[:MAX_SKIPPED_NAMES]
    return (line("passed_over", count=len(names), stores=Names(names)),) if names else ()


def said_about(matches: MatchSet) -> tuple[Line, ...]:
    """What was changed or missing while searching."""
    lines: list[Line] = []
    if matches.degraded:
        lines.append(line("search_degraded"))
    if matches.corrected:
        lines.append(line("read_as", words=matches.corrected))
    if matches.relaxed and matches.tier is not Tier.SIMILAR:
        lines.append(line("left_out", words=Names(matches.relaxed)))
    return tuple(lines)


def similar(conversation: Conversation, products: Sequence[Product]) -> Draft:
    """Products that are not what was asked for, said to be so."""
    shown = tuple(products[:MAX_SIMILAR])
    options = tuple(Option(OptionKind.PRODUCT, product.title, sku=product.sku) for product in shown)
    words = conversation.wanted.product or conversation.wanted.sku or ""
    lines = [line("not_that_but_similar", words=words)]
    lines += [line("option_product", number=number, product=product) for number, product in enumerate(shown, start=1)]
    return Draft(
        replace(conversation, options=options, expecting=Expecting.NOTHING),
        tuple(lines),
        tuple(
            Button(line("button_product", number=number, product=product), str(number))
            for number, product in enumerate(shown, 1)
        ),
        products=shown,
    )
