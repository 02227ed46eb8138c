"""What a query asks for: terms, each with every wording that means the same. Pure, given the catalogue's vocabulary.

Stop words are not terms. A word that no product has is corrected here, before Redis is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from search import compounds
from search.lexicon import Phrase, synonyms, words
from search.normalise import Atom, query_atoms, stem
from search.spelling import Choices
from search.vocabulary import Vocabulary

LONGEST_SYNONYM_WORDS = 4
RARE_SYNONYM_SHARE = 0.1
LEAST_CODE_CHARS = 4


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
    #: Other ways to correct it, for where the first one is not found as a whole.
    alternatives: tuple[Wanted, ...] = ()
    #: Where the catalogue has none of the words: words that look like parts or beginnings of them.
    guesses: tuple[Term, ...] = ()

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
    """The terms of a query. Stop words are none, unless there is nothing else."""
    said = list(query_atoms(q))
    if not vocabulary:
        return Wanted(_terms(said, vocabulary))
    settled, torn = compounds.settled(said, vocabulary)
    corrected, *others = _corrections(settled, vocabulary)
    wanted = _wanted(corrected, vocabulary, changed=torn or corrected != settled)
    if not wanted.terms and (name := _little_words(said, vocabulary)):
        return Wanted((name,))
    if not any(term.frequency for term in wanted.terms):
        return replace(wanted, guesses=_guesses(corrected, vocabulary))
    return replace(wanted, alternatives=tuple(_wanted(other, vocabulary, changed=True) for other in others))


def _little_words(said: Sequence[Atom], vocabulary: Vocabulary) -> Term | None:
    """ "for you": little words alone are a name where titles have them side by side."""
    parts = tuple(part for atom in said for part in atom.parts)
    if len(parts) < 2 or not all(vocabulary.beside(left, right) for left, right in pairwise(parts)):
        return None
    return _counted(Term(" ".join(parts), (Wording(parts, phrase=True),)), vocabulary)


def _wanted(said: Sequence[Atom], vocabulary: Vocabulary, *, changed: bool) -> Wanted:
    # A word that was corrected may now be half of a compound.
    atoms = compounds.settled(said, vocabulary)[0] if changed else said
    return Wanted(_terms(atoms, vocabulary), " ".join(atom.text for atom in atoms) if changed else None)


def _guesses(said: Sequence[Atom], vocabulary: Vocabulary) -> tuple[Term, ...]:
    found = dict.fromkeys(guess for atom in said for part in atom.parts for guess in vocabulary.resembling(part))
    return tuple(_counted(Term(word, (Wording((word,)),)), vocabulary) for word in found)


def _corrections(said: Sequence[Atom], vocabulary: Vocabulary) -> list[list[Atom]]:
    """With words corrected that no product has; then with other choices for one of them."""
    best: list[Atom] = []
    others: tuple[str, ...] = ()
    place_of_others = 0
    for place, atom in enumerate(said):
        before = best[-1].parts[-1] if best else ""
        after = said[place + 1].parts[0] if place + 1 < len(said) else ""
        choices = Choices() if _is_sure(atom, vocabulary) else vocabulary.corrections(atom.parts[0], before, after)
        doubtful = choices.words[1:] if choices.is_sure else choices.words
        if doubtful and len(said) > 1 and not others:
            others, place_of_others = doubtful, place
        best.append(Atom((choices.words[0],)) if choices.is_sure else atom)
    return [best, *([*best[:place_of_others], Atom((other,)), *best[place_of_others + 1 :]] for other in others)]


def _is_sure(atom: Atom, vocabulary: Vocabulary) -> bool:
    return len(atom.parts) > 1 or atom.joined is not None or _is_known(atom.parts[0], vocabulary)


def _is_known(word: str, vocabulary: Vocabulary) -> bool:
    listed = word in words().stop or word in words().accessory
    return listed or (stem(word, "en"),) in _synonyms() or vocabulary.knows(word)


def _terms(said: Sequence[Atom], vocabulary: Vocabulary) -> tuple[Term, ...]:
    terms: list[Term] = []
    position = 0
    while position < len(said):
        taken, term = _synonym_at(said, position) or (1, None)
        if term is None and not _is_stop_word(said[position]):
            term = _code_with(said[position], vocabulary) or Term(said[position].text, _wordings(said[position]))
        if term is not None and all(term.text != other.text for other in terms):
            terms.append(_counted(term, vocabulary))
        position += taken
    return tuple(terms)


def _code_with(atom: Atom, vocabulary: Vocabulary) -> Term | None:
    """Half a model number means each code that has it."""
    word = atom.typed or atom.parts[0]
    if (
        len(atom.parts) > 1
        or len(word) < LEAST_CODE_CHARS
        or word.isalpha()
        or vocabulary.title_frequency(atom.joined or word)
    ):
        return None
    whole, codes = Term(atom.text, _wordings(atom)), vocabulary.codes_with(word)
    return replace(whole, wordings=(*whole.wordings, *(Wording((code,)) for code in codes))) if codes else None


def _wordings(atom: Atom) -> tuple[Wording, ...]:
    if atom.joined is None:
        return (Wording(atom.parts),)
    if len(atom.parts) == 1:  # a measure: "6 quarts" means 6qt, not any 6
        return (Wording((atom.joined,)),)
    return (Wording((atom.joined,)), Wording(atom.parts, phrase=True))


def _synonym_at(said: Sequence[Atom], position: int) -> tuple[int, Term] | None:
    first = said[position].parts[0]
    if stem(first, "en") not in _synonym_beginnings() and stem(first, "fr") not in _synonym_beginnings():
        return None
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
    """What else each phrase means, by its stems in either language."""
    found: dict[tuple[str, ...], tuple[Phrase, ...]] = {}
    for group in synonyms().groups:
        for phrase in group:
            _add(found, phrase, group)
    for said, *others in synonyms().one_way:
        _add(found, said, tuple(others))
    return found


@cache
def _synonym_beginnings() -> frozenset[str]:
    return frozenset(stems[0] for stems in _synonyms())


def _add(found: dict[tuple[str, ...], tuple[Phrase, ...]], said: Phrase, meant: tuple[Phrase, ...]) -> None:
    for language in ("en", "fr"):
        stems = tuple(stem(part, language) for part in said.words)
        found[stems] = tuple(dict.fromkeys((*found.get(stems, ()), *meant)))


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
