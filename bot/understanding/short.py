"""Messages that are understood whole: a button, a yes or no, a greeting, a number, the name of a list's entry."""

from __future__ import annotations

import re

from bot.intents import Intent
from bot.understanding.closed import Closed, closed_meaning
from bot.understanding.counting import bare_number
from bot.understanding.deciding import of_quantity
from bot.understanding.language import asked_for
from bot.understanding.models import Context, Expecting, Understanding
from bot.understanding.normalise import Canvas, fold, word_set
from bot.understanding.places import PlaceNames
from bot.understanding.wish_cues import asks_for_more

_FEW_WORDS = 7
#: A small number out of the blue names an entry of some list rather than a product.
_LONGEST_LIST = 50
_CANCEL_WORD = re.compile(r"\b(?:cancel|annule[rz]?|undo)\b")
_AROUND_OPTION = word_set(
    """
    the one store shop at in on le la les celui celle de du des d magasin boutique au a i ll will take je prends
    please stp svp ok yes oui from chez give me that s c est
    """
)


def short_meaning(canvas: Canvas, context: Context, names: PlaceNames, language: str) -> Understanding | None:
    """The meaning of the whole message, or None where it has to be read in parts."""
    chosen = _chosen_label(canvas, context)
    if chosen is not None:
        return Understanding(Intent.SELECT_OPTION, language, option=chosen)
    if not canvas.words_left():
        return Understanding(Intent.HELP, language)
    asked = asked_for(canvas.folded)
    if asked and len(canvas.words_left()) <= _FEW_WORDS:
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
    return None


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
    """Asked where, a number says where; a short one may choose among the places that are listed."""
    long = sum(character.isdigit() for character in canvas.folded) > 3
    return context.expecting is Expecting.PLACE and (long or not context.option_labels)


def _bare_number(number: int, context: Context, language: str) -> Understanding | None:
    """After a list a place in it; otherwise a count of what was asked for. Long numbers are codes or postcodes."""
    if number > 9999:
        return None
    if context.option_labels and 1 <= number <= len(context.option_labels) and context.expecting is not Expecting.YES:
        return Understanding(Intent.SELECT_OPTION, language, option=number)
    if context.has_product:
        return Understanding(of_quantity(context), language, quantity=number)
    if 0 < number <= _LONGEST_LIST:
        return Understanding(Intent.SELECT_OPTION, language, option=number)  # there is no list, which will be said
    return None
