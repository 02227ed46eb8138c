"""Rows as typed values: what is cleaned, what is left out with a warning, what refuses the row."""

from decimal import Decimal

import pytest

from indexing.cleaning import clean_text
from indexing.codes import gtin_of, id_problem
from indexing.records import Row, product_of
from indexing.store_records import store_of
from search.models import Product, Store

PRODUCT = {"sku": "4006381333931", "title": "Pressure cooker"}
STORE = {"store_id": "12", "name": "Union Square", "lat": "40.7359", "lon": "-73.9911"}


def product(**cells: str) -> tuple[Product | None, dict[str, str]]:
    row = Row(7, PRODUCT | cells)
    return product_of(row), {finding.field: finding.reason for finding in row.findings}


def store(**cells: str) -> tuple[Store | None, dict[str, str]]:
    row = Row(7, STORE | cells)
    return store_of(row), {finding.field: finding.reason for finding in row.findings}


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  Pressure   cooker ", "Pressure cooker"),
        ("Salt &amp; Pepper &#39;set&#39;", "Salt & Pepper 'set'"),
        ("Salt &amp;amp; Pepper", "Salt & Pepper"),
        ("<b>Pot</b><br/>with&nbsp;lid", "Pot with lid"),
        ("Pot<script>alert(1)</script>", "Pot"),
        ("a < b and c > d", "a < b and c > d"),
        ("cafÃ© Ã  la crÃ¨me", "café à la crème"),
        ("Pot\x00 \x07\nlid", "Pot lid"),
        ("\u202eevil\u202c\u200b Pot\ufeff", "evil Pot"),
        ("Cafe\u0301", "Café"),
        ("&#0;&#xD800;Pot", "\ufffd\ufffdPot"),
        ("\u200b \u202e", ""),
    ],
)
def test_text_is_cleaned_to_what_a_person_should_read(raw: str, clean: str) -> None:
    assert clean_text(raw) == clean


@pytest.mark.parametrize("code", ["4.00638E+12", "4,00638E+12", "4.00638e12", "4E+12", "4006381333931.0"])
def test_a_code_that_a_spreadsheet_turned_into_a_number_is_refused_with_a_hint(code: str) -> None:
    accepted, findings = product(sku=code)
    assert accepted is None
    assert "export the column as text" in findings["sku"]


@pytest.mark.parametrize("code", ["1E10", "007", "A-1", "12.0", "x" * 64, "Ä1", "a b"])
def test_codes_that_only_look_odd_are_taken_as_given(code: str) -> None:
    assert id_problem(code) is None


@pytest.mark.parametrize("code", ["", "x" * 65, "a\x00b", "a\u202eb", "a\nb"])
def test_codes_that_nobody_could_type_are_refused(code: str) -> None:
    assert id_problem(code) is not None


def test_a_gtin_is_kept_on_14_digits_when_its_check_digit_is_right() -> None:
    assert gtin_of("0 96009 01083 6") == ("00096009010836", None)
    assert gtin_of("4006381333931") == ("04006381333931", None)
    assert gtin_of("4006381333932")[0] is None
    assert gtin_of("000000000000")[0] is None
    assert gtin_of("abc")[0] is None


def test_a_gtin_without_its_leading_zeros_is_left_out_with_a_hint_and_the_sku_stays() -> None:
    accepted, findings = product(sku="96009010836", gtin="96009010836")
    assert accepted is not None
    assert (accepted.sku, accepted.gtin) == ("96009010836", None)
    assert "leading zeros" in findings["gtin"]


def test_a_whole_product_is_read() -> None:
    accepted, findings = product(
        brand="Cuisina", category="Kitchen", price="1 299,50 €", gtin="4006381333931", image_url="https://x.example/a.jpg",
        title_fr="Autocuiseur", description="<p>6&nbsp;L</p>", description_fr="",
    )  # fmt: skip
    assert findings == {}
    assert accepted == Product(
        sku="4006381333931", title="Pressure cooker", brand="Cuisina", category="Kitchen", price=Decimal("1299.50"),
        currency="EUR", gtin="04006381333931", image_url="https://x.example/a.jpg", description="6 L",
        localized={"title_fr": "Autocuiseur"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "<p>&nbsp;</p>"}, "title"),
        ({"price": "-1"}, "price"),
        ({"price": "NaN"}, "price"),
        ({"price": "12", "currency": "dollars"}, "currency"),
        ({"sku": " "}, "sku"),
    ],
)
def test_what_would_mislead_a_shopper_refuses_the_row(cells: dict[str, str], field: str) -> None:
    accepted, findings = product(**cells)
    assert accepted is None
    assert field in findings


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("gtin", "4006381333932"),
        ("image_url", "javascript:alert(1)"),
        ("image_url", "https://x.example/a b"),
        ("currency", "dollars"),
    ],
)
def test_an_unusable_optional_value_is_left_out_with_a_warning(field: str, value: str) -> None:
    accepted, findings = product(**{field: value})
    assert accepted is not None
    assert getattr(accepted, field) is None
    assert "left out" in findings[field]


@pytest.mark.parametrize(
    ("cell", "searched"),
    [
        ('{"colour": "teal", "sizes": [6, "8 qt"], "new": true, "note": null}', "teal | 6 | 8 qt"),
        ("Coating: ceramic", "Coating: ceramic"),
        ('{"colour": "te', '{"colour": "te'),
        ("{}", None),
        ("", None),
        ("[" * 1_000 + "1" + "]" * 1_000, "1"),
        ('["\\u202eevil"]', "evil"),
    ],
)
def test_of_attributes_the_values_are_searched(cell: str, searched: str | None) -> None:
    product = product_of(Row(1, {"sku": "1", "title": "Pot", "attributes": cell}))
    assert product is not None
    assert product.attributes == searched


def test_repaired_mojibake_is_said() -> None:
    accepted, findings = product(title="CafetiÃ¨re")
    assert accepted is not None
    assert accepted.title == "Cafetière"
    assert "repaired" in findings["title"]


def test_a_whole_store_is_read() -> None:
    accepted, findings = store(
        lat="48,8566", lon="0", kind="Warehouse", country="fr", timezone="Europe/Paris", hours="Mo-Sa 09:00-19:00",
        phone="01 42 68 53 00", services="Click & Collect| Repairs ||Repairs", pickup="no",
    )  # fmt: skip
    assert findings == {}
    assert accepted == Store(
        store_id="12", name="Union Square", lat=48.8566, lon=0.0, kind="warehouse", country="FR",
        timezone="Europe/Paris", hours="Mo-Sa 09:00-19:00", phone="+33 1 42 68 53 00",
        services=("Click & Collect", "Repairs"), pickup=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "cells",
    [
        {"lat": "NaN"}, {"lat": "inf"}, {"lat": ""}, {"lat": "91"}, {"lon": "180.1"}, {"lat": "north"},
        {"lon": "1e300"}, {"kind": "kiosk"}, {"pickup": "maybe"}, {"name": " "}, {"store_id": "x" * 65},
    ],
)  # fmt: skip
def test_a_store_that_would_mislead_is_refused(cells: dict[str, str]) -> None:
    accepted, findings = store(**cells)
    assert accepted is None
    assert set(findings) == set(cells)


def test_swapped_coordinates_get_a_hint() -> None:
    _, findings = store(lat="-117.17", lon="33.68")
    assert "swapped" in findings["lat"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("timezone", "Mars/Base"),
        ("hours", "always"),
        ("phone", "call us"),
        ("country", "France"),
        ("timezone", "../etc/passwd"),
    ],
)
def test_an_unusable_optional_value_of_a_store_is_left_out(field: str, value: str) -> None:
    accepted, findings = store(**{field: value})
    assert accepted is not None
    assert getattr(accepted, field) is None
    assert "left out" in findings[field]
