"""One message and where the conversation stands, to its meaning. Deterministic, offline, no I/O."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.intents import Intent
from bot.understanding.closed import drop_opening, refuses
from bot.understanding.counting import read_ordinal, read_quantity
from bot.understanding.deciding import decide
from bot.understanding.language import detect
from bot.understanding.models import Context, Expecting, Understanding
from bot.understanding.normalise import Canvas, fold
from bot.understanding.open_cues import first_open_intent
from bot.understanding.phrase import only_refines, product_words, read_brand, read_excluded_brands, several
from bot.understanding.places import PlaceNames, read_where
from bot.understanding.short import short_meaning
from bot.understanding.spans import read_identifier, read_prices, read_radius_km, read_when
from bot.understanding.store_names import place_of_it, read_shown_store, store_name
from bot.understanding.wish_cues import (
    asks_about_product,
    asks_for_stores,
    asks_to_hold,
    read_preference,
    topics_alone,
)

_HOLD_ID = re.compile(r"\b(h[0-9a-z]{20,30})\b")


def understand(text: str, context: Context, names: PlaceNames) -> Understanding:
    """What somebody wants by this message."""
    canvas = Canvas(text)
    language = detect(canvas.text, context.language, settled=context.language_known)
    return short_meaning(canvas, context, names, language) or _open(canvas, context, names, language)


def _open(canvas: Canvas, context: Context, names: PlaceNames, language: str) -> Understanding:
    refused = refuses(canvas.folded)
    hold = canvas.take_first(_HOLD_ID)
    open_intent = first_open_intent(canvas.folded)
    base = Understanding(Intent.FIND_STOCK, language, hold_id=hold.group(1).upper() if hold else None)
    if open_intent in (Intent.CANCEL_HOLD, Intent.HOLD_STATUS, Intent.HUMAN, Intent.HELP, Intent.OUT_OF_SCOPE):
        return replace(base, intent=open_intent)
    drop_opening(canvas)
    slots = _slots(canvas, context, names, base)
    if open_intent in (Intent.CHANGE_HOLD, Intent.DELIVERY, Intent.NOTIFY_RESTOCK):
        return replace(slots, intent=open_intent)
    return _wish(canvas, context, slots, refused=refused)


def _slots(canvas: Canvas, context: Context, names: PlaceNames, base: Understanding) -> Understanding:
    sku = read_identifier(canvas)
    radius_km = read_radius_km(canvas)
    prices = read_prices(canvas)
    when = read_when(canvas)
    shown_store = read_shown_store(canvas, context.option_labels)
    it_is_at = place_of_it(canvas) if context.has_product else None
    chooses = bool(context.option_labels) and _option(canvas.copy(), context) is not None
    asked_where = context.expecting is Expecting.PLACE and not chooses
    where = read_where(canvas, names, base.language, expecting=asked_where)
    maybe_store = store_name(canvas.text[slice(*it_is_at.span("name"))]) if it_is_at else None
    if it_is_at and not where.place and not where.store:
        canvas.take(*it_is_at.span())
    return replace(
        base,
        sku=sku,
        radius_km=radius_km,
        price_min=prices.low,
        price_max=prices.high,
        when=when,
        place=where.place,
        near_me=where.near_me,
        store=shown_store or where.store or maybe_store,
        excluded_brands=read_excluded_brands(canvas),
        quantity=read_quantity(canvas),
        brand=read_brand(canvas),
        preference=read_preference(canvas),
    )


def _wish(canvas: Canvas, context: Context, slots: Understanding, *, refused: bool) -> Understanding:
    """Decides between the intents that may name a product, a store or an entry of the list."""
    hold, info = asks_to_hold(canvas), asks_about_product(canvas)
    option = _option(canvas, context)
    topics = topics_alone(canvas) if not hold else ()
    if topics and option is None:
        option = _option(canvas, context)
    words = None if option is not None or topics else product_words(canvas)
    if words and words.isdecimal() and context.expecting is Expecting.YES:
        slots, words = replace(slots, quantity=int(words)), None
    elif words and words.isdecimal() and int(words) <= len(context.option_labels):
        option, words = int(words) or None, None
    words, *others = several(words) if words else (None,)
    slots = replace(slots, option=option, topics=topics, product=words, others=tuple(others))
    if words and only_refines(words, fold(words)):
        slots = replace(slots, refines=True, product=words if context.has_product else None)
    return replace(slots, intent=decide(slots, canvas, context, hold=hold, info=info, refused=refused))


def _option(canvas: Canvas, context: Context) -> int | None:
    """An ordinal counts where no product is named beside it."""
    trial = canvas.copy()
    ordinal = read_ordinal(trial)
    if ordinal is None or product_words(trial.copy()) is not None:
        return None
    if not context.option_labels and asks_for_stores(canvas.whole):
        return None  # "the nearest store", of all there are
    canvas.folded = trial.folded
    return ordinal
