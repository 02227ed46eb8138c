"""The small grammars: identifiers, prices, radius, units, times. Each takes its words off the canvas."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from stdnum import ean

from bot.understanding.normalise import TAKEN, Canvas
from bot.understanding.numbers import AMOUNT, amount

#: Half the way round the earth: nothing is further.
FARTHEST_KM = 20_040.0
KM_PER_MILE = 1.609344

_UNIT_NAMES = (
    r"l|litres?|liters?|cl|ml|qts?|quarts?|oz|ounces?|onces?|gal|gallons?|cups?|tasses?|kw|w|watts?|volts?|v|mah|ah|"
    r"inch(?:es)?|in|pouces?|cm|mm|ft|feet|foot|kg|kilos?|grammes?|grams?|g|lbs?|pounds?|gb|go|tb|mb|mhz|ghz|hz|k|p|"
    r"mp|slices?|tranches?|burners?|feux|speeds?|vitesses?|persons?|people|personnes?|bottles?|bouteilles?|packs?|"
    r"pieces? sets?|couverts|piece|tier|stage|channel|door|drawer|outlet|port"
)
#: A measure belongs to the product: "6 l", "55-inch", 1080p, 4k. `in` only where it touches the number.
MEASURE = re.compile(
    rf"(?<![\w.,])(?P<number>\d+(?:[.,]\d+)?)(?P<gap>[ -]?)(?P<unit>(?!in\b)(?:{_UNIT_NAMES})|(?<=[\d-])in|\")(?![\w'])"
)

_GTIN = re.compile(r"(?<![\w-])(\d{8}|\d{12,14})(?![\w-])")
_SKU_NAMED = re.compile(
    r"\b(?:sku|ref(?:erence)?|item|article|model number|product number|code)(?: (?:number|no|n°|numero|"
    r"num))?\.?:? ?#? ?((?=[\w-]*\d)[a-z0-9][a-z0-9-]{2,39})\b"
)
_SKU_BARE = re.compile(r"(?<![\w$€.,/+-])(\d{6,14})(?![\w.,€$-])")

_MONEY = r"(?:\$|€|£|usd|eur|dollars?|euros?|bucks|balles)"
_PRICE_BETWEEN = re.compile(
    rf"\b(?:between|from|entre|de) {_MONEY}? ?({AMOUNT}) ?{_MONEY}? (?:and|to|et|a|"
    rf"-) {_MONEY}? ?({AMOUNT}) ?({_MONEY})?"
)
_BELOW = (
    r"under|below|less than|cheaper than|no more than|not more than|up to|max(?:imum)?(?: of)?|at most|"
    r"moins cher que|(?:a )?moins de|jusqu'a|maxi(?:mum)?|en dessous de|inferieur a|pas plus de|budget(?: of| de)?|"
    r"sous(?: les)?"
)
_ABOVE = r"over|above|more than|at least|plus de|au-dessus de|a partir de|au moins|minimum(?: of)?"
_NOT_A_MEASURE = (
    rf"(?! ?-?(?:{_UNIT_NAMES}|km|kms|kilometres?|kilometers?|mi|miles?|minutes?|heures?|hours?|h)\b)(?!\d)"
)
_PRICE_BELOW = re.compile(rf"\b(?:{_BELOW}) ?{_MONEY}? ?({AMOUNT})(?: ?{_MONEY}(?!\w)|{_NOT_A_MEASURE})")
_PRICE_ABOVE = re.compile(rf"\b(?:{_ABOVE}) (?:{_MONEY} ?({AMOUNT})|({AMOUNT}) ?{_MONEY}(?!\w))")
_PRICE_AT_MOST = re.compile(
    rf"(?:{_MONEY} ?({AMOUNT})|\b({AMOUNT}) ?{_MONEY}) ?(?:or less|or under|max(?:imum|i)?|au plus|tops)\b"
)

_FAR_UNIT = r"(?P<unit>kms?|kilomet(?:re|er)s?|mi|miles?|mile)"
_RADIUS = re.compile(
    rf"\b(?:within|in an?|dans un rayon de|a moins de|moins de|rayon de|radius of|less than|under|max|a|jusqu'a|"
    rf"up to)? ?(?<![\w.,])(?P<number>\d{{1,5}}(?:[.,]\d+)?)[ -]?{_FAR_UNIT}\b"
    r"(?: (?:radius|away|a la ronde|max|d'ici|from here|from me|of me|of here|de distance)(?!\w))?"
)

_DAY = (
    r"monday|tuesday|wednesday|thursday|thurs|friday|fri|saturday|sunday|lundi|mardi|mercredi|jeudi|vendredi|samedi|"
    r"dimanche"
)
_CLOCK = r"\d{1,2}(?::\d{2})? ?(?:am|pm)|\d{1,2} ?h(?:eures?)?(?: ?\d{2})?|\d{1,2}:\d{2}|noon|midi"
_WHEN = re.compile(
    r"\b(?:(?:by|before|until|on|for|from|d'ici|avant|pour|des|ce|this|next|a partir de|"
    r"to be picked up) )?(?:(?:right )?now|rn|asap|today|tonite|tonight|tomorrow(?: (?:morning|afternoon|evening|"
    r"night))?|this (?:weekend|evening|afternoon|morning)|next week|maintenant|tout de suite|aujourd'hui|ce soir|"
    r"cet apres-midi|ce matin|apres-demain|demain(?: (?:matin|soir|apres-midi|midi))?|ce week-?end|"
    r"la semaine prochaine|"
    rf"(?:the )?(?:{_DAY})(?: prochain)?)(?: (?:at|by|before|a|avant|vers) (?:{_CLOCK}))?\b|\b(?:by|"
    rf"before|at|until|avant|d'ici|vers|a|after|apres) (?:{_CLOCK})\b"
)


@dataclass(frozen=True, slots=True)
class Prices:
    low: Decimal | None = None
    high: Decimal | None = None


def read_identifier(canvas: Canvas) -> str | None:
    """A product code: named as one, a trade number whose check digit is right, or a long bare number."""
    if named := canvas.take_first(_SKU_NAMED):
        return canvas.text[named.start(1) : named.end(1)]
    for found in _GTIN.finditer(canvas.folded):
        if ean.is_valid(found.group(1)):
            canvas.take(*found.span())
            return found.group(1)
    bare = canvas.take_first(_SKU_BARE)
    return bare.group(1) if bare else None


def read_prices(canvas: Canvas) -> Prices:
    """Limits of price; a number with another unit is none."""
    both = canvas.find(_PRICE_BETWEEN)
    if both and re.search(_MONEY, both.group(0)):
        canvas.take(*both.span())
        low, high = sorted((amount(both.group(1)), amount(both.group(2))))
        return Prices(low, high)
    low_found = canvas.take_first(_PRICE_ABOVE)
    high_found = canvas.take_first(_PRICE_AT_MOST) or canvas.take_first(_PRICE_BELOW)
    return Prices(
        amount(next(filter(None, low_found.groups()))) if low_found else None,
        amount(next(filter(None, high_found.groups()))) if high_found else None,
    )


def read_radius_km(canvas: Canvas) -> float | None:
    """How far somebody will go, in kilometres."""
    found = canvas.take_first(_RADIUS)
    if not found:
        return None
    number = float(found["number"].replace(",", "."))
    kilometres = number * KM_PER_MILE if found["unit"].startswith("mi") else number
    return round(min(kilometres, FARTHEST_KM), 3) or None


def read_when(canvas: Canvas) -> str | None:
    """The words for a time, folded; what they mean depends on the store."""
    found = canvas.take_all(_WHEN)
    return " ".join(match.group(0).strip() for match in found)[:60] or None


def measures(folded: str) -> list[re.Match[str]]:
    return list(MEASURE.finditer(folded.replace(TAKEN, " ")))
