"""Cleans a message and reads it piece by piece; the folded copy has the same length, so positions fit both."""

from __future__ import annotations

import re
import unicodedata

MAX_CHARACTERS = 2000
#: Stands where something was understood already. Cleaning removes it from what people write.
TAKEN = "\x00"

_LOOKALIKES = str.maketrans("’‘ʼ`´′“”«»„‐‑‒–—−×", "''''''\"\"\"\"\"------x")
_SPACES = re.compile(r"\s+")


def word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


def clean(text: str) -> str:
    """Compatibility forms unified; control, direction and zero-width characters gone; spaces single; bounded."""
    unified = unicodedata.normalize("NFKC", text[: MAX_CHARACTERS * 2])
    kept = "".join(_visible(character) for character in unified)
    return _SPACES.sub(" ", kept).strip()[:MAX_CHARACTERS]


def fold(text: str) -> str:
    """Lower case without accents, one character for each character of `text`."""
    if text.isascii():
        return text.lower().translate(_LOOKALIKES)
    return "".join(_plain(character) for character in text).translate(_LOOKALIKES)


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cc":
        return " "
    return "" if category in ("Cf", "Co", "Cs", "Cn") else character


def _plain(character: str) -> str:
    if character.isascii():
        return character.lower()
    return unicodedata.normalize("NFD", character.lower())[0]


class Canvas:
    """A message being read. Each reader takes what it understands; what is left is for the next."""

    def __init__(self, text: str) -> None:
        self.text = clean(text)
        self.folded = fold(self.text)
        self.whole = self.folded

    def copy(self) -> Canvas:
        """For trying something that may not stand."""
        twin = Canvas.__new__(Canvas)
        twin.text, twin.folded, twin.whole = self.text, self.folded, self.whole
        return twin

    def take(self, start: int, end: int) -> None:
        self.folded = self.folded[:start] + TAKEN * (end - start) + self.folded[end:]

    def find(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        return pattern.search(self.folded)

    def take_first(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.search(self.folded)
        if found:
            self.take(*found.span())
        return found

    def take_all(self, pattern: re.Pattern[str]) -> list[re.Match[str]]:
        found = list(pattern.finditer(self.folded))
        for match in found:
            self.take(*match.span())
        return found

    def words_left(self) -> list[str]:
        return re.findall(r"[^\W_]+", self.folded.replace(TAKEN, " "))
