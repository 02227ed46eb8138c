"""Facts to words: fills the catalogues' sentences with numbers, money, distances and times as each language has it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_time
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal

from bot.capping import capped_count
from bot.phrases import Phrases
from search.models import Product, Store

KM_PER_MILE = 1.609344
MAX_TITLE_CHARACTERS = 100
_DEFAULT_LOCALES = {"en": "en_US", "fr": "fr_FR"}
_MILE_LOCALES = ("en_US",)


@dataclass(frozen=True, slots=True)
class Money:
    amount: Decimal
    currency: str | None


@dataclass(frozen=True, slots=True)
class Distance:
    km: float


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time, told in the store's zone; with its day where that is not today there."""

    at: datetime
    zone: str | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the coming week, told by its name."""

    date: date


@dataclass(frozen=True, slots=True)
class Names:
    """Several names as one list of the language."""

    each: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Units:
    """What a shelf has; where more than may be told, as many and a plus."""

    count: int


Fact = str | int | Decimal | Money | Distance | Moment | Day | Names | Units | Product | Store


@dataclass(frozen=True, slots=True)
class Line:
    """One whole sentence: its id in the catalogues, and the facts in it. `count` chooses the plural."""

    key: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


def line(key: str, **facts: Fact) -> Line:
    return Line(key, facts)


class Wording:
    """Says lines in one language and locale."""

    def __init__(self, phrases: Phrases, tag: str | None = None, available_cap: int = 0) -> None:
        self._phrases = phrases
        self._available_cap = available_cap
        self._locale = _locale(phrases.language, tag)

    def paragraph(self, lines: Sequence[Line]) -> str:
        """Sentences side by side; entries of a list on lines of their own."""
        text, listed = "", False
        for each in lines:
            entry = each.key.startswith("option_") or each.key == "option"
            text += ("\n" if entry or listed else " " if text else "") + self.say(each)
            listed = entry
        return text

    def say(self, said: Line) -> str:
        count = said.facts.get("count", 1)
        if isinstance(count, Units):
            count, _ = capped_count(count.count, self._available_cap)
        sentence = self._phrases.pick(said.key, count if isinstance(count, int) else 1)
        return sentence.format(**{name: self._fact(value) for name, value in said.facts.items()})

    def _fact(self, value: Fact) -> str:
        match value:
            case str():
                return _one_line(value)
            case int() | Decimal():
                return str(format_decimal(value, locale=self._locale))
            case Money(amount, currency):
                known = format_currency(amount, currency, locale=self._locale) if currency else None
                return str(known or format_decimal(amount, locale=self._locale))
            case Units(count):
                shown, more = capped_count(count, self._available_cap)
                return f"{format_decimal(shown, locale=self._locale)}{'+' if more else ''}"
            case Distance(km):
                return self._distance(km)
            case Moment():
                return self._moment(value)
            case Day(day):
                return str(format_date(day, "EEEE", locale=self._locale))
            case Names(each):
                return str(format_list([_plain(name) for name in each], locale=self._locale))
            case Product() | Store():
                return _plain(value.name if isinstance(value, Store) else value.title_in(self._phrases.language))

    def _distance(self, km: float) -> str:
        said = f"{self._tenths(km)}\u00a0km"
        return f"{said} ({self._tenths(km / KM_PER_MILE)}\u00a0mi)" if str(self._locale) in _MILE_LOCALES else said

    def _tenths(self, number: float) -> str:
        return str(format_decimal(number, format="#,##0" if number >= 100 else "#,##0.#", locale=self._locale))

    def _moment(self, moment: Moment) -> str:
        zone = zone_of(moment.zone)
        day = moment.at.astimezone(zone).date()
        if day == moment.now.astimezone(zone).date():
            said = str(format_time(moment.at, "short", tzinfo=zone, locale=self._locale))
        else:
            number = "'1er'" if day.day == 1 else "d"
            pattern = f"HH:mm 'le' {number} MMMM" if self._phrases.language == "fr" else "MMMM d, h:mm a"
            said = str(format_datetime(moment.at, pattern, tzinfo=zone, locale=self._locale))
        return f"{said} UTC" if zone is UTC else said


def zone_of(name: str | None) -> tzinfo:
    """A store's time zone; UTC where it has none or an unknown one."""
    try:
        return ZoneInfo(name) if name else UTC
    except (KeyError, ValueError, OSError):
        return UTC


def _locale(language: str, tag: str | None) -> Locale:
    try:
        asked = Locale.parse(tag.replace("_", "-"), sep="-") if tag else None
    except (ValueError, UnknownLocaleError):
        asked = None
    fits = asked is not None and asked.language == language and asked.territory is not None
    return asked if asked is not None and fits else Locale.parse(_DEFAULT_LOCALES[language])


def _plain(name: str) -> str:
    """A name from a feed as text to read, of bounded length."""
    short = _one_line(name)
    return short if len(short) <= MAX_TITLE_CHARACTERS else short[: MAX_TITLE_CHARACTERS - 1].rstrip() + "…"


def _one_line(text: str) -> str:
    """Other people's text without control and direction characters."""
    kept = "".join(
        " " if unicodedata.category(each) == "Cc" else each for each in text if unicodedata.category(each) != "Cf"
    )
    return " ".join(kept.split())
