"""What a few words can mean as a place: a postcode, an arrondissement, a town with or without its state or country."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from geo.chain import ChainPlace, ChainTowns, sovereign
from geo.gazetteer_file import Entry, GazetteerFile
from geo.labels import place_of_chain, place_of_entry
from geo.models import PlaceKind, PlaceOutcome
from geo.phrases import cores, split_postcode
from geo.prepositions import sentence_words
from geo.ranking import Candidate, choices, decide
from geo.spelling import Word, join_keys, key_of

MAX_WORDS = 16
_FAR_MISSPELLING = 2
_FAR_MISSPELLING_MIN_POPULATION = 50_000
_SAME_PLACE_DEGREES = 0.3
_CITY_WITH_REGIONS_NAME = 500_000
_QUALIFIER_WORDS = 5
_DISTRICT_CITIES = {"paris": (75, 20), "lyon": (69, 9), "marseille": (13, 16)}
_ORDINAL = re.compile(r"(\d{1,2})(?:e|er|eme|ere|ieme|nd|nde|st|rd|th)?")
_FRENCH_MARKS = frozenset({"f", "fr", "cedex"})


@dataclass(frozen=True, slots=True)
class Match:
    """What the words can mean. `corrected`: not as spelt; `doubtful`: must be put as a choice even if there is one."""

    candidates: list[Candidate] = field(default_factory=list)
    corrected: bool = False
    doubtful: bool = False

    def outcome(self, text: str, chain: ChainTowns | None) -> PlaceOutcome:
        """The decision: found, a choice, or unknown."""
        if self.doubtful and self.candidates:
            return choices(text, self.candidates, chain, corrected=self.corrected)
        return decide(text, self.candidates, chain, corrected=self.corrected)


@dataclass(frozen=True, slots=True)
class Reading:
    """Some words as a town's name, and the states or countries that the words after it allow."""

    key: str
    allowed: tuple[frozenset[tuple[str, str]], ...] = ()

    def allows(self, country: str, admin: str) -> bool:
        return all((country, "") in pairs or (country, admin) in pairs for pairs in self.allowed)


class PlaceReader:
    """Reads words as places for one retailer and language."""

    def __init__(self, file: GazetteerFile, chain: ChainTowns | None, language: str) -> None:
        self._file = file
        self._chain = chain
        self._language = language

    def read(self, words: Sequence[Word]) -> Match:
        """Every meaning of all these words together."""
        words = list(words[-MAX_WORDS:])  # of a long address the end says the town
        for read in (self._district, self._postcode, self.town, self._region):
            match = read(words)
            if match is not None:
                return match
        address = self._address(words)
        return address or self._misspelt(words) or Match()

    def town(self, words: Sequence[Word]) -> Match | None:
        """A town or store, exactly as spelt."""
        for reading in self._readings(words):
            allowed = self._named(reading)
            if allowed and not reading.allowed:
                return self._region(words, towns=allowed) or Match(allowed)
            if allowed:
                return Match(allowed)
        for reading in self._readings(words):
            if reading.allowed and (named := self._named(Reading(reading.key))):
                return Match(named, doubtful=True)  # there is no such town in that state: say so, offer the others
        return None

    def follows(self, words: Sequence[Word]) -> int:
        """How many of these words, from the first on, can be a state or country after a town."""
        for count in range(min(len(words), _QUALIFIER_WORDS), 0, -1):
            if join_keys(words[:count]) in self._file.qualifiers:
                return count
        return 0

    def region_words(self, words: Sequence[Word]) -> int:
        """How many of these words, from the first on, name a country, a state or a French region by its full name."""
        for count in range(min(len(words), _QUALIFIER_WORDS), 0, -1):
            key = join_keys(words[:count])
            pairs = self._file.qualifiers.get(key, frozenset())
            wide = any(not admin or country in ("US", "CA") for country, admin in pairs) or len(pairs) > 1
            if wide and len(key) > 3:
                return count
        return 0

    def _readings(self, words: Sequence[Word]) -> Iterator[Reading]:
        for core in cores(words):
            yield Reading(join_keys(core))
            for count in range(min(len(core) - 1, _QUALIFIER_WORDS), 0, -1):
                pairs = self._file.qualifiers.get(join_keys(core[-count:]))
                if pairs is None:
                    continue
                rest = core[:-count]
                yield Reading(join_keys(rest), (pairs,))
                for more in range(min(len(rest) - 1, _QUALIFIER_WORDS), 0, -1):
                    before = self._file.qualifiers.get(join_keys(rest[-more:]))
                    if before is not None:
                        yield Reading(join_keys(rest[:-more]), (before, pairs))

    def _named(self, reading: Reading) -> list[Candidate]:
        """The towns and stores of this name that the state or country after it allows."""
        key = reading.key
        towns = [
            self._candidate(entry, key)
            for entry in self._file.find(key)
            if entry.kind is not PlaceKind.POSTAL_CODE and reading.allows(entry.country, entry.admin)
        ]
        for own in self._own_places(reading):
            if not any(_same_place(own, town) for town in towns):
                towns.append(own)
        return towns

    def _own_places(self, reading: Reading) -> list[Candidate]:
        if self._chain is None:
            return []
        named = [(town, PlaceKind.TOWN) for town in self._chain.towns.get(reading.key, ())]
        named += [(store, PlaceKind.STORE) for store in self._chain.stores.get(reading.key, ())]
        return [
            Candidate(place_of_chain(place, kind, self._file.countries, self._language), reading.key)
            for place, kind in named
            if self._allows(reading, place)
        ]

    def _allows(self, reading: Reading, place: ChainPlace) -> bool:
        """Feeds write "IL" or "Illinois": both mean the state that was asked for."""
        meant = self._file.qualifiers.get(key_of(place.region), frozenset())
        pairs = {(place.country, place.region), *(pair for pair in meant if pair[0] == place.country)}
        return any(reading.allows(country, admin) for country, admin in pairs)

    def _candidate(self, entry: Entry, key: str) -> Candidate:
        code, _, town = entry.name.rpartition("\t")
        town = key_of(re.sub(r" \d{1,2}e?r?$", "", town)) if code else ""
        return Candidate(place_of_entry(entry, self._file.countries, self._language), key, entry.alternate, town)

    def _district(self, words: Sequence[Word]) -> Match | None:
        keys = [
            word.key for word in words if word.key not in sentence_words().district and word.key not in ("de", "the")
        ]
        cities = [key for key in keys if key in _DISTRICT_CITIES]
        numbers = [match for key in keys if (match := _ORDINAL.fullmatch(key))]
        if len(keys) != 2 or len(cities) != 1 or len(numbers) != 1:
            return None
        department, count = _DISTRICT_CITIES[cities[0]]
        number = int(numbers[0][1])
        if number == department:
            return None
        if not 1 <= number <= count:
            in_france = [each for each in self._named(Reading(cities[0])) if each.place.admin == str(department)]
            return Match(in_france, doubtful=True)
        code = f"{department}{number:03d}"
        return Match([self._candidate(entry, code) for entry in self._file.find(code) if entry.country == "FR"])

    def _postcode(self, words: Sequence[Word]) -> Match | None:
        code, rest = split_postcode(words)
        if code is None:
            return None
        found = [self._candidate(entry, code) for entry in self._file.find(code)]
        if any(word.key in _FRENCH_MARKS for word in rest):
            found = [each for each in found if sovereign(each.place.country) == "FR"]
        rest = [word for word in rest if word.key not in sentence_words().postcode]
        if not rest:
            return Match(found)
        if not found:
            town = self.town(rest)
            return Match(town.candidates, doubtful=True) if town else None
        keys, last = f" {join_keys(rest)} ", self._qualifier_at_end(rest)
        named = [each for each in found if f" {each.town} " in keys]
        agreeing = named or [each for each in found if Reading("", last).allows(each.place.country, each.place.admin)]
        if (last or named) and agreeing:
            return Match(agreeing)
        town = self.town(rest) or self._misspelt(rest)
        if town is None:
            return Match(found)  # a street, which the postcode places well enough
        near = [each for each in found if any(_near(each, other) for other in town.candidates)]
        return Match(near) if near else Match([*found, *town.candidates], doubtful=True)

    def _qualifier_at_end(self, words: Sequence[Word]) -> tuple[frozenset[tuple[str, str]], ...]:
        for count in range(min(len(words), _QUALIFIER_WORDS), 0, -1):
            pairs = self._file.qualifiers.get(join_keys(words[-count:]))
            if pairs is not None:
                return (pairs,)
        return ()

    def _region(self, words: Sequence[Word], towns: Sequence[Candidate] = ()) -> Match | None:
        """A state or country alone is too wide to measure from: its biggest towns are offered."""
        for core in cores(words):
            key = join_keys(core)
            pairs = self._file.qualifiers.get(key, frozenset())
            if not pairs or (len(key) <= 3 and not core[0].upper) or (towns and len(key) <= 3):
                continue
            if towns and all(country == "FR" and admin for country, admin in pairs):
                return None  # departments share their names with rivers and towns
            if any(each.place.population >= _CITY_WITH_REGIONS_NAME and not each.alternate for each in towns):
                return None
            if any((each.place.country, "") in pairs and not each.alternate for each in towns):
                return None  # Luxembourg in Luxembourg
            biggest = [entry for country, admin in sorted(pairs) for entry in self._file.biggest_in(country, admin, 5)]
            in_region = [self._candidate(entry, "") for entry in biggest]
            if in_region:
                return Match([*in_region, *towns], doubtful=True)
        return None

    def _address(self, words: Sequence[Word]) -> Match | None:
        """ "12 Main Street, Chicago, IL": what follows a comma, when what comes before it is nowhere."""
        for start in (number for number, word in enumerate(words) if number and word.comma_before):
            match = None if self.follows(words[start:]) == len(words) - start else self.town(words[start:])
            if match is not None:
                return Match(match.candidates, corrected=True, doubtful=match.doubtful)
        return None

    def _misspelt(self, words: Sequence[Word]) -> Match | None:
        for reading in self._readings(words):
            if reading.key in sentence_words().never_first | sentence_words().everyday:
                continue
            found: list[Candidate] = []
            for spelling in self._file.near(reading.key):
                floor = _FAR_MISSPELLING_MIN_POPULATION if spelling.edits >= _FAR_MISSPELLING else 0
                right = replace(reading, key=self._file.key(spelling.key_number))
                found += [each for each in self._named(right) if _people(each) >= floor]
            if self._chain is not None:
                new = set(self._chain.near(reading.key)) - {each.key for each in found}
                found += [each for key in sorted(new) for each in self._named(replace(reading, key=key))]
            if found:
                return Match(found, corrected=True)
        return None


def _people(candidate: Candidate) -> int:
    return candidate.place.population or (10**9 if candidate.place.kind in (PlaceKind.TOWN, PlaceKind.STORE) else 0)


def _same_place(one: Candidate, other: Candidate) -> bool:
    return _near(one, other, _SAME_PLACE_DEGREES)


def _near(one: Candidate, other: Candidate, degrees: float = 0.5) -> bool:
    a, b = one.place.coordinates, other.place.coordinates
    return abs(a.lat - b.lat) <= degrees and abs(a.lon - b.lon) <= degrees
