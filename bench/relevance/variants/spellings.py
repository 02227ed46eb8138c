"""The same letters in other forms: case, accents, compatibility forms, HTML entities, possessives. Pure."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Iterator

from bench.relevance.variants.variant import Variant

CASE, ACCENTS, ENTITIES, POSSESSIVES = "case", "accents", "entities", "possessives"
#: Marks that people put, or keyboards leave, on letters: grave, acute, circumflex, diaeresis, cedilla, tilde.
_ADDED = {"a": "àâä", "c": "ç", "e": "éèêë", "i": "îï", "n": "ñ", "o": "ôöó", "u": "ùûü", "y": "ÿ"}
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}


def case(clean: str, rng: random.Random) -> Iterator[Variant]:
    """Capitals where there were none, and none where there were some."""
    mixed = "".join(rng.choice((char.upper(), char.lower())) for char in clean)
    forms = {"upper": clean.upper(), "lower": clean.lower(), "title": clean.title(), "mixed": mixed}
    yield from (Variant(CASE, how, clean, text) for how, text in forms.items() if text != clean)


def accents(clean: str, rng: random.Random) -> Iterator[Variant]:
    """Accents lost where the query has some, put on one letter where it has none, and other forms of Unicode."""
    decomposed = unicodedata.normalize("NFD", clean)
    stripped = "".join(char for char in decomposed if not unicodedata.combining(char))
    forms = {"lost": stripped, "decomposed": decomposed, "wide": clean.translate(_WIDE)}
    places = [place for place, char in enumerate(clean) if char.lower() in _ADDED]
    if stripped == clean and places:
        place = rng.choice(places)
        forms["added"] = clean[:place] + rng.choice(_ADDED[clean[place].lower()]) + clean[place + 1 :]
    yield from (Variant(ACCENTS, how, clean, text) for how, text in forms.items() if text != clean)


def entities(clean: str, _: random.Random) -> Iterator[Variant]:
    """As a page or an export would write it: & " ' as entities, and & as the word."""
    named = clean.replace("&", "&amp;").replace('"', "&quot;").replace("'", "&apos;")
    numbered = clean.replace("&", "&#38;").replace('"', "&#34;").replace("'", "&#39;")
    forms = {"named": named, "numbered": numbered}
    forms["word"] = re.sub(r"\s&\s", " and ", clean)
    if "&" not in clean:
        forms["trademark"] = re.sub(r"^(\w+)", r"\1&reg;", clean)
    yield from (Variant(ENTITIES, how, clean, text) for how, text in forms.items() if text != clean)


def possessives(clean: str, _: random.Random) -> Iterator[Variant]:
    """ "women's", as it is typed with other apostrophes, without one, or without the s."""
    if not re.search(r"\w's\b", clean):
        return
    forms = {
        "curly": clean.replace("'s", "’s"),
        "none": clean.replace("'s", "s"),
        "no s": re.sub(r"'s\b", "", clean),
        "space": clean.replace("'s", " s"),
        "prime": clean.replace("'s", "′s"),
    }
    yield from (Variant(POSSESSIVES, how, clean, text) for how, text in forms.items())
