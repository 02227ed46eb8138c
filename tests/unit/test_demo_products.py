"""The demo's products: believable, in two languages, and no one else's."""

import json
import re
from collections import Counter
from decimal import Decimal

import pytest
from stdnum import ean

from demo.catalogue import Word, load_catalogue
from demo.products import DemoProduct, make_products


@pytest.fixture(scope="module")
def products() -> list[DemoProduct]:
    return make_products(load_catalogue(), seed=2026)


def test_there_are_about_two_thousand_products_in_about_twenty_five_categories(products: list[DemoProduct]) -> None:
    assert 1_800 <= len(products) <= 2_400
    assert 22 <= len({product.category for product in products}) <= 32


def test_every_product_has_its_own_sku_title_and_code(products: list[DemoProduct]) -> None:
    for values in (
        [product.sku for product in products],
        [product.title for product in products],
        [product.title_fr for product in products],
        [product.gtin for product in products if product.gtin],
    ):
        assert [value for value, count in Counter(values).items() if count > 1] == []


def test_codes_are_valid_and_of_the_range_that_belongs_to_no_one(products: list[DemoProduct]) -> None:
    coded = [product.gtin for product in products if product.gtin]

    assert all(ean.is_valid(code) and len(code) == 13 for code in coded)
    assert all(20 <= int(code[:2]) <= 29 for code in coded)
    assert 1 <= len(products) - len(coded) <= 5


def test_every_product_is_described_in_both_languages(products: list[DemoProduct]) -> None:
    for product in products:
        for text in (product.title, product.title_fr, product.description, product.description_fr):
            assert text == text.strip() != ""
            assert "  " not in text
            assert not re.search(r"[{}]", text)
        assert product.title != product.title_fr or product.category == "Games & Toys"
        assert product.description != product.description_fr


def test_prices_are_positive_and_in_dollars(products: list[DemoProduct]) -> None:
    assert all(Decimal(product.price) > 1 for product in products)
    assert {product.currency for product in products} == {"USD"}


def test_attributes_are_a_json_object(products: list[DemoProduct]) -> None:
    assert all("model" in json.loads(product.attributes) for product in products)


def test_pressure_cookers_come_in_several_brands_and_sizes(products: list[DemoProduct]) -> None:
    cookers = [product for product in products if product.category == "Pressure Cookers"]
    titles = {product.title: product.title_fr for product in cookers}

    assert titles["Corvane Pressure Cooker 6 L Stainless Steel"] == "Corvane Autocuiseur 6 L inox"
    assert len({product.brand for product in cookers}) >= 4
    for size in ("4 L", "6 L", "8 L", "6 qt"):
        assert any(f" {size} " in title for title in titles)
    assert all("Pressure Cooker" in title and "Autocuiseur" in french for title, french in titles.items())


def test_nothing_else_calls_itself_a_pressure_cooker(products: list[DemoProduct]) -> None:
    for product in products:
        if product.category != "Pressure Cookers":
            said = f"{product.title} {product.description} {product.title_fr} {product.description_fr}".lower()
            assert "pressure cooker" not in said
            assert "autocuiseur" not in said


def test_french_colours_agree_with_the_thing_they_colour(products: list[DemoProduct]) -> None:
    titles = {product.title_fr for product in products}

    assert any(re.search(r"Bouilloire .* blanche$", title) for title in titles)
    assert any(re.search(r"Grille-pain .* blanc$", title) for title in titles)
    assert any(re.search(r"Écouteurs .* noirs$", title) for title in titles)
    assert not any(
        re.search(r"(Bouilloire|Mijoteuse|Cafetière|Enceinte|Tablette) .*\b(noir|blanc|bleu)$", title)
        for title in titles
    )


def test_a_colour_of_two_words_is_the_same_in_every_gender() -> None:
    assert Word("Sage Green", ("vert sauge",)).french("fp") == "vert sauge"
    assert Word("White", ("blanc", "blanche", "blancs", "blanches")).french("fp") == "blanches"


def test_french_titles_write_numbers_and_units_the_french_way(products: list[DemoProduct]) -> None:
    for product in products:
        assert not re.search(r"\d\.\d+ (L|ml|pouces|mm)\b", product.title_fr), product.title_fr
        assert not re.search(r"\b(GB|TB|RAM \d|Inch|qt|oz)\b", product.title_fr), product.title_fr
        assert not re.search(r"\d,\d (L|mm)\b", product.title), product.title


def test_another_seed_keeps_other_combinations() -> None:
    catalogue = load_catalogue()

    assert make_products(catalogue, seed=1) != make_products(catalogue, seed=2)
