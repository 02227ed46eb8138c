"""Which day words for a time mean."""

from __future__ import annotations

from datetime import date

import pytest

from bot.dialogue.days import day_meant

WEDNESDAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("when", "day"),
    [
        ("", 25),
        ("now", 25),
        ("today", 25),
        ("aujourd'hui", 25),
        ("tonight", 25),
        ("tomorrow morning", 26),
        ("demain", 26),
        ("apres-demain", 27),
        ("on sunday", 29),
        ("dimanche", 29),
        ("by friday at 5pm", 27),
        ("wednesday", 25),
    ],
)
def test_a_day_is_the_next_one_of_its_name(when: str, day: int) -> None:
    assert day_meant(when, WEDNESDAY) == date(2026, 11, day)


@pytest.mark.parametrize("when", ["next wednesday", "mercredi prochain"])
def test_the_next_day_of_todays_name_is_in_a_week(when: str) -> None:
    assert day_meant(when, WEDNESDAY) == date(2026, 12, 2)


@pytest.mark.parametrize("when", ["next week", "this weekend", "ce week-end"])
def test_several_days_are_no_day(when: str) -> None:
    assert day_meant(when, WEDNESDAY) is None
