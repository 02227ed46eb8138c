"""Text made comparable: entities, compatibility forms, case and accents. Pure."""

from __future__ import annotations

import html
import re
import unicodedata

#: Longer texts are cut; a title or a description that is longer says nothing more.
MAX_TEXT_CHARS = 20_000

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "’": "'", "‘": "'", "“": '"', "”": '"'})
#: Before compatibility forms, which would make letters or spaces of them.
_SIGNS = str.maketrans({"´": "'", "`": "'", "ʼ": "'", "º": "°"})
#: Kept from becoming letters by compatibility forms: "Apple™" is not "appletm".
_MARKS = re.compile("[®™©℠]")
_ASCII = re.compile(r"[\x20-\x7e]*")


def html_unescape(text: str) -> str:
    """HTML entities as their characters, also where an export escaped them twice."""
    return html.unescape(html.unescape(text)) if "&" in text else text


def fold(text: str) -> str:
    """Lower case without accents, marks and invisible characters; the same on both sides of every comparison."""
    text = html_unescape(text[:MAX_TEXT_CHARS])
    if _ASCII.fullmatch(text):
        return text.lower().replace("`", "'")
    text = unicodedata.normalize("NFKC", _MARKS.sub(" ", text).translate(_SIGNS)).casefold().translate(_LIGATURES)
    return unicodedata.normalize("NFD", text).translate(_VISIBLE)


def fold_value(text: str) -> str:
    """A brand, category or city for comparison as a whole: folded, with single spaces."""
    return " ".join(fold(text).split())


class _Visible(dict[int, int | None]):
    """Per character, once: None drops it, 32 parts words."""

    def __missing__(self, code: int) -> int | None:
        category = unicodedata.category(chr(code))
        self[code] = None if category in {"Mn", "Cf"} else 32 if category[0] in "CZ" else code
        return self[code]


_VISIBLE = _Visible()
