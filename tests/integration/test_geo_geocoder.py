"""The contract of a geocoder, kept by the fake, geopy's adapter and the cache; then what only the adapter does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from geo_builders import FakeGeocoder, an_address, the_gazetteer

from geo.cached import CachedGeocoder
from geo.errors import GeocoderFailed, GeocoderMisconfigured
from geo.geocoder import Geocoder, GeopyGeocoder
from geo.models import PlaceAmbiguous, PlaceFound, PlaceKind
from geo.places import open_place_finder
from runtime.redis_client import RedisClients
from runtime.settings import Settings

CHICAGO = an_address("Chicago, IL", 41.85, -87.65)
LYON = an_address("Lyon (69)", 45.75, 4.85, "FR")


@dataclass
class NominatimServer:
    """Answers like Nominatim, out of the gazetteer; can be told to fail."""

    url: str = ""
    requests: list[dict[str, str]] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    answer: Callable[[], web.Response] | None = None
    pause_seconds: float = 0

    async def search(self, request: web.Request) -> web.Response:
        self.requests.append(dict(request.query))
        self.agents.append(request.headers.get("User-Agent", ""))
        if self.pause_seconds:
            await asyncio.sleep(self.pause_seconds)
        if self.answer:
            return self.answer()
        outcome = the_gazetteer().lookup(request.query["q"])
        places = (outcome.place,) if isinstance(outcome, PlaceFound) else ()
        places = outcome.choices if isinstance(outcome, PlaceAmbiguous) else places
        rows = [
            {
                "lat": str(place.coordinates.lat),
                "lon": str(place.coordinates.lon),
                "display_name": place.label,
                "address": {"country_code": place.country.lower()},
            }
            for place in places
        ]
        return web.json_response(rows)


@pytest.fixture
async def server() -> AsyncIterator[NominatimServer]:
    nominatim = NominatimServer()
    app = web.Application()
    app.router.add_get("/search", nominatim.search)
    async with TestServer(app) as running:
        nominatim.url = f"http://{running.host}:{running.port}"
        yield nominatim


@pytest.fixture
async def geopy_geocoder(server: NominatimServer) -> AsyncIterator[GeopyGeocoder]:
    geocoder = GeopyGeocoder("nominatim", user_agent="onhand-tests", timeout_seconds=5, domain=server.url)
    yield geocoder
    await geocoder.aclose()


@pytest.fixture(params=["fake", "geopy", "cached"])
def geocoder(
    request: pytest.FixtureRequest, geopy_geocoder: GeopyGeocoder, redis_clients: RedisClients, namespace: str
) -> Geocoder:
    fake = FakeGeocoder(CHICAGO, LYON)
    cached = CachedGeocoder(
        fake, redis_clients, namespace, cache_seconds=60, requests_per_second=1000, longest_wait_seconds=5
    )
    kinds: dict[str, Geocoder] = {"fake": fake, "geopy": geopy_geocoder, "cached": cached}
    return kinds[request.param]


@pytest.mark.parametrize(("text", "expected"), [("Chicago, IL", CHICAGO), ("Lyon (69)", LYON)])
async def test_a_geocoder_finds_a_place_with_its_point_label_and_country(
    geocoder: Geocoder, text: str, expected: object
) -> None:
    (place,) = await geocoder.locate(text, "en")
    assert place.kind is PlaceKind.ADDRESS
    assert place.label == text
    known = CHICAGO if expected is CHICAGO else LYON
    assert place.country == known.country
    assert place.coordinates.lat == pytest.approx(known.coordinates.lat, abs=0.01)
    assert place.coordinates.lon == pytest.approx(known.coordinates.lon, abs=0.01)


@pytest.mark.parametrize(
    "text", ["qwxzkj", "", "<script>", "a" * 5000, "\x00\u202e", "q&format=xml", "%00", "' OR 1=1", "1, 1; DROP", "🙂"]
)
async def test_a_geocoder_finds_nothing_for_nonsense(geocoder: Geocoder, text: str) -> None:
    assert await geocoder.locate(text, "en") == ()


async def test_a_geocoder_answers_the_same_twice(geocoder: Geocoder) -> None:
    assert await geocoder.locate("Chicago, IL", "en") == await geocoder.locate("Chicago, IL", "en")


async def test_geopy_asks_in_the_shoppers_language_and_names_us(
    server: NominatimServer, geopy_geocoder: GeopyGeocoder
) -> None:
    await geopy_geocoder.locate("Lyon", "fr")
    assert server.requests[0]["accept-language"] == "fr"
    assert server.requests[0]["q"] == "Lyon"
    assert server.agents == ["onhand-tests"]


async def test_geopy_gives_several_answers_in_order(geopy_geocoder: GeopyGeocoder) -> None:
    labels = [place.label for place in await geopy_geocoder.locate("Springfield", "en")]
    assert labels[:2] == ["Springfield, MO", "Springfield, MA"]
    assert len(labels) <= 5


@pytest.mark.filterwarnings("ignore:Latitude normalization:UserWarning")
@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(status=500),
        lambda: web.Response(status=429),
        lambda: web.Response(status=403),
        lambda: web.Response(text="<html>not JSON</html>"),
        lambda: web.Response(body=b"\xff\xfe{", content_type="application/json"),
        lambda: web.json_response({"error": "broken"}),
        lambda: web.json_response([{"lat": "nowhere", "lon": "2", "display_name": "x"}]),
        lambda: web.json_response([{"lat": "200", "lon": "2", "display_name": "x"}]),
        lambda: web.json_response([{"lat": "nan", "lon": "2", "display_name": "x"}]),
        lambda: web.json_response([{"display_name": "no point"}]),
        lambda: web.json_response(["not an object"]),
        lambda: web.json_response(7),
    ],
)
async def test_a_bad_answer_is_one_kind_of_failure(
    server: NominatimServer, geopy_geocoder: GeopyGeocoder, answer: Callable[[], web.Response]
) -> None:
    server.answer = answer
    with pytest.raises(GeocoderFailed):
        await geopy_geocoder.locate("Lyon", "en")


async def test_a_slow_answer_is_a_failure_in_time(server: NominatimServer) -> None:
    server.pause_seconds = 2
    geocoder = GeopyGeocoder("nominatim", user_agent="onhand-tests", timeout_seconds=0.05, domain=server.url)
    with pytest.raises(GeocoderFailed):
        await geocoder.locate("Lyon", "en")
    await geocoder.aclose()


async def test_a_server_that_is_away_is_a_failure() -> None:
    geocoder = GeopyGeocoder("nominatim", user_agent="onhand-tests", timeout_seconds=2, domain="http://127.0.0.1:9")
    with pytest.raises(GeocoderFailed):
        await geocoder.locate("Lyon", "en")
    await geocoder.aclose()


@pytest.mark.parametrize("service", ["no-such-service", "", "bing", "../nominatim"])
def test_a_geocoder_that_cannot_be_used_is_refused_at_the_start(service: str) -> None:
    with pytest.raises(GeocoderMisconfigured):
        GeopyGeocoder(service, user_agent="onhand-tests", timeout_seconds=1)


async def test_other_geocoders_of_geopy_are_used_by_name(server: NominatimServer) -> None:
    geocoder = GeopyGeocoder("photon", user_agent="onhand-tests", timeout_seconds=1)
    await geocoder.aclose()


async def test_the_finder_of_the_settings_asks_the_geocoder_once(
    server: NominatimServer, redis_clients: RedisClients, settings: Settings
) -> None:
    changed = settings.model_copy(update={"geocoder": "nominatim", "geocoder_domain": server.url})
    server.answer = lambda: web.json_response([{"lat": "0", "lon": "0", "display_name": "Null Island, Ocean"}])
    async with open_place_finder(changed, redis_clients, the_gazetteer(), None) as finder:
        outcomes = [await finder.resolve("null  ISLAND buoy", "en") for _ in range(3)]
        assert {type(outcome) for outcome in outcomes} == {PlaceFound}
        outcomes = [await finder.resolve("Null island buoy", "en") for _ in range(3)]
    assert len(server.requests) == 1
    assert all(isinstance(outcome, PlaceFound) and outcome.place.coordinates.lat == 0 for outcome in outcomes)


async def test_the_finder_asks_nobody_when_the_geocoder_is_off(redis_clients: RedisClients, settings: Settings) -> None:
    async with open_place_finder(settings, redis_clients, the_gazetteer(), None) as finder:
        assert isinstance(await finder.resolve("Chicago", "en"), PlaceFound)
