"""Offline places: what a text means as a place, and the places named inside a sentence. The gazetteer's front door."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path

from geo.chain import ChainTowns
from geo.gazetteer_file import GazetteerFile, default_path
from geo.mentions import MentionFinder
from geo.models import PlaceMention, PlaceOutcome
from geo.reading import PlaceReader
from geo.spelling import words

__all__ = ["Gazetteer", "default_path"]


class Gazetteer:
    """Immutable and shared by all: the retailer's towns come with each question."""

    def __init__(self, file: GazetteerFile) -> None:
        self._file = file

    @classmethod
    def load(cls, path: Path | None = None) -> Gazetteer:
        """Maps the built file; raises GazetteerMissing where there is none."""
        return cls(GazetteerFile(path or default_path()))

    def lookup(self, text: str, chain: ChainTowns | None = None, language: str = "en") -> PlaceOutcome:
        """What all of a text means as a place."""
        return PlaceReader(self._file, chain, language).read(words(text)).outcome(text, chain)

    def find_in(
        self,
        text: str,
        chain: ChainTowns | None = None,
        language: str = "en",
        catalogue_words: Container[str] = frozenset(),
    ) -> list[PlaceMention]:
        """Places named inside a sentence, in order. Folded catalogue_words are no places without a preposition."""
        return MentionFinder(self._file, chain, language, catalogue_words).find(text)
