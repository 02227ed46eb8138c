"""Which of several places of one name is meant: found when one dominates, otherwise a ranked choice, never a guess.

The rule. Places are ranked by people, counted 100 times with a store in town, 20 times near one (within 50 km), and 10
times in a country with stores. The first one is found when it dominates every other one:
- an other near a store: the first is near one too and has 10 times as many people, or 100 times as many when the other
  has a store in its own town; or the first is at least in a country with stores and has 100 times as many people, and
  the other has no store of its own;
- an other in a country without stores, when the first is in one with stores: it has less than 10 times as many people;
- any other: the first has 10 times as many people, or twice as many and a store in its own town.
Without knowledge of the stores only being 10 times as big counts. A place that goes by the name only in another
language (Lugdunum) counts with a 20th of its people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geo.chain import ChainTowns, sovereign
from geo.distance import roughly_km
from geo.models import Place, PlaceAmbiguous, PlaceFound, PlaceKind, PlaceOutcome, PlaceUnknown

MAX_CHOICES = 8
_NEAR_KM = 50.0
_IN_TOWN_KM = 40.0
_DOMINANCE = 10
_DOMINANCE_OVER_STORE = 100
_UNKNOWN_POPULATION = 300  # places without a known population are small
_DOMINANCE_OF_STORE_TOWN = 2
_OWN_PLACE_POPULATION = 5_000  # a store's or its town's name is not easily overruled by a namesake
_ALTERNATE_DISCOUNT = 20


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that fits the words, and the key under which it did."""

    place: Place
    key: str
    alternate: bool = False
    town: str = ""  # the key of its town, for a postal code


@dataclass(frozen=True, slots=True)
class _Weighed:
    candidate: Candidate
    people: float
    near_store: bool
    store_in_town: bool
    foreign: bool


def decide(text: str, candidates: Sequence[Candidate], chain: ChainTowns | None, *, corrected: bool) -> PlaceOutcome:
    """The outcome for these candidates by the rule above."""
    if not candidates:
        return PlaceUnknown(text)
    ordered = _rank(candidates, chain)
    first, others = ordered[0], ordered[1:]
    if all(_is_dismissed(other, first, chain is not None) for other in others):
        return PlaceFound(first.candidate.place, corrected)
    return PlaceAmbiguous(text, choices_of(ordered), corrected)


def choices(text: str, candidates: Sequence[Candidate], chain: ChainTowns | None, *, corrected: bool) -> PlaceAmbiguous:
    """The candidates as a ranked choice, even where one dominates."""
    return PlaceAmbiguous(text, choices_of(_rank(candidates, chain)), corrected)


def choices_of(ordered: Sequence[_Weighed]) -> tuple[Place, ...]:
    by_label: dict[str, Place] = {}
    for each in ordered:
        by_label.setdefault(each.candidate.place.label, each.candidate.place)
    return tuple(by_label.values())[:MAX_CHOICES]


def _rank(candidates: Sequence[Candidate], chain: ChainTowns | None) -> list[_Weighed]:
    distances = _store_distances(candidates, chain)
    weighed = [_weigh(each, chain, km) for each, km in zip(candidates, distances, strict=True)]
    return sorted(weighed, key=lambda each: (-_rank_weight(each), each.candidate.place.label))


def _rank_weight(weighed: _Weighed) -> float:
    near = 100 if weighed.store_in_town else 20 if weighed.near_store else 1
    return weighed.people * near * (1 if weighed.foreign else 10)


def _store_distances(candidates: Sequence[Candidate], chain: ChainTowns | None) -> list[float]:
    if chain is None:
        return [np.inf] * len(candidates)
    points = [each.place.coordinates for each in candidates]
    return [float(km) for km in chain.nearest_km([point.lat for point in points], [point.lon for point in points])]


def _weigh(candidate: Candidate, chain: ChainTowns | None, nearest_km: float) -> _Weighed:
    place = candidate.place
    own = place.kind in (PlaceKind.STORE, PlaceKind.TOWN)
    people = float(place.population or (_OWN_PLACE_POPULATION if own else _UNKNOWN_POPULATION))
    if candidate.alternate:
        people /= _ALTERNATE_DISCOUNT
    if chain is None:
        return _Weighed(candidate, people, near_store=False, store_in_town=False, foreign=False)
    return _Weighed(
        candidate,
        people,
        near_store=nearest_km <= _NEAR_KM,
        store_in_town=own or _has_store(candidate, chain),
        foreign=bool(chain.home_countries) and sovereign(place.country) not in chain.home_countries,
    )


def _has_store(candidate: Candidate, chain: ChainTowns) -> bool:
    here = candidate.place.coordinates
    return any(
        roughly_km(here.lat, here.lon, town.lat, town.lon) <= _IN_TOWN_KM for town in chain.towns.get(candidate.key, ())
    )


def _is_dismissed(other: _Weighed, first: _Weighed, knows_stores: bool) -> bool:
    ratio = first.people / other.people
    if knows_stores and other.near_store and first.near_store:
        return ratio >= (_DOMINANCE_OVER_STORE if other.store_in_town else _DOMINANCE)
    if knows_stores and other.near_store:
        return not first.foreign and not other.store_in_town and ratio >= _DOMINANCE_OVER_STORE
    if knows_stores and other.foreign and not first.foreign:
        return 1 / ratio < _DOMINANCE
    return ratio >= (_DOMINANCE_OF_STORE_TOWN if first.store_in_town else _DOMINANCE)
