"""Availability over the real chain equals what a slow and obvious oracle finds, in thousands of drawn cases."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import pytest
from geopy.distance import geodesic

from bench.oracle import Offer, Oracle
from geo.models import Coordinates
from search.models import AvailabilityAnswer, Product, StoreAvailability

CASES = 2_000
SEED = 20_260_000
GEODESIC_TOLERANCE = 0.005
#: As many as an answer shows.
MAX_ITEMS, MAX_SKIPPED = 10, 5

LANDMARKS = {
    "null island": (0.0, 0.0),
    "date line, east": (52.9, 179.9999),
    "date line, west": (52.9, -179.9999),
    "on the date line": (0.0, 180.0),
    "north pole": (90.0, 0.0),
    "south pole": (-90.0, 123.0),
    "Anchorage": (61.2181, -149.9003),
    "Fairbanks": (64.8378, -147.7164),
    "Honolulu": (21.3069, -157.8583),
    "Hilo": (19.7071, -155.0816),
    "San Juan": (18.4655, -66.1057),
    "antipode of Kansas": (-38.5, 81.5),
}
QUANTITIES = (1, 1, 1, 2, 3, 5, 9, 13, 14, 15, 40, 1_000)
RADII_KM = (0.0, 0.5, 5.0, 25.0, 100.0, 100.0, 400.0, 2_000.0, 20_100.0)


@dataclass(frozen=True)
class Case:
    skus: tuple[str, ...]
    origin: Coordinates
    quantity: int
    radius_km: float
    limit: int


def _cases(oracle: Oracle, catalogue: Sequence[str]) -> Iterator[Case]:
    rng = random.Random(SEED)
    by_rows = sorted(catalogue, key=lambda sku: len(oracle.stock.get(sku, {})), reverse=True)
    for number in range(CASES):
        size = rng.choice((1, 1, 1, 1, 2, 5, 20, 60))
        # Everywhere from what most stores carry to what none does.
        pool = (by_rows, by_rows[:500], by_rows[-500:])[number % 3]
        radius_km = rng.choice(RADII_KM)
        yield Case(
            skus=tuple(rng.sample(pool, size)),
            origin=_origin(rng, oracle, number),
            quantity=rng.choice(QUANTITIES),
            radius_km=radius_km,
            limit=rng.choice((1, 3, 5, 20, 100) if radius_km <= 100 else (20, 50, 100)),
        )


def _origin(rng: random.Random, oracle: Oracle, number: int) -> Coordinates:
    shop = rng.choice(oracle.shops)
    match number % 5:
        case 0:
            return Coordinates(*list(LANDMARKS.values())[number // 5 % len(LANDMARKS)])
        case 1:
            return Coordinates(shop.lat, shop.lon)  # exactly at the door: distance 0, and ties where two share one
        case 2:
            return Coordinates(rng.uniform(-90, 90), rng.uniform(-180, 180))
        case _:
            return Coordinates(shop.lat + rng.gauss(0, 0.3), shop.lon + rng.gauss(0, 0.3))


async def test_every_answer_equals_the_oracles_on_every_page(chain, oracle: Oracle) -> None:
    products = await _products(chain, oracle)
    skipped_reasons, pages, beyond = set(), 0, 0

    for case in _cases(oracle, list(products)):
        offers = oracle.offers(case.skus, case.origin)
        able = [offer for offer in offers if offer.can_give(case.quantity)]
        within = [offer for offer in able if offer.distance_km <= case.radius_km]
        shown: list[Offer] = []
        cursor = None
        while True:
            answer = await _ask(chain, case, products, cursor)
            page = within[len(shown) : len(shown) + case.limit]
            _same_results(answer.results, page, case)
            _same_skipped(answer, _passed_over(offers, case, page, shown), case)
            assert answer.total == len(within), case
            _same_beyond(answer, able[0] if able and not within else None, case)
            skipped_reasons |= {skipped.reason for skipped in answer.skipped}
            beyond += answer.nearest_beyond_radius is not None
            pages += 1
            shown += page
            cursor = answer.next_cursor
            assert (cursor is not None) == (len(shown) < len(within)), case
            if cursor is None:
                break

    # The draw must have met everything that it is there for.
    assert skipped_reasons == {"out_of_stock", "insufficient", "safety_stock", "not_carried"}
    assert pages > CASES
    assert beyond > 100


async def test_a_question_about_a_sku_takes_two_round_trips_and_one_about_words_no_more(
    chain, oracle: Oracle, round_trips: Callable[[], AbstractContextManager]
) -> None:
    services, rng, most = chain.services, random.Random(SEED), 0
    queries = chain.feeds.queries()
    products = await _products(chain, oracle)
    skus = sorted(products)
    await services.products.refresh()  # a process loads words and stores once, before its first question
    await services.availability.nearest([products[skus[0]]], Coordinates(0, 0))
    for number in range(400):
        origin = _origin(rng, oracle, number)
        with round_trips() as trips:
            if number % 2:
                found = list((await services.products.get([rng.choice(skus)])).values())
            else:
                found = list((await services.products.match(rng.choice(queries))).products)
            await services.availability.nearest(found, origin)
        most = max(most, trips.count)
    assert most == 2


@pytest.mark.parametrize("place", LANDMARKS)
async def test_distances_are_those_of_the_geodesic_within_half_a_percent(chain, oracle: Oracle, place: str) -> None:
    origin = Coordinates(*LANDMARKS[place])
    products = await _products(chain, oracle)
    popular = max(products, key=lambda sku: len(oracle.stock.get(sku, {})))

    answer = await chain.services.availability.nearest([products[popular]], origin, radius_km=20_100, limit=100)

    assert len(answer.results) == 100
    for result in answer.results:
        true_km = geodesic((origin.lat, origin.lon), (result.store.lat, result.store.lon)).km
        assert result.distance_km == pytest.approx(true_km, rel=GEODESIC_TOLERANCE)


async def _products(chain, oracle: Oracle) -> dict[str, Product]:
    """A catalogue of a few thousand: some that most stores have, some that hardly any has, some without any stock."""
    rng = random.Random(SEED)
    skus = sorted({row["sku"] for row in chain.feeds.rows("products")})
    by_rows = sorted(skus, key=lambda sku: len(oracle.stock.get(sku, {})), reverse=True)
    chosen = by_rows[:500] + by_rows[-500:] + rng.sample(by_rows, 1_500)
    return await chain.services.products.get(chosen)


async def _ask(chain, case: Case, products: dict[str, Product], cursor: str | None) -> AvailabilityAnswer:
    return await chain.services.availability.nearest(
        [products[sku] for sku in case.skus],
        case.origin,
        quantity=case.quantity,
        radius_km=case.radius_km,
        limit=case.limit,
        cursor=cursor,
    )


def _passed_over(offers: list[Offer], case: Case, page: list[Offer], shown: list[Offer]) -> list[Offer]:
    """Shops that cannot, after the page before and up to the last result of this one, or to the radius without any."""
    reach = page[-1].distance_km if page else case.radius_km
    start = (shown[-1].distance_km, shown[-1].shop.store_id) if shown else (-1.0, "")
    return [
        offer
        for offer in offers
        if not offer.can_give(case.quantity)
        and offer.distance_km <= reach
        and (offer.distance_km, offer.shop.store_id) > start
    ][:MAX_SKIPPED]


def _same_results(results: Sequence[StoreAvailability], expected: list[Offer], case: Case) -> None:
    found = [(result.store.store_id, result.distance_km, _items(result)) for result in results]
    wanted = [(offer.shop.store_id, offer.distance_km, _enough(offer, case)) for offer in expected]
    assert found == wanted, case
    assert all(result.store.kind == "store" for result in results)


def _items(result: StoreAvailability) -> list[tuple[str, int, str]]:
    return [(item.product.sku, item.available, item.level.value) for item in result.items]


def _enough(offer: Offer, case: Case) -> list[tuple[str, int, str]]:
    counts = [(sku, offer.available(sku)) for sku in case.skus]
    return [(sku, count, "low" if count <= 2 else "in_stock") for sku, count in counts if count >= case.quantity][
        :MAX_ITEMS
    ]


def _same_skipped(answer: AvailabilityAnswer, expected: list[Offer], case: Case) -> None:
    found = [(each.store_id, each.distance_km, each.reason.value, each.short_by) for each in answer.skipped]
    assert found == [(offer.shop.store_id, offer.distance_km, *offer.refusal(case.quantity)) for offer in expected], (
        case
    )


def _same_beyond(answer: AvailabilityAnswer, expected: Offer | None, case: Case) -> None:
    beyond = answer.nearest_beyond_radius
    if expected is None:
        assert beyond is None, case
    else:
        assert beyond is not None, case
        _same_results([beyond], [expected], case)
