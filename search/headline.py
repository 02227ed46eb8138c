"""What a title says the product is, as opposed to what it is for: "gasket for pressure cooker" is none. Pure.

A title is kept as an outline, computed once when it is indexed: its stems with marks, segments parted by "|".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from search.folding import fold
from search.lexicon import words
from search.normalise import atoms, stem

PURPOSE, COMPANY, OF, BREAK = "^for", "^with", "^of", "|"
_ACCESSORY_MARK = "!"
_SEGMENTS = re.compile(r"\s[-–—/|•]+\s|[;:()\[\]|]|,(?!\d)|(?<=\w)/(?=\w)")

#: One way to say a term, as stems.
Wording = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """`coverage` is the share of the title's words that were asked for, `found` how many terms the title has."""

    found: int
    coverage: float
    accessory: bool


def outline(title: str, language: str = "en") -> str:
    lists = words()
    marks = {
        **dict.fromkeys(lists.of, OF),
        **dict.fromkeys(lists.company, COMPANY),
        **dict.fromkeys(lists.purpose, PURPOSE),
    }
    segments = []
    for segment in _SEGMENTS.split(fold(title)):
        said: list[str] = []
        for atom in atoms(segment):
            for part in (*atom.parts, *([atom.joined] if atom.joined else [])):
                mark = _ACCESSORY_MARK if part in lists.accessory else ""
                said.append(marks.get(part) or stem(part, language) + mark)
        if said:
            segments.append(" ".join(said))
    return f" {BREAK} ".join(segments)


def judge(outlined: str, terms: list[list[Wording]], *, nouns_lead: bool = False) -> Judgement:
    """How a title meets the terms. `nouns_lead`: the noun stands before what it belongs to, as in French."""
    said = outlined.split()
    plain = [word.rstrip(_ACCESSORY_MARK) for word in said]
    places: set[int] = set()
    found = 0
    for wordings in terms:
        at = _places(plain, wordings)
        found += bool(at)
        places.update(at)
    if not places:
        return Judgement(0, 0.0, accessory=False)
    first, last = min(places), max(places)
    countable = sum(word[0] not in "^|" for word in said)
    accessory = _said_as_purpose(said, first, nouns_lead) or _owns_accessory(said, last, places)
    return Judgement(found, min(1.0, len(places) / max(1, countable)), accessory)


def _places(plain: list[str], wordings: list[Wording]) -> list[int]:
    for wording in wordings:
        if all(stem_ in plain for stem_ in wording):
            return [plain.index(stem_) for stem_ in wording]
    return []


def _said_as_purpose(said: list[str], first: int, nouns_lead: bool) -> bool:
    before = said[:first]
    if PURPOSE in before:
        return True
    segment = before[len(before) - before[::-1].index(BREAK) :] if BREAK in before else before
    return bool(segment) and segment[0].endswith(_ACCESSORY_MARK) and (nouns_lead or OF in segment)


def _owns_accessory(said: list[str], last: int, places: set[int]) -> bool:
    for place in range(last + 1, len(said)):
        word = said[place]
        if word[0] in "^|":
            return False
        if word.endswith(_ACCESSORY_MARK) and place not in places:
            return True
    return False
