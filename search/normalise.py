"""Text to terms, the same for products and queries: words, compounds ("t-shirt"), measures ("55 inch"), stems. Pure.

A text is read as a list of atoms. A product is indexed under every form of an atom, a query needs one of them.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from functools import cache, lru_cache

import snowballstemmer

from search.folding import fold
from search.lexicon import words

MAX_QUERY_CHARS = 500
MAX_TOKENS = 16
MAX_TOKEN_CHARS = 64
MAX_COMPOUND_PARTS = 4

_INCH = re.compile(r"(?<=\d)\s?(?:\"|''|′′|\\)(?!\d)")  # folding makes ″ two ′
_FOOT = re.compile(r"(?<=\d)\s?['′](?!\w)")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_DECIMAL = re.compile(r"(?<=\d)[.,](?=\d)")
_DEGREES = re.compile(r"(?<=\d)\s?°")
#: "10x12", "10 x 12", "10 × 12 x 3", "10 by 12": one measure.
_TIMES = re.compile(r"(?<![\w.])\d+(?:\s?(?:[x×*]|\bby\b)\s?\d+)+(?![\w.])")
#: "in." and, before a word or at the end, "in": inches after a number, but not in "3 in 1" and "2 in stock".
_IN = re.compile(r"(?<=\d)(?:\s?-?in\.(?!\w)|\s-?in(?=\s*$|\s+[a-z]))(?!\s+(?:stock|store|the|my|a|an|this|one|all)\b)")
_POSSESSIVE = re.compile(r"(?<=\w)\s?['′]s\b")
_ELISION = re.compile(r"\b(?:[cdjlmnst]|qu)'(?=\w)")
_COMPOUND = re.compile(r"\w+(?:[-‐-―&+'.]\w+)*")
_PART = re.compile(r"\w+")
_NUMBER_UNIT = re.compile(r"(\d+(?:_\d+)?)([a-z]+)")


@dataclass(frozen=True, slots=True)
class Atom:
    """One thing said: `parts` in order, or `joined` as one token where there are several or a measure.

    `typed` is a measure as it was written, in one piece ("6quarts").
    """

    parts: tuple[str, ...]
    joined: str | None = None
    typed: str | None = field(default=None, compare=False)

    @property
    def is_measure(self) -> bool:
        return self.joined is not None and len(self.parts) == 1

    @property
    def text(self) -> str:
        return (self.joined or "").replace("_", ".") if self.is_measure else " ".join(self.parts)


@lru_cache(maxsize=1024)
def atoms(text: str, limit: int | None = None) -> tuple[Atom, ...]:
    """What a text says. Text after `limit` tokens is left out."""
    found: list[Atom] = []
    count = 0
    for match in _COMPOUND.finditer(_prepare(fold(text))):
        said = match[0]
        parts = (said[:MAX_TOKEN_CHARS],) if said.isalnum() else _parts(said)
        if limit is not None and count + len(parts) > limit:
            break
        count += len(parts)
        _append(found, parts)
    return tuple(found)


def tokens(text: str) -> list[str]:
    """The plain words of a query, at most MAX_TOKENS of MAX_TOKEN_CHARS."""
    return [part for atom in query_atoms(text) for part in atom.parts]


def query_atoms(text: str) -> tuple[Atom, ...]:
    return atoms(text[:MAX_QUERY_CHARS], MAX_TOKENS)


def index_terms(text: str, language: str = "en") -> list[str]:
    """Every term that a product with this text is found under, in the order of the text."""
    terms: list[str] = []
    for atom in atoms(text):
        terms.extend(stem(part, language) for part in atom.parts)
        if atom.joined:
            terms.append(stem(atom.joined, language))
    return terms


@lru_cache(maxsize=200_000)
def stem(word: str, language: str = "en") -> str:
    """The word without its ending ("cookers", "cooker"); numbers and codes stay."""
    if len(word) < 3 or not word.isalpha() or not word.isascii():
        return word
    stemmer, lock = _stemmer(language)
    with lock:
        return str(stemmer.stemWord(word))


@cache
def _stemmer(language: str) -> tuple[snowballstemmer.stemmer, threading.Lock]:
    """Stemmers keep state while they work, so each has a lock."""
    return snowballstemmer.stemmer("french" if language == "fr" else "english"), threading.Lock()


def _prepare(folded: str) -> str:
    text = _TIMES.sub(_times, folded) if "x" in folded or "×" in folded or "*" in folded or "by" in folded else folded
    text = _INCH.sub(" inch ", _POSSESSIVE.sub("", text))
    text = _IN.sub(" inch ", _DEGREES.sub(" degree ", text))
    text = _FOOT.sub(" ft ", text)
    text = _DECIMAL.sub("_", _THOUSANDS.sub("", text))
    return _ELISION.sub("", text).replace("×", " x ")


def _times(match: re.Match[str]) -> str:
    return "x".join(re.findall(r"\d+", match[0]))


def _parts(compound: str) -> tuple[str, ...]:
    return tuple(part[:MAX_TOKEN_CHARS] for part in _PART.findall(compound))


def _append(found: list[Atom], parts: tuple[str, ...]) -> None:
    """Add the parts; a unit joins the number before it, wherever the two were written apart."""
    units = words().units
    if len(parts) == 1:
        unit = units.get(parts[0])
        if unit and found and parts[0] not in words().touching_units and _is_number(found[-1]):
            found[-1] = _measure(found[-1].parts[0], unit, parts[0])
            return
        found.append(_measured(parts[0]) if parts[0][0].isdigit() else Atom(parts))
        return
    if len(parts) == 2 and _number(parts[0]) and parts[1] in units:
        found.append(_measure(parts[0], units[parts[1]], parts[1]))
        return
    joined = "".join(parts)
    short = len(parts) <= MAX_COMPOUND_PARTS and len(joined) <= MAX_TOKEN_CHARS
    found.append(Atom(parts, joined if short else None))


def _measured(token: str) -> Atom:
    """ "6qt" and "55in" in one piece."""
    match = _NUMBER_UNIT.fullmatch(token)
    unit = words().units.get(match[2]) if match else None
    return _measure(match[1], unit, match[2]) if match and unit else Atom((token,))


def _measure(number: str, unit: str, typed: str) -> Atom:
    return Atom((number,), number + unit, number + typed)


def _number(token: str) -> bool:
    return token.replace("_", "").isdigit()


def _is_number(atom: Atom) -> bool:
    return atom.joined is None and len(atom.parts) == 1 and _number(atom.parts[0])
