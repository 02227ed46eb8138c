"""Beside the tutorial's model, a hash per product and store: same rows, same questions, right answers first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bench.peers.hash_per_cell import HashPerCell, StockRow
from bench.run import SEED, Onhand, Run
from bench.sampling import Contender, ratio, side_by_side
from bench.workload import Question, questions
from runtime.redis_client import open_redis
from runtime.settings import Settings
from search.models import Product

CHECKED = 300
LIMIT = 5
#: Redis measures on a sphere, onhand on the ellipsoid: distances may differ by this share, near ties may swap.
EARTH_MODELS_DIFFER_BY = 0.006


async def measure_beside_tutorial(run: Run, onhand: Onhand) -> None:
    """Load the peer with the products asked for most, check both against the oracle, then let them take turns."""
    settings = Settings(data_dir=run.folder / "tutorial", redis_timeout_seconds=60)
    async with open_redis(settings) as clients:
        peer = HashPerCell(clients.reads)
        loaded = await peer.load(_rows(run))
        run.report.figures["hash_per_cell_bytes_per_row"] = loaded.bytes_per_row
        run.report.figures["hash_per_cell_rows_per_second"] = loaded.rows / loaded.seconds
        run.report.notes.append(
            f"the tutorial's model holds {loaded.rows:,} rows: all shops' stock of {len(run.oracle.stock):,} products; "
            "onhand the whole feed"
        )
        skus = run.zipf.draw(run.samples, of_first=run.peer_skus)
        asked = questions(skus, run.homes, seed=SEED + 1)
        ours = Rows(onhand, await onhand.services.products.get(skus))
        await _check(run, ours, peer, asked[:CHECKED])
        await _time(run, ours, peer, asked)


@dataclass(frozen=True, slots=True)
class Rows:
    """Our side of the comparison: like the peer it is given a sku and looks up no product text."""

    onhand: Onhand
    products: Mapping[str, Product]

    async def ask(self, question: Question) -> list[str]:
        answer = await self.onhand.services.availability.nearest(
            [self.products[question.wanted]],
            question.origin,
            quantity=question.quantity,
            radius_km=question.radius_km,
            limit=LIMIT,
        )
        return [result.store.store_id for result in answer.results]


def _rows(run: Run) -> Iterator[StockRow]:
    shops = {shop.store_id: shop for shop in run.oracle.shops if shop.kind == "store" and shop.pickup}
    for sku, counts in run.oracle.stock.items():
        for store_id, (on_hand, safety) in counts.items():
            if store_id in shops:
                shop = shops[store_id]
                yield StockRow(store_id, sku, max(0, on_hand - safety), shop.lat, shop.lon)


async def _check(run: Run, ours: Rows, peer: HashPerCell, asked: list[Question]) -> None:
    """A peer that leaves out stores is wrong, not slow; the same goes for us."""
    for question in asked:
        offers = run.oracle.offers([question.wanted], question.origin)
        able = {o.shop.store_id: o.distance_km for o in offers if o.can_give(question.quantity)}
        right = [store_id for store_id, distance in able.items() if distance <= question.radius_km][:LIMIT]
        if await ours.ask(question) != right:
            raise RuntimeError(f"onhand's answer differs from the oracle's: {question}")
        theirs = [store_id for store_id, _ in await _ask(peer, question)]
        if not _as_near(theirs, right, able, question.radius_km):
            raise RuntimeError(f"the peer's answer differs from the oracle's: {question}: {theirs} for {right}")


def _as_near(theirs: list[str], right: list[str], able: dict[str, float], radius_km: float) -> bool:
    """Whether both lists have stores at the same distances, as far as two models of the earth agree."""
    if len(set(theirs)) != len(theirs) or any(store_id not in able for store_id in theirs):
        return False
    within = radius_km * (1 - EARTH_MODELS_DIFFER_BY)
    length = min(len(theirs), len(right))
    pairs = zip(theirs[:length], right[:length], strict=True)
    near = all(abs(able[one] - able[other]) <= EARTH_MODELS_DIFFER_BY * able[other] for one, other in pairs)
    at_the_edge = theirs[length:] + right[length:]
    return near and all(able[store_id] >= within for store_id in at_the_edge)


async def _time(run: Run, ours: Rows, peer: HashPerCell, asked: list[Question]) -> None:
    async def rows(number: int) -> None:
        await ours.ask(asked[number])

    async def theirs(number: int) -> None:
        await _ask(peer, asked[number])

    contenders = [Contender("packed rows, the same questions", rows), Contender("hash per product and store", theirs)]
    onhand_took, peer_took = await side_by_side(contenders, samples=run.samples, warm_up=run.warm_up)
    run.report.add_samples(onhand_took)
    run.report.add_samples(peer_took, figure="hash_per_cell")
    for percent in (50, 95, 99):
        found = ratio(peer_took, onhand_took, percent)
        run.report.ratios.append(found)
        run.report.figures[f"hash_per_cell_p{percent}_ratio"] = found.value


async def _ask(peer: HashPerCell, question: Question) -> list[tuple[str, float]]:
    return await peer.nearest(
        question.wanted, question.origin, quantity=question.quantity, radius_km=question.radius_km, limit=LIMIT
    )
