"""Pure: how place names are compared: folded words with their positions, and the key that the index is sorted by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

MAX_TEXT_LENGTH = 2_000
MAX_WORDS = 200
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_WORD = re.compile(r"(?:[^\W\d_]\.){2,}[^\W\d_]?(?![^\W_])|[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*")
# One spelling per abbreviation, used both when the index is built and when it is asked.
_SHORT = {"saint": "st", "sainte": "ste", "saints": "sts", "mount": "mt", "fort": "ft"}
_PHRASE_GAP = re.compile(r"[ \t\u00a0'’`´/&.,()#@°\-‐-―]*")
_DASH = re.compile(r"\s[-‐-―]+\s")
_ABBREVIATIONS = frozenset({"st", "ste", "sts", "mt", "ft", "pt", "n", "s", "e", "w"})


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: text[start:end], and the form in which it is compared."""

    start: int
    end: int
    key: str
    capital: bool
    upper: bool
    accented: bool
    hyphen_before: bool
    comma_before: bool  # a comma or bracket stands before it
    stop_before: bool  # a new sentence starts here


def fold(text: str) -> str:
    """Lower case without accents or compatibility forms."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS))
    return "".join(char for char in decomposed if not unicodedata.combining(char)).translate(_LETTERS)


def words(text: str) -> list[Word]:
    """The words of a text, at most MAX_WORDS of its first MAX_TEXT_LENGTH characters."""
    text = text[:MAX_TEXT_LENGTH]
    found: list[Word] = []
    previous_end = 0
    for match in _WORD.finditer(text):
        raw = match.group()
        key = fold(raw).replace(".", "")  # D.C. is one word
        if not key:
            continue
        gap = text[previous_end : match.start()]
        dotted = "." in gap and not (found and found[-1].key in _ABBREVIATIONS)
        stop = not found or dotted or not _PHRASE_GAP.fullmatch(gap) or _DASH.search(gap) is not None
        found.append(
            Word(
                start=match.start(),
                end=match.end(),
                key=_SHORT.get(key, key),
                capital=raw[0].isupper(),
                upper=raw.isupper(),
                accented=not raw.isascii(),
                hyphen_before=gap == "-",
                comma_before=any(char in gap for char in ",("),
                stop_before=stop,
            )
        )
        previous_end = match.end()
        if len(found) == MAX_WORDS:
            break
    return found


def key_of(text: str) -> str:
    """The key under which a name is found: "Saint-Étienne" → "st etienne"."""
    return " ".join(word.key for word in words(text))


def join_keys(chosen: Iterable[Word]) -> str:
    """The key of some words in a row."""
    return " ".join(word.key for word in chosen)
