"""Where a question is asked from: coordinates as they come, or the name of a place looked up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, assert_never

from aiohttp import web

from bot.app_keys import SERVICES
from bot.problems import Code, Refused
from geo.models import Coordinates, Place, PlaceAmbiguous, PlaceFound, PlaceUnknown

#: Choices that a refusal lists for an ambiguous name.
MAX_CHOICES = 10


class HasOrigin(Protocol):
    """A query with a point in one of its two forms, or without one."""

    @property
    def lat(self) -> float | None: ...
    @property
    def lon(self) -> float | None: ...
    @property
    def near(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Origin:
    """`label` is how a named place is shown."""

    coordinates: Coordinates
    label: str | None = None


async def resolve_origin(request: web.Request, query: HasOrigin) -> Origin | None:
    """The point of a query, or None when it has none. An unclear name is refused with the places it may mean."""
    if query.lat is not None and query.lon is not None:
        return Origin(Coordinates(query.lat, query.lon))
    if query.near is None:
        return None
    found = await request.app[SERVICES].places.resolve(query.near, language_of(request))
    match found:
        case PlaceFound(place=place):
            return Origin(place.coordinates, place.label)
        case PlaceAmbiguous(choices=choices):
            shown = [_choice_json(place) for place in choices[:MAX_CHOICES]]
            raise Refused(
                Code.PLACE_UNKNOWN,
                "Several places have this name; choose one",
                details={"reason": "ambiguous", "choices": shown},
            )
        case PlaceUnknown():
            raise Refused(
                Code.PLACE_UNKNOWN,
                "No place of this name is known; try a postcode or a town with its state",
                details={"reason": "unknown", "choices": []},
            )
        case _:
            assert_never(found)


def language_of(request: web.Request) -> str:
    """French when the caller asks for it first, else English."""
    return "fr" if request.headers.get("Accept-Language", "")[:2].lower() == "fr" else "en"


def _choice_json(place: Place) -> dict[str, object]:
    return {
        "label": place.label,
        "name": place.name,
        "admin": place.admin,
        "country": place.country,
        "lat": place.coordinates.lat,
        "lon": place.coordinates.lon,
    }
