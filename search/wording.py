"""What a query asks for: terms, each with every wording that means the same. Pure, given the catalogue's vocabulary.

Stop words are not terms. A word that no product has is corrected here, before Redis is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from search.lexicon import Phrase, synonym_groups, words
from search.normalise import Atom, query_atoms, stem
from search.vocabulary import Vocabulary

LONGEST_SYNONYM_WORDS = 4
RARE_SYNONYM_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Wording:
    """Words that say a term; `phrase` asks for them side by side in this order.

    `language` keeps a word that means something else in the other language to texts of its own.
    """

    words: tuple[str, ...]
    phrase: bool = False
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that a product must have. `frequency` is how many products do, by the vocabulary's count."""

    text: str
    wordings: tuple[Wording, ...]
    frequency: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """A query as terms. `corrected` is the whole query as it was understood, where a word was changed."""

    terms: tuple[Term, ...]
    corrected: str | None = None

    @property
    def for_accessory(self) -> bool:
        """True where an accessory itself is asked for ("laptop sleeve"), so that the whole title counts."""
        said = {word for term in self.terms for wording in term.wordings[:1] for word in wording.words}
        return not said.isdisjoint(words().accessory)


def warm() -> None:
    """Read the word lists now, so that the first question need not."""
    words()
    _synonyms()


def understand(q: str, vocabulary: Vocabulary) -> Wanted:
    """The terms of a query; none where it has only stop words or nothing."""
    said = list(query_atoms(q))
    corrected = _correct(said, vocabulary) if vocabulary else said
    # The query as it stands wins where it is a phrase with synonyms ("hot plate"), whatever its single words are.
    terms = _terms(corrected, vocabulary)
    text = " ".join(atom.text for atom in corrected) if corrected != said else None
    return Wanted(terms, text)


def _correct(said: Sequence[Atom], vocabulary: Vocabulary) -> list[Atom]:
    corrected: list[Atom] = []
    for place, atom in enumerate(said):
        before = corrected[-1].parts[-1] if corrected else ""
        after = said[place + 1].parts[0] if place + 1 < len(said) else ""
        word = atom.parts[0]
        if len(atom.parts) > 1 or atom.joined or _is_known(word, vocabulary):
            corrected.append(atom)
        elif better := vocabulary.correct(word, before, after):
            corrected.append(Atom((better,)))
        elif halves := vocabulary.split(word):
            corrected.extend(Atom((half,)) for half in halves)
        else:
            corrected.append(atom)
    return corrected


def _is_known(word: str, vocabulary: Vocabulary) -> bool:
    listed = word in words().stop or word in words().accessory
    return listed or (stem(word, "en"),) in _synonyms() or vocabulary.knows(word)


def _terms(said: Sequence[Atom], vocabulary: Vocabulary) -> tuple[Term, ...]:
    terms: list[Term] = []
    position = 0
    while position < len(said):
        taken, term = _synonym_at(said, position) or _joined_at(said, position, vocabulary) or (1, None)
        if term is None and not _is_stop_word(said[position]):
            term = Term(said[position].text, _wordings(said[position]))
        if term is not None and all(term.text != other.text for other in terms):
            terms.append(_counted(term, vocabulary))
        position += taken
    return tuple(terms)


def _wordings(atom: Atom) -> tuple[Wording, ...]:
    if atom.joined is None:
        return (Wording(atom.parts),)
    if len(atom.parts) == 1:  # a measure: "6 quarts" means 6qt, not any 6
        return (Wording((atom.joined,)),)
    return (Wording((atom.joined,)), Wording(atom.parts, phrase=True))


def _joined_at(said: Sequence[Atom], position: int, vocabulary: Vocabulary) -> tuple[int, Term] | None:
    """ "dish washer" also means "dishwasher" where the catalogue has that word."""
    for count in (3, 2):
        atoms = said[position : position + count]
        if len(atoms) < count or any(len(atom.parts) > 1 or atom.joined for atom in atoms):
            continue
        parts = tuple(atom.parts[0] for atom in atoms)
        joined = "".join(parts)
        if not any(part in words().stop for part in parts) and _is_title_word(joined, vocabulary):
            return count, Term(" ".join(parts), (Wording(parts), Wording((joined,))))
    return None


def _is_title_word(word: str, vocabulary: Vocabulary) -> bool:
    """Looked up as it is, and without the plural's s: stemming every pair of words would take longer than searching."""
    return bool(vocabulary.title_frequency(word) or vocabulary.title_frequency(word.removesuffix("s")))


def _synonym_at(said: Sequence[Atom], position: int) -> tuple[int, Term] | None:
    for count in range(min(LONGEST_SYNONYM_WORDS, len(said) - position), 0, -1):
        parts = tuple(part for atom in said[position : position + count] for part in atom.parts)
        for language in ("en", "fr"):
            group = _synonyms().get(tuple(stem(part, language) for part in parts))
            if group is not None:
                own = tuple(stem(part, language) for part in parts)
                others = (_synonym(each) for each in group if tuple(stem(w, language) for w in each.words) != own)
                return count, Term(" ".join(parts), (Wording(parts), *others))
    return None


def _synonym(phrase: Phrase) -> Wording:
    return Wording(phrase.words, phrase=len(phrase.words) > 1, language=phrase.language)


@cache
def _synonyms() -> dict[tuple[str, ...], tuple[Phrase, ...]]:
    """The group of each phrase, by its stems in either language."""
    groups: dict[tuple[str, ...], tuple[Phrase, ...]] = {}
    for group in synonym_groups():
        for phrase in group:
            for language in ("en", "fr"):
                groups.setdefault(tuple(stem(part, language) for part in phrase.words), group)
    return groups


def _counted(term: Term, vocabulary: Vocabulary) -> Term:
    """With its frequency, and without wordings that no product has."""
    counts = [min(vocabulary.frequency(word) for word in wording.words) for wording in term.wordings]
    titled = [min(vocabulary.title_frequency(word) for word in wording.words) for wording in term.wordings]
    # A synonym that hardly any product is called by would come first, as rare words score highest.
    floor = max(titled) * RARE_SYNONYM_SHARE
    known = tuple(
        wording
        for place, wording in enumerate(term.wordings)
        if counts[place] and (place == 0 or titled[place] >= floor)
    )
    return replace(term, wordings=known or term.wordings[:1], frequency=max(counts))


def _is_stop_word(atom: Atom) -> bool:
    return len(atom.parts) == 1 and atom.joined is None and atom.parts[0] in words().stop
