"""Takes the meaning of a message over into the conversation: what replaces, what is kept, what is dropped."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.conversations import Conversation, DevicePosition, Wanted
from bot.intents import Intent
from bot.messages import IncomingMessage
from bot.understanding.models import Context, Expecting, Understanding
from bot.understanding.normalise import fold
from bot.understanding.phrase import COLOUR
from bot.understanding.spans import MEASURE

#: Intents that speak of a product or a place; the others leave what is wanted alone.
_ABOUT_WANTED = frozenset(
    {
        Intent.FIND_STOCK,
        Intent.STORE_STOCK,
        Intent.GIVE_PLACE,
        Intent.SELECT_OPTION,
        Intent.PLACE_HOLD,
        Intent.PRODUCT_INFO,
        Intent.ALTERNATIVES,
    }
)


def heard(message: IncomingMessage, conversation: Conversation) -> Conversation:
    """The channel's language and the device's position, before the words are read."""
    if message.locale and message.locale != conversation.locale:
        language = message.locale[:2].lower()
        conversation = replace(conversation, locale=message.locale[:35])
        if language in ("en", "fr"):
            conversation = replace(conversation, language=language, language_known=True)
    if message.location is not None:
        conversation = replace(conversation, device=DevicePosition(message.location, message.received_at))
    return conversation


def context_of(conversation: Conversation) -> Context:
    return Context(
        language=conversation.language,
        language_known=conversation.language_known,
        expecting=conversation.expecting,
        option_labels=tuple(option.label for option in conversation.options),
        has_product=bool(conversation.wanted.query),
        has_hold=bool(conversation.hold_ids),
    )


def take_over(conversation: Conversation, meant: Understanding) -> Conversation:
    """The conversation with what was just said in it; a proposal lives on only if the turn renews it."""
    settled = conversation.language_known or meant.language != conversation.language or meant.language_asked
    kept = replace(conversation, language=meant.language, language_known=settled, proposal=None)
    if kept.expecting is Expecting.YES:
        kept = replace(kept, expecting=Expecting.NOTHING)
    if meant.intent not in _ABOUT_WANTED:
        return kept
    if meant.near_me:
        kept = replace(kept, near_me=True)
    return replace(kept, wanted=_wanted(conversation.wanted, meant), language_known=True)


def _wanted(before: Wanted, meant: Understanding) -> Wanted:
    if (meant.product and not meant.refines) or meant.sku:
        return Wanted(
            product=meant.product,
            sku=meant.sku,
            brand=meant.brand,
            excluded_brands=meant.excluded_brands,
            quantity=meant.quantity,
            price_min=meant.price_min,
            price_max=meant.price_max,
            radius_km=meant.radius_km or before.radius_km,
            when=meant.when,
        )
    limits = meant.price_min is not None or meant.price_max is not None
    return replace(
        before,
        product=_refined(before.product, meant.product) if meant.refines and meant.product else before.product,
        sku=None if meant.refines else before.sku,
        brand=meant.brand or before.brand,
        excluded_brands=tuple(dict.fromkeys((*before.excluded_brands, *meant.excluded_brands))),
        quantity=before.quantity if meant.quantity is None else meant.quantity,
        price_min=meant.price_min if limits else before.price_min,
        price_max=meant.price_max if limits else before.price_max,
        radius_km=meant.radius_km or before.radius_km,
        when=meant.when or before.when,
    )


def _refined(before: str | None, more: str) -> str:
    """ "8 litres" takes the place of "6 l", "black" that of "white"; anything else is added."""
    kept = before or ""
    for kind in (MEASURE, COLOUR):
        if kind.search(fold(more)):
            for match in reversed(list(kind.finditer(fold(kept)))):
                kept = kept[: match.start()] + kept[match.end() :]
    return re.sub(r"\s+", " ", f"{kept} {more}").strip()[:80]
