"""A shop's own words: synonyms, boosts and words that are never corrected, applied to a query and its hits. Pure.

They work on questions alone, so that a change needs no new index. Without any of them nothing is done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from search.folding import fold_value
from search.models import Product, ProductHit
from search.normalise import Atom, query_atoms, stem
from search.ranking import RANKED_TOGETHER
from search.vocabulary import Vocabulary
from search.wording import Term, Wanted, Wording, understand

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShopWords:
    """`synonyms` maps the English stems of a phrase to the phrases that mean it, too; `kept` are stems of one word."""

    synonyms: Mapping[Phrase, tuple[Phrase, ...]] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()
    #: Factors by folded brand, folded category, and SKU.
    brands: Mapping[str, float] = field(default_factory=dict)
    categories: Mapping[str, float] = field(default_factory=dict)
    skus: Mapping[str, float] = field(default_factory=dict)

    @property
    def longest(self) -> int:
        return max(map(len, self.synonyms), default=1)

    def boost_of(self, product: Product) -> float:
        """The factors of the product, its brand and its category, multiplied."""
        factor = self.skus.get(product.sku, 1.0)
        if self.brands and product.brand:
            factor *= self.brands.get(fold_value(product.brand), 1.0)
        if self.categories and product.category:
            factor *= self.categories.get(fold_value(product.category), 1.0)
        return factor

    def boosted(self, hits: Sequence[ProductHit]) -> tuple[ProductHit, ...]:
        """The same hits, each block that is ranked together in its new order."""
        if not (self.brands or self.categories or self.skus):
            return tuple(hits)
        scored = [replace(hit, score=round(hit.score * self.boost_of(hit.product), 6)) for hit in hits]
        blocks = [scored[first : first + RANKED_TOGETHER] for first in range(0, len(scored), RANKED_TOGETHER)]
        return tuple(hit for block in blocks for hit in sorted(block, key=lambda hit: (-hit.score, hit.product.sku)))

    def understand(self, q: str, vocabulary: Vocabulary) -> Wanted:
        """The terms of a query; what the shop has words of its own for is taken out first and never corrected."""
        if not (self.synonyms or self.kept):
            return understand(q, vocabulary)
        said = self._cut(query_atoms(q))
        if not any(own for own, _ in said):
            return understand(q, vocabulary)
        terms: list[Term] = []
        texts: list[str] = []
        corrected = False
        for own, atoms in said:
            text = " ".join(map(_written, atoms))
            wanted = Wanted((self._own(atoms, vocabulary),)) if own else understand(text, vocabulary)
            terms += [term for term in wanted.terms if all(term.text != other.text for other in terms)]
            texts.append(wanted.corrected or text)
            corrected = corrected or wanted.corrected is not None
        return Wanted(tuple(terms), " ".join(texts) if corrected else None)

    def _cut(self, said: Sequence[Atom]) -> list[tuple[bool, list[Atom]]]:
        """The query in pieces, each with whether the shop has words of its own for it."""
        pieces: list[tuple[bool, list[Atom]]] = []
        position = 0
        while position < len(said):
            count = self._own_at(said, position)
            pieces.append((count > 0, list(said[position : position + max(1, count)])))
            position += max(1, count)
        joined: list[tuple[bool, list[Atom]]] = []
        for own, run in groupby(pieces, key=lambda piece: piece[0]):
            together = list(run)
            joined += together if own else [(False, [atom for _, atoms in together for atom in atoms])]
        return joined

    def _own_at(self, said: Sequence[Atom], position: int) -> int:
        """How many atoms from here are one of the shop's own phrases."""
        for count in range(min(self.longest, len(said) - position), 0, -1):
            stems = _stems(said[position : position + count])
            if stems in self.synonyms or (len(stems) == 1 and stems[0] in self.kept):
                return count
        return 0

    def _own(self, atoms: Sequence[Atom], vocabulary: Vocabulary) -> Term:
        words = tuple(part for atom in atoms for part in atom.parts)
        wordings = [Wording(words)]
        wordings += [Wording(each, phrase=len(each) > 1) for each in self.synonyms.get(_stems(atoms), ())]
        known = [each for each in wordings if not vocabulary or min(map(vocabulary.frequency, each.words))]
        counts = [min(map(vocabulary.frequency, each.words)) for each in wordings]
        return Term(" ".join(words), tuple(known) or tuple(wordings[:1]), max(counts))


NO_SHOP_WORDS = ShopWords()


def phrase_of(text: str) -> tuple[Phrase, Phrase]:
    """The words of a phrase as a query says them, and their stems."""
    atoms = query_atoms(text)
    return tuple(part for atom in atoms for part in atom.parts), _stems(atoms)


def _stems(atoms: Sequence[Atom]) -> Phrase:
    return tuple(stem(part) for atom in atoms for part in atom.parts)


def _written(atom: Atom) -> str:
    return "-".join(atom.parts) if len(atom.parts) > 1 else atom.joined or atom.text
