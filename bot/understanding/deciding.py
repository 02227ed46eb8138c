"""Which intent the parts of a message make, in the order in which they count."""

from __future__ import annotations

import re

from bot.intents import Intent
from bot.understanding.models import Context, Expecting, Understanding
from bot.understanding.normalise import Canvas
from bot.understanding.wish_cues import asks_for_stock, asks_for_stores, is_general_question

_MANY_WORDS = 7
_THERE = re.compile(
    r"\b(?:there|that (?:store|shop|one)|this (?:store|shop|one)|the (?:same|other) store|la-bas|la bas|ce magasin|"
    r"celui-la|celui-ci|celle-la|celle-ci|cette boutique|is it|are they|it|il est|elle est|qu'il est|est-il|"
    r"est-elle)\b"
)

#: "Which store has it?" asks for what was spoken of, not for stores.
_HAS_IT = re.compile(
    r"\b(?:have|has|got|sells?|stocks?|carry|carries) (?:it|them|one|that|this|any)\b|"
    r"\b(?:l'a|l'ont|(?:les|en) (?:a|ont)|(?:le|la|les) (?:vend|vendent))\b"
)


def of_quantity(context: Context) -> Intent:
    """What a mere number of pieces changes."""
    if context.expecting is Expecting.YES:
        return Intent.PLACE_HOLD
    return Intent.CHANGE_HOLD if context.has_hold and not context.option_labels else Intent.FIND_STOCK


def decide(slots: Understanding, canvas: Canvas, context: Context, *, hold: bool, info: bool, refused: bool) -> Intent:
    """The intent of a message that may name a product, a store, a place or an entry of the list."""
    if hold:
        wants_other = slots.product or slots.option or slots.store
        return Intent.NEGATE if refused and not wants_other else Intent.PLACE_HOLD
    if slots.topics:
        return Intent.STORE_INFO
    if info:
        return Intent.PRODUCT_INFO
    if slots.option is not None:
        return Intent.SELECT_OPTION
    if slots.preference and not slots.product:
        return Intent.ALTERNATIVES
    if slots.store:
        about_stock = slots.product or slots.sku or context.has_product or _THERE.search(canvas.whole)
        return Intent.STORE_STOCK if about_stock else Intent.STORE_INFO
    if slots.product or slots.sku:
        return _of_words(slots, canvas)
    return _without_words(slots, canvas, context, refused=refused)


def _of_words(slots: Understanding, canvas: Canvas) -> Intent:
    cued = (
        slots.refines
        or asks_for_stock(canvas.whole)
        or bool(slots.place or slots.near_me or slots.quantity or slots.sku)
    )
    long = len((slots.product or "").split()) > _MANY_WORDS
    return Intent.OUT_OF_SCOPE if not cued and (long or is_general_question(canvas.whole)) else Intent.FIND_STOCK


def _without_words(slots: Understanding, canvas: Canvas, context: Context, *, refused: bool) -> Intent:
    if asks_for_stores(canvas.whole):
        return Intent.FIND_STOCK if context.has_product and _HAS_IT.search(canvas.whole) else Intent.STORE_INFO
    if slots.place or slots.near_me:
        return Intent.GIVE_PLACE
    if slots.quantity is not None:
        return of_quantity(context)
    if slots.radius_km or slots.price_max or slots.price_min or slots.excluded_brands:
        return Intent.FIND_STOCK
    if slots.refines:
        return Intent.FIND_STOCK
    if refused:
        return Intent.NEGATE
    if context.has_product and _THERE.search(canvas.whole):
        return Intent.STORE_STOCK
    if asks_for_stock(canvas.whole):
        return Intent.FIND_STOCK
    return Intent.OUT_OF_SCOPE if is_general_question(canvas.whole) else Intent.HELP
