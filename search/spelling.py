"""Which known word a mistyped one was meant to be: edits, the keyboard, how often the word is said, and beside what.

Pure. One slip is looked for from four letters on, two where either word has eight.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST = 4
LONG = 8
VERY_LONG = 10
MOST_SLIPS = 2
MAX_CHOICES = 3
#: Words of so few letters have too many neighbours: what stands beside them, or how often they are said, must speak.
FEW_LETTERS = 4
DOMINANT_TITLES = 30
DOMINANT_FACTOR = 2

#: One slip outweighs a hundredfold frequency; a known neighbour outweighs a tenfold one.
SLIP_WEIGHT, NEIGHBOUR_BONUS = 2.0, 1.0
FIRST_LETTER = 0.35
_SWAPPED, _DOUBLED, _BESIDE, _LEFT_OUT = 0.7, 0.7, 0.85, 0.9

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _keys() -> dict[str, tuple[float, float]]:
    return {key: (x + y * 0.5, float(y)) for y, row in enumerate(_ROWS) for x, key in enumerate(row)}


_PLACES = _keys()


@dataclass(frozen=True, slots=True)
class Known:
    """What a catalogue knows: how often each word is said, by its length, and how often two stand side by side."""

    by_length: Mapping[int, Sequence[str]]
    frequency: Callable[[str], int]
    beside: Callable[[str, str], int]


@dataclass(frozen=True, slots=True)
class Choice:
    word: str
    score: float
    frequency: int
    is_beside: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """Words that may have been meant, the likeliest first. Not sure: only what else is asked for can tell."""

    words: tuple[str, ...] = ()
    is_sure: bool = False


def choices(word: str, before: str, after: str, known: Known) -> Choices:
    """What a word that nobody knows was meant to be."""
    if len(word) < SHORTEST - 1 or not word.isalpha():
        return Choices()
    near = _ranked(word, before, after, known, 1)
    if not near or not near[0].is_beside:
        far = _ranked(word, before, after, known, MOST_SLIPS)
        # Where one slip explains the word, two do so only for the sake of its neighbours.
        near = sorted([*near, *(each for each in far if each.is_beside or not near)], key=_likelier)
    return Choices(tuple(each.word for each in near[:MAX_CHOICES]), bool(near) and _is_sure(word, near))


def _likelier(choice: Choice) -> tuple[float, str]:
    return -choice.score, choice.word


def _ranked(word: str, before: str, after: str, known: Known, slips: int) -> list[Choice]:
    found = []
    for other in _within(word, known, slips):
        frequency = known.frequency(other)
        beside = (known.beside(before, other) if before else 0) + (known.beside(other, after) if after else 0)
        if slips > 1 and other[0] != word[0] and not beside and frequency < DOMINANT_TITLES and len(other) < VERY_LONG:
            continue  # a joystick is no nonstick pan
        if word[1:] == other and not beside and word[0] != word[1] and not _are_neighbours(word[0], word[1]):
            continue  # nor a word with another letter before it a slip: "iphone" is no phone
        score = math.log10(1 + frequency) - SLIP_WEIGHT * (slips - 1 + _cost(word, other, slips))
        score += NEIGHBOUR_BONUS + math.log10(1 + beside) if beside else 0.0
        found.append(Choice(other, score, frequency, beside > 0))
    return sorted(found, key=_likelier)


def _within(word: str, known: Known, slips: int) -> list[str]:
    shortest = SHORTEST if slips == 1 else LONG
    if slips > 1 and len(word) < LONG - slips:
        return []
    pool = [
        other
        for length in range(max(3, len(word) - slips), len(word) + slips + 1)
        if max(length, len(word)) >= shortest
        for other in known.by_length.get(length, ())
    ]
    return [other for other, _, _ in process.extract(word, pool, scorer=OSA.distance, score_cutoff=slips, limit=None)]


def _is_sure(word: str, ranked: Sequence[Choice]) -> bool:
    """Whether the best one is clearly better than the others, for so short a word."""
    best = ranked[0]
    if len(word) > FEW_LETTERS or best.is_beside:
        return True
    if len(word) < FEW_LETTERS or sorted(best.word) == sorted(word):
        return len(word) == FEW_LETTERS
    second = max((choice.frequency for choice in ranked[1:]), default=0)
    return best.frequency >= max(DOMINANT_TITLES, DOMINANT_FACTOR * second)


def _cost(word: str, other: str, slips: int) -> float:
    """Of the last slip: less than 1 for what fingers do often, more where the first letter is wrong."""
    first = 0.0 if word[0] == other[0] else FIRST_LETTER
    return first + (_one_slip(word, other) if slips == 1 else 1.0)


def _one_slip(word: str, choice: str) -> float:
    at = next(
        (place for place, (a, b) in enumerate(zip(word, choice, strict=False)) if a != b), min(len(word), len(choice))
    )
    if len(word) == len(choice):
        if word[at + 1 : at + 2] == choice[at] and sorted(word) == sorted(choice):
            return _SWAPPED
        return _BESIDE if _are_neighbours(word[at], choice[at]) else 1.0
    if len(word) < len(choice):
        return _DOUBLED if at and choice[at - 1] == choice[at] else _LEFT_OUT
    if at and word[at - 1] == word[at]:
        return _DOUBLED
    around = word[max(0, at - 1) : at] + word[at + 1 : at + 2]
    return _BESIDE if any(_are_neighbours(word[at], other) for other in around) else 1.0


def _are_neighbours(one: str, other: str) -> bool:
    here, there = _PLACES.get(one), _PLACES.get(other)
    return bool(here and there) and math.dist(here or (), there or ()) < 1.3
