"""Words written apart, with a hyphen or together: one form for all, the one that titles prefer. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from search.lexicon import words
from search.normalise import MAX_TOKEN_CHARS, Atom
from search.vocabulary import Vocabulary

#: A model number may be read with a break at every change of letters and digits.
MOST_CODE_PARTS, MOST_WORD_PARTS = 7, 3
#: A form that has less than this share of the titles does not count.
CLEARLY = 10
SHORTEST_SPLIT = 4
#: So many titles make sure that a number and a word are one name ("ps3") and not neighbours by chance.
SURE_NAMES = 3
CODE_CHARS = 5
#: A little word is part of another one ("tab les") only where so many titles have the whole.
SURE_WORDS = 10
#: Two usual words are hardly ever meant as one that so many times fewer titles have.
HARDLY = 100


def settled(said: Sequence[Atom], vocabulary: Vocabulary) -> tuple[list[Atom], bool]:
    """The query's atoms with compounds in their usual form; and whether a word that no title has was taken apart."""
    tokens = list(_tokens(said))
    found: list[Atom] = []
    torn = False
    place = 0
    while place < len(tokens):
        count, atoms = _joined(tokens, place, vocabulary)
        torn = torn or (count == 1 and atoms is not None and not vocabulary.joined_frequency(tokens[place][1]))
        found.extend(atoms or [tokens[place][0]])
        place += count
    return _without_stray_letters(found, vocabulary), torn


def split(word: str, vocabulary: Vocabulary) -> list[Atom] | None:
    """ "harddrive" as "hard drive", where titles nearly always write it so; both, where some do."""
    if len(word) < SHORTEST_SPLIT or (halves := vocabulary.split(word)) is None:
        return None
    together, apart = vocabulary.joined_frequency(word), vocabulary.beside(*halves)
    if together and apart < together * CLEARLY:
        return [_compound(halves, word, vocabulary)]
    return [Atom((half,)) for half in halves]


def _tokens(said: Sequence[Atom]) -> Iterator[tuple[Atom, str, bool]]:
    """Each word by itself, as it was typed, and whether a hyphen ties it to the next one."""
    for atom in said:
        if atom.is_measure:
            yield atom, atom.typed or atom.parts[0], False
            continue
        for place, part in enumerate(atom.parts):
            yield Atom((part,)), part, place + 1 < len(atom.parts)


def _joined(
    tokens: Sequence[tuple[Atom, str, bool]], place: int, vocabulary: Vocabulary
) -> tuple[int, list[Atom] | None]:
    """How many tokens from here on are one compound, and what it is."""
    most = MOST_CODE_PARTS if len(tokens) - place > MOST_WORD_PARTS else MOST_WORD_PARTS
    said = [typed for _, typed, _ in tokens[place : place + most]]
    most = len(said) if any(not typed.isalpha() for typed in said) else min(len(said), MOST_WORD_PARTS)
    for count in range(most, 1, -1):
        parts = tuple(said[:count])
        word = "".join(parts).replace("_", "")
        has_digit = not word.isalpha()
        if (count > MOST_WORD_PARTS and not has_digit) or len(word) > MAX_TOKEN_CHARS or word.isdigit():
            continue
        is_exact = has_digit or len(parts[-1]) == 1  # "galaxia s" is no plural
        together = vocabulary.title_frequency(word) if is_exact else vocabulary.joined_frequency(word)
        if not together or not _is_one(parts, word, together, vocabulary):
            continue
        if count == 2 and not has_digit and _fits_better(tokens[place + 1 : place + 3], together, vocabulary):
            continue
        return count, [_compound(parts, word, vocabulary)]
    atom, typed, _ = tokens[place]
    return 1, None if atom.is_measure else split(typed, vocabulary)


def _fits_better(following: Sequence[tuple[Atom, str, bool]], together: int, vocabulary: Vocabulary) -> bool:
    """In "audio book shelf" the second word belongs to the third."""
    parts = tuple(typed for _, typed, _ in following)
    word = "".join(parts)
    rival = vocabulary.joined_frequency(word) if len(parts) == 2 else 0
    return rival > together and _is_one(parts, word, rival, vocabulary)


def _is_one(parts: Sequence[str], word: str, together: int, vocabulary: Vocabulary) -> bool:
    apart = min(vocabulary.beside(left, right) for left, right in pairwise(parts))
    if together * CLEARLY < apart:
        return False
    usual = min(vocabulary.title_frequency(part) for part in parts)
    if not usual:
        return True
    if len(word) >= CODE_CHARS and not word.isalpha():
        return True
    little = sum(part in words().stop for part in (parts[0], parts[-1]))
    if little and not apart:
        return little == 1 and together >= SURE_WORDS
    if word.isalpha():
        return bool(apart) or together * HARDLY >= usual
    return len(parts) > 2 or bool(apart) or together >= SURE_NAMES


def _compound(parts: tuple[str, ...], word: str, vocabulary: Vocabulary) -> Atom:
    """Both forms, or the joined one alone where hardly any title writes it apart."""
    apart = min(vocabulary.beside(left, right) for left, right in pairwise(parts))
    return Atom((word,)) if apart * CLEARLY < vocabulary.joined_frequency(word) else Atom(parts, word)


def _without_stray_letters(said: Sequence[Atom], vocabulary: Vocabulary) -> list[Atom]:
    """ "collector s edition" and "l oreal": the letter was a possessive's or an elision's."""
    kept: list[Atom] = []
    for place, atom in enumerate(said):
        letter = atom.parts[0]
        before = said[place - 1].parts[-1] if place else ""
        after = said[place + 1].parts[0] if place + 1 < len(said) else ""
        stray = (letter == "s" and before.isalpha()) or (
            letter in {"l", "d", "j", "n", "c"} and after.isalpha() and after
        )
        if stray and not atom.joined and not (vocabulary.beside(before, letter) or vocabulary.beside(letter, after)):
            continue
        kept.append(atom)
    return kept
