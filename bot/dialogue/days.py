"""Which day is meant: "on Sunday", "tomorrow", « après-demain », by the calendar of the store."""

from __future__ import annotations

import re
from datetime import date, timedelta

_AHEAD = (
    (2, re.compile(r"\bapres-demain\b|\bday after tomorrow\b")),
    (1, re.compile(r"\btomorrow\b|\bdemain\b")),
)
_WEEKDAYS = tuple(
    re.compile(rf"\b(?:{names})\b")
    for names in (
        "monday|lundi",
        "tuesday|mardi",
        "wednesday|mercredi",
        "thursday|thurs|jeudi",
        "friday|fri|vendredi",
        "saturday|samedi",
        "sunday|dimanche",
    )
)
_SEVERAL = re.compile(r"week")
_LATER = re.compile(r"\bnext\b|\bprochain\b")


def day_meant(when: str, today: date) -> date | None:
    """The day that folded words name, today where they name none; None for several days: "next week"."""
    for days, words in _AHEAD:
        if words.search(when):
            return today + timedelta(days=days)
    for number, name in enumerate(_WEEKDAYS):
        if name.search(when):
            ahead = (number - today.weekday()) % 7
            return today + timedelta(days=ahead or (7 if _LATER.search(when) else 0))
    return None if _SEVERAL.search(when) else today
