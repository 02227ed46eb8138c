"""Reads the word lists beside it: stop words, units, accessory nouns, synonyms. Folded once, then kept."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from search.folding import fold


@dataclass(frozen=True, slots=True)
class Words:
    stop: frozenset[str]
    purpose: frozenset[str]
    company: frozenset[str]
    of: frozenset[str]
    accessory: frozenset[str]
    #: Every way to write a unit, to the way it is kept.
    units: dict[str, str]
    touching_units: frozenset[str]
    #: What people write beside a code, or before it: "SKU: …".
    labels: frozenset[str]


@cache
def words() -> Words:
    raw = _read("words.toml")
    return Words(
        stop=frozenset(fold(word) for language in raw["stop"].values() for word in language),
        purpose=frozenset(raw["for"]["purpose"]),
        company=frozenset(raw["for"]["company"]),
        of=frozenset(raw["for"]["of"]),
        accessory=frozenset(fold(word) for word in raw["accessory"]["nouns"]),
        units={form: unit for unit, forms in raw["units"].items() for form in forms},
        touching_units=frozenset(raw["touching"]["units"]),
        labels=frozenset(fold(word) for word in raw["codes"]["labels"]),
    )


@dataclass(frozen=True, slots=True)
class Phrase:
    """Folded words; with a language where they mean something else in another ("fr:four" is an oven)."""

    words: tuple[str, ...]
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Synonyms:
    """Groups in which each phrase means every other; and one-way groups, of which only the first means the others."""

    groups: tuple[tuple[Phrase, ...], ...]
    one_way: tuple[tuple[Phrase, ...], ...]


@cache
def synonyms() -> Synonyms:
    raw = _read("synonyms.toml")
    groups, one_way = ([tuple(map(_phrase, group)) for group in raw[name]] for name in ("groups", "one_way"))
    return Synonyms(tuple(groups), tuple(one_way))


def _phrase(text: str) -> Phrase:
    language, colon, phrase = text.rpartition(":")
    return Phrase(tuple(fold(phrase).split()), language if colon else None)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("search").joinpath(name).read_text("utf-8"))
