"""A measure in every way that people write it: 55", 55 in, 55-inch; 6qt, 6 quarts; 10 x 12. Pure."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bench.relevance.variants.variant import Variant

UNITS = "units"


@dataclass(frozen=True, slots=True)
class Unit:
    """How a measure is found in a title, and the ways to write it. `{n}` is the number."""

    name: str
    found: re.Pattern[str]
    ways: tuple[str, ...]


def _unit(name: str, found: str, *ways: str) -> Unit:
    return Unit(name, re.compile(rf"(?<![\w./])(\d+(?:\.\d+)?)(?:{found})", re.IGNORECASE), ways)


#: The first that is found in a title is the one that is varied.
ALL_UNITS = (
    _unit(
        "inch", r"\"|\\|”|-?\s?inch(?:es)?\b",
        '{n}"', "{n} inch", "{n}-inch", "{n} inches", "{n}in", "{n} in.", "{n}''", "{n}″", "{n}inch", "{n}”",
    ),
    _unit("foot", r"'|-?\s?f(?:t\b\.?|oot\b|eet\b)", "{n}'", "{n} ft", "{n}ft", "{n} ft.", "{n}-foot", "{n} feet"),
    _unit("quart", r"-?\s?(?:quarts?|qts?)\b\.?", "{n}qt", "{n} qt", "{n} qt.", "{n}-quart", "{n} quart", "{n} quarts"),
    _unit("litre", r"-?\s?(?:l|lit(?:er|re)s?)\b", "{n}L", "{n} l", "{n} litres", "{n} liter", "{n}-liter", "{n} L."),
    _unit("ounce", r"-?\s?(?:oz|ounces?)\b\.?", "{n}oz", "{n} oz", "{n} oz.", "{n}-ounce", "{n} ounces"),
    _unit("pound", r"-?\s?(?:lbs?|pounds?)\b\.?", "{n}lb", "{n} lbs", "{n} lb.", "{n}-pound", "{n} pounds"),
    _unit("cup", r"-?\s?cups?\b", "{n} cup", "{n}-cup", "{n} cups", "{n}cup"),
    _unit("gigabyte", r"-?\s?gb\b", "{n}GB", "{n} gb", "{n}gb", "{n}-gb", "{n} gigabytes", "{n} gigabyte"),
    _unit("terabyte", r"-?\s?tb\b", "{n}TB", "{n} tb", "{n}tb", "{n} terabyte"),
    _unit("watt", r"-?\s?w(?:atts?)?\b", "{n}W", "{n} w", "{n} watts", "{n}-watt", "{n} watt"),
    _unit("megapixel", r"-?\s?(?:megapixels?|mp)\b", "{n}mp", "{n} mp", "{n} megapixel", "{n}-megapixel"),
    _unit("millimetre", r"-?\s?mm\b", "{n}mm", "{n} mm", "{n} millimeter", "{n} millimetres"),
    _unit("centimetre", r"\s?cm\b", "{n}cm", "{n} cm", "{n} centimeters", "{n} centimètres"),
    _unit("pack", r"-pack\b", "{n}-pack", "{n} pack", "{n}pack", "{n}pk", "{n} pk"),
    _unit("degree", r"\s?°|[ -]degrees?\b", "{n}°", "{n} °", "{n} degrees", "{n}-degree", "{n} degree"),
    _unit("btu", r"[ -]btu\b", "{n} BTU", "{n}btu", "{n}-btu"),
)  # fmt: skip
_TIMES = re.compile(r"(?<![\w.])(\d+)\s?(?:x|×)\s?(\d+)(?![\w.])", re.IGNORECASE)
TIMES_WAYS = ("{a}x{b}", "{a} x {b}", "{a} × {b}", "{a}×{b}", "{a} by {b}", "{a} X {b}")


def find_measure(text: str) -> tuple[Unit, re.Match[str]] | None:
    """The first measure of a text that has a unit of ours."""
    for unit in ALL_UNITS:
        if match := unit.found.search(text):
            return unit, match
    return None


def units(clean: str, _: random.Random) -> Iterator[Variant]:
    """Every other way to write the query's measure or its dimensions."""
    if found := find_measure(clean):
        unit, match = found
        ways = {way: way.format(n=match[1]) for way in unit.ways}
        name = unit.name
    elif times := _TIMES.search(clean):
        match = times
        ways = {way: way.format(a=match[1], b=match[2]) for way in TIMES_WAYS}
        name = "times"
    else:
        return
    before, after = clean[: match.start()].rstrip(), clean[match.end() :].lstrip()
    for way, measure in ways.items():
        text = " ".join(part for part in (before, measure, after) if part)
        if text != clean:
            shown = way.replace("{n}", "").strip() if name != "times" else way
            yield Variant(UNITS, f"{name} {shown}", clean, text)
