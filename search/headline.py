"""What a title names the product as, without what it is for: a "gasket for pressure cooker" is a gasket. Pure."""

from __future__ import annotations

import re

from search.folding import fold
from search.lexicon import words
from search.normalise import Atom, atoms, index_terms

_SEGMENTS = re.compile(r"\s[-–—/|•]+\s|[;:()\[\]|]|,(?!\d)|(?<=\w)/(?=[^\W\d])")


def named(title: str, language: str = "en") -> str:
    """The part of a title that says what the product is.

    Dropped are: everything from "for" on, what follows "with" in its segment, and the words before a closing
    accessory noun ("laptop sleeve") or, in French, after a leading one ("couvercle d'autocuiseur").
    """
    kept: list[str] = []
    for segment in _SEGMENTS.split(fold(title)):
        said = atoms(segment)
        purpose = next((place for place, atom in enumerate(said) if _is(atom, words().purpose)), None)
        kept.append(_noun(said[:purpose], language))
        if purpose is not None:
            break
    return " | ".join(part for part in kept if part)


def named_terms(title: str, language: str = "en") -> list[str]:
    return [term for part in named(title, language).split(" | ") for term in index_terms(part, language)]


def _noun(said: tuple[Atom, ...], language: str) -> str:
    company = next((place for place, atom in enumerate(said) if place and _is(atom, words().company)), len(said))
    said = said[:company]
    if not said:
        return ""
    leading = said[:1] if _is(said[0], words().accessory) else ()
    if language == "fr":
        said = leading or said
    elif _is(said[_last_word(said)], words().accessory):
        said = said[_last_word(said) :]
    elif leading and len(said) > 1 and _is(said[1], words().of):
        said = leading
    return " ".join("-".join(atom.parts) if len(atom.parts) > 1 else atom.joined or atom.text for atom in said)


def _last_word(said: tuple[Atom, ...]) -> int:
    """The place of the last atom that is no number, measure or stop word: "32 to 55 inches" often closes a title."""
    closing = words().stop
    for place in range(len(said) - 1, -1, -1):
        if not said[place].parts[0][0].isdigit() and not _is(said[place], closing):
            return place
    return len(said) - 1


def _is(atom: Atom, listed: frozenset[str]) -> bool:
    return len(atom.parts) == 1 and atom.joined is None and atom.parts[0] in listed
