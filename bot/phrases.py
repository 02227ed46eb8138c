"""Translation catalogues: sentences by id and language, with plural forms. Loaded once, handed to the wording."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from babel import Locale

LANGUAGES = ("en", "fr")
_NARROW_NO_BREAK_SPACE = "\u202f"
_NO_BREAK_SPACE = "\u00a0"

Sentence = str | dict[str, str]


@dataclass(frozen=True, slots=True)
class Phrases:
    """All sentences of one language."""

    language: str
    sentences: dict[str, Sentence]

    def pick(self, key: str, count: int) -> str:
        """The sentence, in the plural form that the language wants for `count`."""
        found = self.sentences[key]
        if isinstance(found, str):
            return found
        form = Locale.parse(self.language).plural_form(count)
        return found.get(form, found["other"])


@cache
def load_phrases() -> dict[str, Phrases]:
    """The catalogues that come with the package."""
    return {language: Phrases(language, _read(language)) for language in LANGUAGES}


def _read(language: str) -> dict[str, Sentence]:
    text = resources.files("bot").joinpath("locales", f"{language}.toml").read_text("utf-8")
    return {key: _typeset(value, language) for key, value in tomllib.loads(text).items()}


def _typeset(sentence: Sentence, language: str) -> Sentence:
    """French wants unbreakable spaces before ; : ! ? and inside quotes; the catalogue is written with plain ones."""
    if isinstance(sentence, dict):
        return {form: str(_typeset(text, language)) for form, text in sentence.items()}
    if language != "fr":
        return sentence
    for mark in ";!?":
        sentence = sentence.replace(f" {mark}", f"{_NARROW_NO_BREAK_SPACE}{mark}")
    return (
        sentence.replace(" :", f"{_NO_BREAK_SPACE}:")
        .replace("« ", f"«{_NO_BREAK_SPACE}")
        .replace(" »", f"{_NO_BREAK_SPACE}»")
    )
