"""Stores by name: "at the Union Square store", "the one in Evanston", "is it at Bellecour"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.understanding.normalise import Canvas, fold

_STORE_WORD = r"(?:store|shop|branch|location|outlet|showroom)"
_NO_STORE_NAME = (
    r"nearest|closest|same|other|first|second|third|next|last|local|nearby|near|best|any|right|whole|app|grocery|"
    r"hardware|online|apple|pet|phone|address|number|price|hours|name|nearer|cheapest|1st|2nd|3rd|which|what|big|new|"
    r"actual|your|your nearest|your closest"
)
_STORE_NAMED = [
    re.compile(
        rf"\b(?:(?:at|in|from|to|of|for|does|is) )?(?:the|"
        rf"your) (?P<name>(?!(?:{_NO_STORE_NAME})\b)[\w'.&-]+(?: (?!(?:the|of|your|at|"
        rf"in)\b)[\w'.&-]+){{0,3}}?) {_STORE_WORD}\b"
    ),
    re.compile(
        rf"\b(?:at |in |from |to |of |for )?(?:the|your) {_STORE_WORD} (?:in|at|on|of|called|named|"
        rf"near) (?P<name>[\w'.&-]+(?: (?!with|have|has|in stock|please)[\w'.&-]+){{0,3}})"
    ),
    re.compile(
        r"\b(?:au|du|le|dans le|dans votre|a votre|votre|a la|de la|la|dans la) (?:magasin|boutique) (?!(?:la |"
        r"le )?plus\b|qui\b|avec\b|ou\b|est\b|a t|ferme|ouvre|a un)(?:de la |de l'|des |du |de |d'|a |au |"
        r"en )?(?P<name>[\w'.&-]+(?: (?!avec|qui|en stock|svp|stp|est|a|ferme|ouvre|est-il)[\w'.&-]+){0,3})"
    ),
]
_ONE_IN = re.compile(
    r"\b(?:the one|that one|celui|celle)(?: (?:in|at|on|from|near))? (?:de la |de l'|des |du |de |d'|a |"
    r"the )?(?P<name>(?!la\b|ci\b|\d)[\w'.&-]+(?: [\w'.&-]+){0,2})"
)
_IT = re.compile(r"\b(?:it|them|they|this|that|il|elle|ils|elles|ca|l'avez|les avez|l'as|en avez|en as)\b")
_AROUND_NAME = re.compile(
    r"^(?:the|le|la|les|celui|celle)(?: d[eu]| des)? |"
    r" (?:one|stores?|shop|instead|please|pls|too|then|plutot|svp|stp)$",
    re.IGNORECASE,
)
_AT_END = re.compile(r"\b(?:at|a|chez) (?P<name>[a-z][\w'.&-]+(?: [\w'.&-]+){0,3}) ?[?.!]*$")


def read_store(canvas: Canvas) -> str | None:
    """The name before or after the word "store"."""
    for pattern in _STORE_NAMED:
        if found := canvas.take_first(pattern):
            return canvas.text[found.start("name") : found.end("name")].strip(" .-'")
    return None


def store_name(words: str) -> str:
    """A store's name without what stands around it: "the evanston one please"."""
    return _AROUND_NAME.sub("", words.strip(" .-'?!"))


def read_shown_store(canvas: Canvas, labels: Sequence[str]) -> str | None:
    """The words of "the one in Evanston", where the shown list has such a store."""
    found = canvas.find(_ONE_IN)
    if not found or not any(_named_by(found["name"], label) for label in labels):
        return None
    canvas.take(*found.span())
    return canvas.text[found.start("name") : found.end("name")]


def place_of_it(canvas: Canvas) -> re.Match[str] | None:
    """The `name` after "at" in "is it at Union Square": perhaps a store. It stays on the canvas."""
    return canvas.find(_AT_END) if _IT.search(canvas.folded) else None


def _named_by(name: str, label: str) -> bool:
    said = re.findall(r"\w+", fold(label))
    return all(word in said for word in re.findall(r"\w+", name))
