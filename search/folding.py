"""Text made comparable: entities, compatibility forms, case and accents. Pure."""

from __future__ import annotations

import html
import re
import unicodedata

#: Longer texts are cut; a title or a description that is longer says nothing more.
MAX_TEXT_CHARS = 20_000

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "’": "'", "‘": "'", "“": '"', "”": '"'})
#: Kept from becoming letters by compatibility forms: "Apple™" is not "appletm".
_MARKS = re.compile("[®™©℠]")
_ASCII = re.compile(r"[\x20-\x7e]*")


def html_unescape(text: str) -> str:
    """HTML entities as their characters, once."""
    return html.unescape(text) if "&" in text else text


def fold(text: str) -> str:
    """Lower case without accents, marks and invisible characters; the same on both sides of every comparison."""
    text = html_unescape(text[:MAX_TEXT_CHARS])
    if _ASCII.fullmatch(text):
        return text.lower()
    text = unicodedata.normalize("NFKC", _MARKS.sub(" ", text)).casefold().translate(_LIGATURES)
    return "".join(_visible(text))


def fold_value(text: str) -> str:
    """A brand, category or city for comparison as a whole: folded, with single spaces."""
    return " ".join(fold(text).split())


def _visible(text: str) -> list[str]:
    kept = []
    for char in unicodedata.normalize("NFD", text):
        category = unicodedata.category(char)
        if category in {"Mn", "Cf"}:
            continue
        kept.append(" " if category[0] in "CZ" else char)
    return kept
