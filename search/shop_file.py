"""The file of a shop's own search words (TOML): read, checked, and followed while the service runs."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from runtime.errors import SettingsError
from runtime.followed_file import FollowedFile
from search.folding import fold_value
from search.shop_words import Phrase, ShopWords, phrase_of

SETTING = "ONHAND_SEARCH_FILE"
LEAST_FACTOR, MOST_FACTOR = 0.1, 10.0
MAX_PHRASE_WORDS, MAX_ENTRIES, MAX_BYTES = 5, 10_000, 4_000_000
_SECTIONS = {
    "synonyms": ("groups", "one_way"),
    "boosts": ("brand", "category", "sku"),
    "spelling": ("never_corrected",),
}


class ShopFile(FollowedFile[ShopWords]):
    """The words as the file says now."""

    def __init__(self, path: Path | None) -> None:
        super().__init__(path, read_shop_words, ShopWords())


def read_shop_words(path: Path) -> ShopWords:
    """Raises SettingsError that names the entry, or for broken TOML the line, and what is wrong with it."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SettingsError(f"{SETTING}: the file is larger than {MAX_BYTES // 1_000_000} MB")
        return shop_words_of(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{SETTING} cannot be read: {type(error).__name__}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{SETTING} is not UTF-8 (byte {error.start})") from error


def shop_words_of(text: str) -> ShopWords:
    """What a text in TOML says. Raises SettingsError."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{SETTING} is not TOML: {error}") from error
    for section, value in raw.items():
        if section not in _SECTIONS:
            raise _wrong(section, f"is no section; there are {', '.join(_SECTIONS)}")
        if not isinstance(value, dict):
            raise _wrong(section, "is no table")
        for name in value:
            if name not in _SECTIONS[section]:
                raise _wrong(f"{section}.{name}", f"is not known; {section} has {', '.join(_SECTIONS[section])}")
    synonyms, boosts = raw.get("synonyms", {}), raw.get("boosts", {})
    meant = _synonyms(synonyms.get("groups", []), synonyms.get("one_way", []))
    return ShopWords(
        synonyms={said: tuple(others) for said, others in meant.items()},
        kept=frozenset(_kept(raw.get("spelling", {}).get("never_corrected", []))),
        brands=_factors("boosts.brand", boosts.get("brand", {}), fold=True),
        categories=_factors("boosts.category", boosts.get("category", {}), fold=True),
        skus=_factors("boosts.sku", boosts.get("sku", {}), fold=False),
    )


def _synonyms(groups: object, one_way: object) -> dict[Phrase, dict[Phrase, None]]:
    """What else each phrase means, by its stems; in the order of the file."""
    meant: dict[Phrase, dict[Phrase, None]] = {}
    for where, entry in _entries("synonyms.groups", groups):
        phrases = [_phrase(f"{where}[{number}]", text) for number, text in _entries_of(where, entry)]
        if len(phrases) < 2:
            raise _wrong(where, "needs two phrases or more that mean the same")
        for _, stems in phrases:
            others = {words: None for words, other in phrases if other != stems}
            meant.setdefault(stems, {}).update(others)
    for where, entry in _entries("synonyms.one_way", one_way):
        if not isinstance(entry, dict) or set(entry) != {"said", "means"}:
            raise _wrong(where, 'must look like { said = "laptop", means = ["notebook"] }')
        _, said = _phrase(f"{where}.said", entry["said"])
        also = [_phrase(f"{where}.means[{n}]", text) for n, text in _entries_of(f"{where}.means", entry["means"])]
        if not also:
            raise _wrong(f"{where}.means", "is empty")
        meant.setdefault(said, {}).update({words: None for words, _ in also})
    return meant


def _kept(words: object) -> Iterator[str]:
    for where, entry in _entries("spelling.never_corrected", words):
        _, stems = _phrase(where, entry)
        if len(stems) != 1:
            raise _wrong(where, "must be one word")
        yield stems[0]


def _factors(where: str, raw: object, *, fold: bool) -> dict[str, float]:
    if not isinstance(raw, Mapping):
        raise _wrong(where, 'must be a table such as { "Kelto" = 1.5 }')
    _check_length(where, raw)
    factors = {}
    for name, factor in raw.items():
        key = fold_value(name) if fold else name
        if not key:
            raise _wrong(f'{where}."{name}"', "names nothing")
        if isinstance(factor, bool) or not isinstance(factor, int | float) or not math.isfinite(factor):
            raise _wrong(f'{where}."{name}"', "must be a number")
        if not LEAST_FACTOR <= factor <= MOST_FACTOR:
            raise _wrong(f'{where}."{name}"', f"must be from {LEAST_FACTOR:g} to {MOST_FACTOR:g}")
        factors[key] = float(factor)
    return factors


def _phrase(where: str, text: object) -> tuple[Phrase, Phrase]:
    """Its words and their stems."""
    if not isinstance(text, str):
        raise _wrong(where, "must be a text")
    words, stems = phrase_of(text)
    if not words:
        raise _wrong(where, "has no word that could be searched for")
    if len(words) > MAX_PHRASE_WORDS:
        raise _wrong(where, f"has more than {MAX_PHRASE_WORDS} words")
    return words, stems


def _entries(where: str, raw: object) -> Iterator[tuple[str, Any]]:
    """Each entry of a list with its place, counted from 1 as people do."""
    for number, entry in _entries_of(where, raw):
        yield f"{where}[{number}]", entry


def _entries_of(where: str, raw: object) -> Iterator[tuple[int, Any]]:
    if not isinstance(raw, list):
        raise _wrong(where, "must be a list")
    _check_length(where, raw)
    yield from enumerate(raw, 1)


def _check_length(where: str, raw: Sequence[object] | Mapping[str, object]) -> None:
    if len(raw) > MAX_ENTRIES:
        raise _wrong(where, f"has more than {MAX_ENTRIES:,} entries")


def _wrong(where: str, what: str) -> SettingsError:
    return SettingsError(f"{SETTING}: {where} {what}")
