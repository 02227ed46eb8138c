"""Text of a feed cell as a person should read it: entities, tags, control characters, mojibake. Pure."""

import html
import re
import unicodedata

import ftfy

#: Nothing to do when a text has none of these: the common case by far.
_SUSPICIOUS = re.compile(r"[^ -~]|[&<]|  |^ | $")
_MOJIBAKE = re.compile(r"[ÃÂâðÐ][\u0080-\u00ff\u0152-\u2122]")
_DROPPED_ELEMENT = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
#: Bidirectional and zero-width marks, and characters without a meaning in text (U+FFFD stays: it shows a loss).
_INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def clean_text(raw: str) -> str:
    """The text in one line: entities resolved, tags and invisible characters removed, NFC."""
    if not _SUSPICIOUS.search(raw):
        return raw
    text = repair_mojibake(raw)
    for _ in range(2):  # exports are escaped once, now and then twice
        if "&" in text:
            text = html.unescape(text)
    if "<" in text:
        text = _TAG.sub(" ", _DROPPED_ELEMENT.sub(" ", text))
    text = _CONTROL.sub(" ", _INVISIBLE.sub("", text))
    return unicodedata.normalize("NFC", " ".join(text.split()))


def repair_mojibake(text: str) -> str:
    """`cafÃ©` → `café`: UTF-8 that some program before us read as Latin-1."""
    return ftfy.fix_encoding(text) if _MOJIBAKE.search(text) else text


def has_control(text: str) -> bool:
    """Whether an identifier holds characters that nobody can see or type."""
    return not text.isprintable() or bool(_INVISIBLE.search(text))


def cut(text: str, characters: int) -> str:
    """At most so many characters, cut at a word where there is one near the end."""
    if len(text) <= characters:
        return text
    head = text[:characters]
    at_word = head.rfind(" ", characters - 40)
    return head[:at_word] if at_word > 0 else head
