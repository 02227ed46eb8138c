"""Words that are written with a hyphen, a space or together: "t-shirt", "t shirt", "tshirt". Pure."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from bench.relevance.variants.variant import Variant

HYPHENS, SPACES = "hyphens", "compounds"
_HYPHENED = re.compile(r"(?<![\w-])[^\W\d_]+(?:-[^\W\d_]+){1,2}(?![\w-])")
_WORD = re.compile(r"[a-z]{6,}")
#: A word is only torn into parts that stand for themselves.
PART_LETTERS = 3
#: So many times as many titles must have the one form as have the other, or the other is a name of its own.
CLEARLY = 10

#: How many titles have a word, or two words side by side ("hard drive").
Count = Callable[[str], int]


def hyphens(clean: str, _: random.Random, __: Count) -> Iterator[Variant]:
    """A hyphened word with other hyphens, apart, and together where it has two parts."""
    match = _HYPHENED.search(clean)
    if match is None:
        return
    parts = match[0].split("-")
    forms = {"space": " ".join(parts), "en dash": "–".join(parts), "firm hyphen": "‑".join(parts)}
    forms["spaced"] = " - ".join(parts)
    if len(parts) == 2:
        forms["together"] = "".join(parts)
    for how, form in forms.items():
        yield Variant(HYPHENS, how, clean, clean[: match.start()] + form + clean[match.end() :])


def torn(clean: str, _: random.Random, count: Count) -> Iterator[Variant]:
    """ "headphones" as "head phones" and "head-phones", where both parts are words and the whole is the usual form."""
    for match in _WORD.finditer(clean):
        word = match[0]
        cuts = [
            (word[:cut], word[cut:])
            for cut in range(PART_LETTERS, len(word) - PART_LETTERS + 1)
            if count(word[:cut]) > 1 and count(word[cut:].removesuffix("s")) > 1
        ]
        best = max(cuts, key=lambda cut: min(count(cut[0]), count(cut[1])), default=None)
        if best is None or count(word) < CLEARLY * count(" ".join(best)) or not count(word):
            continue
        for how, sign in (("torn", " "), ("hyphened", "-")):
            yield Variant(SPACES, how, clean, clean[: match.start()] + sign.join(best) + clean[match.end() :])
        return


def joined(clean: str, _: random.Random, count: Count) -> Iterator[Variant]:
    """ "hard drive" as "harddrive" and "hard-drive", where the two words apart are the usual form."""
    words = clean.split(" ")
    for place, (left, right) in enumerate(pairwise(words)):
        if not (left.isalpha() and right.isalpha() and min(len(left), len(right)) >= PART_LETTERS):
            continue
        if count(f"{left} {right}") < max(CLEARLY, CLEARLY * count(left + right)):
            continue
        for how, sign in (("joined", ""), ("hyphened", "-")):
            yield Variant(SPACES, how, clean, " ".join([*words[:place], left + sign + right, *words[place + 2 :]]))
        return
