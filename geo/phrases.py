"""Pure: the name inside what people write around it, and the postcode among other words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from geo.prepositions import sentence_words
from geo.spelling import Word

_ARTICLES = {"au": "le", "aux": "les"}


def cores(words: Sequence[Word]) -> list[Sequence[Word]]:
    """The words, then the same with less and less of what people put around a place's name."""
    found: list[Sequence[Word]] = [words] if words else []
    if words and words[0].key in _ARTICLES:
        found.append([replace(words[0], key=_ARTICLES[words[0].key]), *words[1:]])
    while words := _stripped(words):
        found.append(words)
    return found


def _stripped(words: Sequence[Word]) -> Sequence[Word]:
    """The words without one phrase before or after the name; nothing when there is none to take off."""
    keys = tuple(word.key for word in words)
    for lead in sentence_words().leading:
        if len(keys) > len(lead) and keys[: len(lead)] == lead:
            return words[len(lead) :]
    for trail in sentence_words().trailing:
        if len(keys) > len(trail) and keys[-len(trail) :] == trail:
            return words[: -len(trail)]
    return ()


def split_postcode(words: Sequence[Word]) -> tuple[str | None, list[Word]]:
    """The postcode among the words, and the other words; a code written as 75 011 leaves a French mark."""
    numbers = [at for at, word in enumerate(words) if word.key.isascii() and word.key.isdecimal()]
    for at in reversed(numbers):  # the last one: a house number comes before it
        word = words[at]
        after = words[at + 1].key if at + 1 in numbers else ""
        if len(word.key) == 5:
            plus_four = len(after) == 4 and words[at + 1].start - word.end == 1
            return word.key, [*words[:at], *words[at + 1 + plus_four :]]
        if len(word.key) == 9:
            return word.key[:5], [*words[:at], *words[at + 1 :]]
        if len(words) == 2 and at == 0 and len(word.key) == 2 and len(after) == 3:
            return word.key + after, [replace(word, key="fr")]
    return None, list(words)
