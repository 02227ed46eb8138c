"""The peer is measured only because it answers right: a model of 10 of 30 stores would be wrong, not fast."""

from pathlib import Path

import pytest

from bench.peers.hash_per_cell import HashPerCell, StockRow
from geo.distance import distance_km
from geo.models import Coordinates
from runtime.redis_client import open_redis
from runtime.settings import Settings


async def test_the_tutorials_model_gives_every_store_in_the_radius_with_enough_nearest_first(tmp_path: Path) -> None:
    origin = Coordinates(40.0, -75.0)
    places = {f"s-{number}": Coordinates(40.0 + number / 100, -75.0) for number in range(30)}
    rows = [
        StockRow(store_id, "0123 a-b", 1 + index % 2, at.lat, at.lon)
        for index, (store_id, at) in enumerate(places.items())
    ]
    rows += [StockRow("s-0", "other", 50, 40.0, -75.0)]
    async with open_redis(Settings(data_dir=tmp_path)) as clients:
        peer = HashPerCell(clients.writes)
        loaded = await peer.load(rows)

        found = await peer.nearest("0123 a-b", origin, quantity=2, radius_km=25, limit=30)

    wanted = [
        store_id for number, store_id in enumerate(places) if number % 2 and distance_km(origin, places[store_id]) <= 25
    ]
    assert loaded.rows == 31
    assert loaded.bytes_per_row > 100
    assert [store_id for store_id, _ in found] == wanted
    for store_id, kilometres in found:
        assert kilometres == pytest.approx(distance_km(origin, places[store_id]), rel=0.006)
