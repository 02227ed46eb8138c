"""The oracle itself, on feeds small enough to check by eye."""

import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from bench.oracle import Oracle
from geo.models import Coordinates

STORES = """store_id,name,kind,lat,lon,pickup
near,Near,store,0,1,
far,Far,store,0,3,true
twin,Twin,store,0,1,no
depot,Depot,warehouse,0,0,
bare,Bare,store,0,0.5,
"""
STOCK = """store_id,sku,on_hand,safety_stock,aisle
near,pot,3,1,A1
near,pan,1,1,A1
far,pot,9,0,A1
twin,pot,9,0,A1
depot,pot,900,0,A1
near,lid,0,0,A2
"""


def _flat(origin: Coordinates, lats: Sequence[float], lons: Sequence[float]) -> list[float]:
    return [math.hypot(lat - origin.lat, lon - origin.lon) for lat, lon in zip(lats, lons, strict=True)]


@pytest.fixture
def oracle(tmp_path: Path) -> Oracle:
    (tmp_path / "stores.csv").write_text(STORES, "utf-8")
    (tmp_path / "stock.csv").write_text(STOCK, "utf-8")
    return Oracle.load(tmp_path / "stores.csv", tmp_path / "stock.csv", _flat)


def test_shops_are_ranked_by_distance_then_id_and_warehouses_left_out(oracle: Oracle) -> None:
    offers = oracle.offers(["pot"], Coordinates(0, 0))

    assert [offer.shop.store_id for offer in offers] == ["bare", "near", "twin", "far"]


@pytest.mark.parametrize(
    ("skus", "quantity", "refusals"),
    [
        (["pot"], 2, {"bare": ("not_carried", None), "twin": ("pickup_off", None)}),
        (["pot"], 3, {"bare": ("not_carried", None), "near": ("insufficient", 1), "twin": ("pickup_off", None)}),
        (["pan"], 1, {"near": ("safety_stock", None), **dict.fromkeys(("bare", "twin", "far"), ("not_carried", None))}),
        (["lid"], 1, {"near": ("out_of_stock", None), **dict.fromkeys(("bare", "twin", "far"), ("not_carried", None))}),
        (
            ["pot", "lid", "pan"],
            10,
            {
                "bare": ("not_carried", None),
                "near": ("insufficient", 8),
                "twin": ("insufficient", 1),
                "far": ("insufficient", 1),
            },
        ),
    ],
)
def test_every_shop_that_cannot_give_the_quantity_says_why(
    oracle: Oracle, skus: list[str], quantity: int, refusals: dict[str, tuple[str, int | None]]
) -> None:
    offers = oracle.offers(skus, Coordinates(0, 0))

    refused = {offer.shop.store_id: offer.refusal(quantity) for offer in offers if not offer.can_give(quantity)}

    assert refused == refusals
