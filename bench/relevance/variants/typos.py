"""Slips of the finger: one edit in a word of four letters or more, two in one of eight or more. Pure."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

from bench.relevance.variants.variant import Variant

ONE_EDIT, TWO_EDITS = "one edit", "two edits"
ONE_EDIT_LETTERS, TWO_EDITS_LETTERS = 4, 8
HOWS = ("drop", "double", "swap", "neighbour", "insert", "any letter")
#: How often a way is tried to find a typo that is no word of the catalogue.
TRIES = 20

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_WORD = re.compile(r"[a-z]+")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def neighbours(letter: str) -> str:
    """The letters around a letter on a QWERTY keyboard."""
    for row, keys in enumerate(_ROWS):
        place = keys.find(letter)
        if place < 0:
            continue
        beside = [keys[p] for p in (place - 1, place + 1) if 0 <= p < len(keys)]
        # Each row stands half a key to the right of the one above it.
        above = [_ROWS[row - 1][p] for p in (place, place + 1) if row and p < len(_ROWS[row - 1])]
        below = [_ROWS[row + 1][p] for p in (place - 1, place) if row < 2 and 0 <= p < len(_ROWS[row + 1])]
        return "".join(beside + above + below)
    return ""


def slip(word: str, how: str, rng: random.Random) -> str:
    """The word with one edit; the word itself where this way cannot change it."""
    place = rng.randrange(len(word))
    letter = word[place]
    match how:
        case "drop":
            return word[:place] + word[place + 1 :]
        case "double":
            return word[:place] + letter + word[place:]
        case "swap":
            place = rng.randrange(len(word) - 1)
            return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        case "neighbour":
            return word[:place] + rng.choice(neighbours(letter) or letter) + word[place + 1 :]
        case "insert":
            near = rng.choice(neighbours(letter) or letter)
            return word[: place + 1] + near + word[place + 1 :]
        case _:
            return word[:place] + rng.choice(_LETTERS) + word[place + 1 :]


def typos(clean: str, rng: random.Random, is_word: Callable[[str], bool]) -> Iterator[Variant]:
    """For one word of the query one variant by each way, and as many with two edits where the word is long.

    A slip that is itself a word of the catalogue is left out: nobody could tell that it is one.
    """
    words = [match for match in _WORD.finditer(clean) if len(match[0]) >= ONE_EDIT_LETTERS and is_word(match[0])]
    if not words:
        return
    match = rng.choice(words)
    for how in HOWS:
        if text := _slipped(match, clean, (how,), rng, is_word):
            yield Variant(ONE_EDIT, how, clean, text)
    long = [match for match in words if len(match[0]) >= TWO_EDITS_LETTERS]
    if not long:
        return
    match = rng.choice(long)
    for how in HOWS:
        if text := _slipped(match, clean, (how, rng.choice(HOWS)), rng, is_word):
            yield Variant(TWO_EDITS, how, clean, text)


def _slipped(
    match: re.Match[str], clean: str, hows: tuple[str, ...], rng: random.Random, is_word: Callable[[str], bool]
) -> str | None:
    word = match[0]
    for _ in range(TRIES):
        slipped = word
        for how in hows:
            slipped = slip(slipped, how, rng)
        if edits(word, slipped) == len(hows) and not is_word(slipped):
            return clean[: match.start()] + slipped + clean[match.end() :]
    return None


def edits(left: str, right: str) -> int:
    """Drops, insertions, substitutions and swaps of neighbours that lead from one word to the other."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        older, before, row = before, row, [i]
        for j, b in enumerate(right, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]
