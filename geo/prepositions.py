"""The words around place names, and what those before a name say about its being a place."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib import resources

from geo.spelling import Word

Phrase = tuple[str, ...]
_A_IS_FRENCH = (("habite", "a"), ("suis", "a"), ("vis", "a"), ("sommes", "a"), ("magasin", "a"), ("magasins", "a"))


class Evidence(IntEnum):
    AGAINST = 0  # "moutarde de Dijon", "the Paris", "made in France"
    NONE = 1
    WEAK = 2  # in, at, en: also said of colours, states and times
    MIDDLING = 3  # French "à"
    ARTICLE_AND_PLACE = 4  # au Havre, aux Ulis
    STRONG = 5  # near, around, près de


@dataclass(frozen=True, slots=True)
class SentenceWords:
    """sentence_words.toml, read once."""

    before: dict[str, list[tuple[Phrase, Evidence]]]  # by the last word, the longest phrase first
    never_first: frozenset[str]
    articles: frozenset[str]
    after_place: frozenset[str]
    codes_that_are_words: frozenset[str]
    numbered_things: frozenset[str]
    units: frozenset[str]
    leading: tuple[Phrase, ...]
    trailing: tuple[Phrase, ...]
    district: frozenset[str]
    postcode: frozenset[str]
    everyday: frozenset[str]
    goods: frozenset[str]


@cache
def sentence_words() -> SentenceWords:
    """The lists, which are part of the package."""
    lists = tomllib.loads((resources.files("geo") / "sentence_words.toml").read_text())
    kinds = {name: Evidence[name.upper()] for name in ("strong", "middling", "weak", "against")}
    before = [(tuple(text.split()), kinds[kind]) for kind, texts in lists["before"].items() for text in texts]
    # The longest phrase decides: "made in" before "in", "près de" before "de".
    before.sort(key=lambda item: (-len(item[0]), -item[1]))
    by_last_word: dict[str, list[tuple[Phrase, Evidence]]] = defaultdict(list)
    for phrase, evidence in before:
        by_last_word[phrase[-1]].append((phrase, evidence))
    sets = {name: frozenset(text.split()) for name, text in lists["sentence"].items()}
    around = lists["around"]
    return SentenceWords(
        before=by_last_word,
        **sets,
        leading=tuple(tuple(text.split()) for text in around["leading"]),
        trailing=tuple(tuple(text.split()) for text in around["trailing"]),
        district=frozenset(around["district"].split()),
        postcode=frozenset(around["postcode"].split()),
        everyday=frozenset(lists["words"]["everyday"].split()),
        goods=frozenset(lists["words"]["goods"].split()),
    )


def evidence_before(words: Sequence[Word], at: int) -> Evidence:
    """The evidence in the words just before position at."""
    if at == 0 or words[at].comma_before or words[at].stop_before or words[at].hyphen_before:
        return Evidence.NONE
    before = tuple(word.key for word in words[max(0, at - 4) : at])
    if before[-1] in ("au", "aux"):
        return Evidence.ARTICLE_AND_PLACE
    if before[-1] == "a" and not words[at - 1].accented and before[-2:] not in _A_IS_FRENCH:
        return Evidence.NONE  # the English article, or a French "à" in a hurry
    for phrase, evidence in sentence_words().before.get(before[-1], ()):
        if before[-len(phrase) :] == phrase:
            return evidence
    return Evidence.NONE


def is_numbered_thing(words: Sequence[Word], at: int) -> bool:
    """Whether five digits are a model, an order or an amount rather than a postcode."""
    lists = sentence_words()
    if at and words[at - 1].key in lists.numbered_things:
        return True
    if at and words[at].hyphen_before and words[at - 1].key not in ("f", "fr"):
        return True  # PC3-12800
    return at + 1 < len(words) and words[at + 1].key in lists.units
