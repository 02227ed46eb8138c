"""Online geocoders, opt-in: one protocol, and one adapter for all those that geopy knows."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import urlsplit

from geopy.adapters import AioHTTPAdapter
from geopy.exc import GeopyError
from geopy.geocoders import get_geocoder_for_service

from geo.errors import GeocoderFailed, GeocoderMisconfigured
from geo.models import Coordinates, Place, PlaceKind

MAX_RESULTS = 5
_MAX_TEXT_LENGTH = 200
_DEFAULT_DOMAIN = "nominatim.openstreetmap.org"


class Geocoder(Protocol):
    """Finds what the gazetteer does not know, such as addresses."""

    async def locate(self, text: str, language: str) -> tuple[Place, ...]:
        """Places that fit, the best first, none when nothing does; raises GeocoderFailed when it cannot tell."""


class GeopyGeocoder:
    """A geocoder of geopy by its service name, asked through aiohttp within a time limit."""

    def __init__(
        self,
        service: str,
        *,
        user_agent: str,
        timeout_seconds: float,
        domain: str = _DEFAULT_DOMAIN,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        """`domain` may start with http:// for a server of one's own; `options` are further arguments of geopy's."""
        self._timeout_seconds = timeout_seconds
        try:
            kind = get_geocoder_for_service(service)
            accepted = inspect.signature(kind.__init__).parameters
            wanted = {
                "user_agent": user_agent,
                "timeout": timeout_seconds,
                **_server(service, domain),
                **(options or {}),
            }
            arguments = {name: value for name, value in wanted.items() if name in accepted}
            self._geopy = kind(adapter_factory=AioHTTPAdapter, **arguments)
        except (GeopyError, TypeError, ValueError) as error:
            raise GeocoderMisconfigured(f"The geocoder {service!r} cannot be used: {error}") from error
        self._accepted = inspect.signature(self._geopy.geocode).parameters

    async def locate(self, text: str, language: str) -> tuple[Place, ...]:
        extras = {"language": language, "limit": MAX_RESULTS, "addressdetails": True}
        arguments = {name: value for name, value in extras.items() if name in self._accepted}
        try:
            async with asyncio.timeout(self._timeout_seconds):
                found = await self._geopy.geocode(text[:_MAX_TEXT_LENGTH], exactly_one=False, **arguments)
        except (GeopyError, TimeoutError, OSError) as error:
            raise GeocoderFailed(f"The geocoder did not answer: {type(error).__name__}") from error
        except (ValueError, KeyError, TypeError, AttributeError, LookupError) as error:
            raise GeocoderFailed("The geocoder's answer could not be read") from error
        return _places(found or ())

    async def aclose(self) -> None:
        """Closes its connections."""
        await self._geopy.adapter.__aexit__(None, None, None)


def _server(service: str, domain: str) -> dict[str, str]:
    if domain == _DEFAULT_DOMAIN and service != "nominatim":
        return {}  # a default for one service is no server of another
    parts = urlsplit(domain if "//" in domain else f"https://{domain}")
    return {"domain": parts.netloc + parts.path.rstrip("/"), "scheme": parts.scheme}


def _places(found: Sequence[Any]) -> tuple[Place, ...]:
    places: list[Place] = []
    for location in found[:MAX_RESULTS]:
        try:
            coordinates = Coordinates(float(location.latitude), float(location.longitude))
        except (TypeError, ValueError) as error:
            raise GeocoderFailed("The geocoder gave coordinates that are not on the globe") from error
        if coordinates == Coordinates(0, 0) and not _has_point(location.raw):
            raise GeocoderFailed("The geocoder gave no coordinates")  # geopy puts 0, 0 in their place
        label = str(location.address)[:_MAX_TEXT_LENGTH]
        details = location.raw.get("address") if isinstance(location.raw, dict) else None
        country = str(details.get("country_code") or "").upper() if isinstance(details, dict) else ""
        places.append(Place(label.partition(",")[0], "", country, PlaceKind.ADDRESS, coordinates, 0, label))
    return tuple(places)


def _has_point(raw: object) -> bool:
    return isinstance(raw, dict) and "lat" in raw and "lon" in raw
