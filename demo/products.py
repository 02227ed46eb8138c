"""Makes the demo retailer's products from families, brands and options. Leaves writing to `demo.retailer`."""

import itertools
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass

from stdnum import ean

from demo.catalogue import Catalogue, Family, Option

Combination = tuple[str, tuple[Option, ...]]
CURRENCY = "USD"
_MODEL_NUMBERS_PER_FAMILY = 70


@dataclass(frozen=True, slots=True)
class DemoProduct:
    """One line of products.csv, columns in the feed's order."""

    sku: str
    title: str
    brand: str
    description: str
    category: str
    price: str
    currency: str
    gtin: str
    image_url: str
    attributes: str
    title_fr: str
    description_fr: str


def make_products(catalogue: Catalogue, seed: int) -> list[DemoProduct]:
    """All products, in the order of the data files; the same for the same seed."""
    return [
        product
        for position, family in enumerate(catalogue.families)
        for product in _make_family(catalogue, family, position, seed)
    ]


def _make_family(catalogue: Catalogue, family: Family, position: int, seed: int) -> Iterator[DemoProduct]:
    names = list(family.options)
    combinations = [
        (brand, choices)
        for brand in family.brands
        for choices in itertools.product(*(catalogue.choices(family, name) for name in names))
    ]
    for number, (brand, choices) in enumerate(_thin_out(combinations, family, seed)):
        chosen = dict(zip(names, choices, strict=True))
        serial = position * _MODEL_NUMBERS_PER_FAMILY + number
        yield _make_product(family, brand, catalogue.brands[brand], chosen, number, serial)


def _thin_out(combinations: list[Combination], family: Family, seed: int) -> list[Combination]:
    if family.count is None or family.count >= len(combinations):
        return combinations
    rng = random.Random(f"{seed}:{family.code}")
    # Only random() is promised to stay the same in later versions of Python; sample() and shuffle() are not.
    drawn = sorted(range(len(combinations)), key=[rng.random() for _ in combinations].__getitem__)
    return [combinations[index] for index in sorted(drawn[: family.count])]


def _make_product(
    family: Family, brand: str, brand_factor: float, chosen: dict[str, Option], number: int, serial: int
) -> DemoProduct:
    model = f"{brand[0]}{family.code[0]}-{1000 + serial}"
    english = {name: option.en for name, option in chosen.items()}
    french = {name: option.fr for name, option in chosen.items()}
    price = family.price * brand_factor
    for option in chosen.values():
        price *= option.price_factor
    return DemoProduct(
        sku=f"{family.code}-{1001 + number}",
        title=family.title_en.format(brand=brand, model=model, **english),
        brand=brand,
        description=family.text_en,
        category=family.category,
        price=_shelf_price(price),
        currency=CURRENCY,
        gtin=_gtin(serial),
        image_url="",
        attributes=json.dumps({"model": model, **english}, ensure_ascii=False),
        title_fr=family.title_fr.format(brand=brand, model=model, **french),
        description_fr=family.text_fr,
    )


def _shelf_price(price: float) -> str:
    if price < 20:
        return f"{int(price)}.49" if price % 1 < 0.5 else f"{int(price)}.99"
    return f"{int(price)}.99" if price < 500 else f"{int(price / 10)}9.00"


def _gtin(serial: int) -> str:
    """A GTIN-13 of the range kept for use inside a company, so that it is no one's; a few products have none."""
    if serial % 997 == 500:
        return ""
    body = f"20{(serial + 1) * 6_700_417 % 10**10:010d}"
    return body + str(ean.calc_check_digit(body))
