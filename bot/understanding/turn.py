"""One message and where the conversation stands, to its meaning. Deterministic, offline, no I/O."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.intents import Intent
from bot.understanding.closed import Closed, closed_meaning, drop_opening, refuses
from bot.understanding.counting import bare_number, read_ordinal, read_quantity
from bot.understanding.cues import (
    asks_about_product,
    asks_for_more,
    asks_for_stock,
    asks_for_stores,
    asks_to_hold,
    first_open_intent,
    is_general_question,
    read_preference,
    topics_alone,
)
from bot.understanding.language import asked_for, detect
from bot.understanding.models import Context, Expecting, Understanding
from bot.understanding.normalise import Canvas, fold, word_set
from bot.understanding.phrase import only_refines, product_words, read_brand, read_excluded_brands
from bot.understanding.places import PlaceNames, place_of_it, read_shown_store, read_where, store_name
from bot.understanding.spans import read_identifier, read_prices, read_radius_km, read_when

_HOLD_ID = re.compile(r"\b(h[0-9a-z]{20,30})\b")
_THERE = re.compile(
    r"\b(?:there|that (?:store|shop|one)|this (?:store|shop|one)|the (?:same|other) store|la-bas|la bas|ce magasin|"
    r"celui-la|celui-ci|celle-la|celle-ci|cette boutique|is it|are they|it|il est|elle est|qu'il est|est-il|"
    r"est-elle)\b"
)
_CANCEL_WORD = re.compile(r"\b(?:cancel|annule[rz]?|undo)\b")
_SHORT_WORDS = 7
_AROUND_OPTION = word_set(
    """
    the one store shop at in on le la les celui celle de du des d magasin boutique au a i ll will take je prends
    please stp svp ok yes oui from chez give me that s c est
    """
)


def understand(text: str, context: Context, names: PlaceNames) -> Understanding:
    """What somebody wants by this message."""
    canvas = Canvas(text)
    language = _language(canvas, context)
    chosen = _chosen_label(canvas, context)
    if chosen is not None:
        return Understanding(Intent.SELECT_OPTION, language, option=chosen)
    if not canvas.words_left():
        return Understanding(Intent.HELP, language)
    asked = asked_for(canvas.folded)
    if asked and len(canvas.words_left()) <= _SHORT_WORDS:
        return Understanding(Intent.HELP, asked, language_asked=True)
    closed = closed_meaning(canvas.folded, awaiting_yes=context.expecting is Expecting.YES)
    if closed and not (context.expecting is Expecting.PLACE and _is_all_place(canvas, names, language)):
        return _closed(closed, canvas, context, language)
    if context.has_product and asks_for_more(canvas.folded):
        return Understanding(Intent.FIND_STOCK, language, more=True)
    named = _named_in_list(canvas, context)
    if named is not None:
        return Understanding(Intent.SELECT_OPTION, language, option=named)
    number = bare_number(canvas.folded)
    if (
        number is not None
        and not _may_be_postcode(canvas, context)
        and (read := _bare_number(number, context, language))
    ):
        return read
    return _open(canvas, context, names, language)


def _language(canvas: Canvas, context: Context) -> str:
    return detect(canvas.text, context.language, settled=context.language_known)


def _chosen_label(canvas: Canvas, context: Context) -> int | None:
    labels = [fold(label) for label in context.option_labels]
    said = canvas.folded.strip()
    return labels.index(said) + 1 if labels.count(said) == 1 else None


def _named_in_list(canvas: Canvas, context: Context) -> int | None:
    """ "The Evanston one", where one entry of the list alone has all these words."""
    said = {word for word in re.findall(r"[^\W_]+", canvas.folded) if word not in _AROUND_OPTION}
    if not any(len(word) > 2 for word in said):
        return None
    fits = [
        number
        for number, label in enumerate(context.option_labels, start=1)
        if said <= set(re.findall(r"[^\W_]+", fold(label)))
    ]
    return fits[0] if len(fits) == 1 else None


def _is_all_place(canvas: Canvas, names: PlaceNames, language: str) -> bool:
    said = "near " + canvas.text.strip(" .!?")
    return any(mention.end - mention.start >= len(said) - 5 for mention in names.find_in(said, language))


def _closed(closed: Closed, canvas: Canvas, context: Context, language: str) -> Understanding:
    intent = closed.intent
    cancels = intent is Intent.NEGATE and _CANCEL_WORD.search(canvas.folded)
    if cancels and context.has_hold and context.expecting is not Expecting.YES:
        intent = Intent.CANCEL_HOLD
    return Understanding(intent, language, doubtful=closed.doubtful)


def _may_be_postcode(canvas: Canvas, context: Context) -> bool:
    return context.expecting is Expecting.PLACE and sum(character.isdigit() for character in canvas.folded) > 3


def _bare_number(number: int, context: Context, language: str) -> Understanding | None:
    """After a list a place in it; otherwise a count of what was asked for. Long numbers are codes or postcodes."""
    if number > 9999:
        return None
    if context.option_labels and 1 <= number <= len(context.option_labels) and context.expecting is not Expecting.YES:
        return Understanding(Intent.SELECT_OPTION, language, option=number)
    if context.has_product:
        return Understanding(_of_quantity(context), language, quantity=number)
    return None


def _of_quantity(context: Context) -> Intent:
    if context.expecting is Expecting.YES:
        return Intent.PLACE_HOLD
    return Intent.CHANGE_HOLD if context.has_hold and not context.option_labels else Intent.FIND_STOCK


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
    slots = replace(slots, option=option, topics=topics, product=words)
    if words and only_refines(words, fold(words)):
        slots = replace(slots, refines=True, product=words if context.has_product else None)
    return replace(slots, intent=_intent(slots, canvas, context, hold=hold, info=info, refused=refused))


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


def _intent(slots: Understanding, canvas: Canvas, context: Context, *, hold: bool, info: bool, refused: bool) -> Intent:
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
    long = len((slots.product or "").split()) > _SHORT_WORDS
    return Intent.OUT_OF_SCOPE if not cued and (long or is_general_question(canvas.whole)) else Intent.FIND_STOCK


def _without_words(slots: Understanding, canvas: Canvas, context: Context, *, refused: bool) -> Intent:
    if asks_for_stores(canvas.whole):
        return Intent.STORE_INFO
    if slots.place or slots.near_me:
        return Intent.GIVE_PLACE
    if slots.quantity is not None:
        return _of_quantity(context)
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
