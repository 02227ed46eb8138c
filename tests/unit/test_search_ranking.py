"""Order inside a tier, facets, cursors: decided without Redis."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError

from runtime.errors import BackendMisused, BackendUnavailable
from search import replies
from search.cursors import pack_cursor, unpack_cursor
from search.documents import product_card, product_of, store_document, store_of, text_hash
from search.errors import IndexMissing, InvalidSearch
from search.facets import count_facets, merge_spellings
from search.models import Facet, Product, Store, Tier
from search.ranking import RANKED_TOGETHER, Candidate, rank, terms_in_title
from search.wording import Term, Wording

COOKER = Term("pressure cooker", (Wording(("pressure", "cooker")), Wording(("autocuiseur",))))


def candidate(sku: str, title: str, score: float, **details: object) -> Candidate:
    return Candidate(replies.orjson.loads(product_card(Product(sku, title, **details))), score)  # type: ignore[arg-type]


def test_of_equal_text_scores_the_shorter_title_wins_and_then_the_sku() -> None:
    found = [
        candidate("b", "Pressure Cooker", 5.0),
        candidate("a", "Pressure Cooker", 5.0),
        candidate("c", "Very Large Blue Pressure Cooker", 5.0),
    ]
    ranked = rank(found, [COOKER], Tier.ALL_TERMS, {})
    assert [hit.product.sku for hit in ranked] == ["a", "b", "c"]
    assert all(0 < hit.score <= 1 for hit in ranked)


def test_meaning_moves_a_product_up_where_it_is_known() -> None:
    found = [candidate("a", "Pressure Cooker One", 5.0), candidate("b", "Pressure Cooker Two", 4.9)]
    assert [hit.product.sku for hit in rank(found, [COOKER], Tier.ALL_TERMS, {"b": 0.9, "x": 0.2})] == ["b", "a"]


def test_a_translated_title_counts_as_well() -> None:
    french = candidate("a", "PC 6000", 5.0, localized={"title_fr": "Autocuiseur"})
    other = candidate("b", "PC 7000", 5.0)
    assert [hit.product.sku for hit in rank([other, french], [COOKER], Tier.ALL_TERMS, {})] == ["a", "b"]
    assert terms_in_title([french.card, other.card], [COOKER]) == [{"pressure cooker"}, frozenset()]


def test_of_like_titles_the_one_whose_category_is_asked_for_comes_first() -> None:
    television = Term("television", (Wording(("television",)), Wording(("tv",))))
    disc = candidate("a", "Television - CD", 5.0, category="Music")
    receiver = candidate("b", "Television - LED", 4.9, category="TV & Video")
    for found in ([disc, receiver], [receiver, disc]):
        ranked = rank(found, [television], Tier.ALL_TERMS, {})
        assert [hit.product.sku for hit in ranked] == ["b", "a"]
        assert all(0 < hit.score <= 1 for hit in ranked)


def test_reading_more_hits_for_a_later_page_leaves_the_earlier_pages_as_they_were() -> None:
    found = [candidate(f"{n:03}", f"Blue Pressure Cooker {n}", 9.0 - n / 100) for n in range(RANKED_TOGETHER)]
    late = [candidate(f"late-{n:03}", "Pressure Cooker", 8.0) for n in range(RANKED_TOGETHER)]
    first = rank(found, [COOKER], Tier.ALL_TERMS, {})
    both = rank([*found, *late], [COOKER], Tier.ALL_TERMS, {})
    assert both[:RANKED_TOGETHER] == first
    assert len(both) == 2 * RANKED_TOGETHER


def test_a_code_is_rather_the_product_of_that_code_than_of_a_longer_one() -> None:
    found = [candidate("a", "Orvo X100-K Case", 5.0), candidate("b", "Orvo Very Large Blue X100 Case", 4.6)]
    code = Term("x100", (Wording(("x100",)),))
    assert [hit.product.sku for hit in rank(found, [code], Tier.ALL_TERMS, {})] == ["b", "a"]


def test_nothing_ranks_to_nothing() -> None:
    assert rank([], [COOKER], Tier.ALL_TERMS, {}) == []


def test_spellings_that_a_filter_treats_alike_are_one_facet() -> None:
    merged = merge_spellings([Facet("SONY", 2), Facet("Sony", 5), Facet("LG", 7), Facet("Élan", 1), Facet("elan", 1)])
    assert [(facet.value, facet.count) for facet in merged] == [("LG", 7), ("Sony", 7), ("Élan", 2)]
    counted = count_facets([Product("a", "A", brand="X"), Product("b", "B", category="C")])
    assert counted == {"brand": (Facet("X", 1),), "category": (Facet("C", 1),)}


@given(st.floats(min_value=0, max_value=20_100), st.text(min_size=1, max_size=40).filter(str.isprintable))
def test_a_cursor_comes_back_as_it_was(distance_km: float, store_id: str) -> None:
    assert unpack_cursor(pack_cursor((distance_km, store_id), ("q", 1)), ("q", 1)) == (distance_km, store_id)


@given(st.text(max_size=60))
def test_any_other_text_is_no_cursor(text: str) -> None:
    with pytest.raises(InvalidSearch):
        unpack_cursor(text, ("q",))


def test_a_time_limit_is_no_error_and_everything_else_is() -> None:
    assert replies.hits(ResponseError("Timeout limit was reached")).timed_out
    assert replies.facets(ResponseError("Timeout limit was reached")) == []
    with pytest.raises(IndexMissing):
        replies.hits(ResponseError("shop:products: no such index"))
    with pytest.raises(BackendMisused):
        replies.hits(ResponseError("Syntax error at offset 3"))
    with pytest.raises(BackendUnavailable):
        replies.hits(RedisConnectionError("gone"))
    assert replies.neighbours(ResponseError("no such index")).missing


def test_a_score_that_is_no_number_counts_nothing() -> None:
    row = [1, b"key", b"inf", [b"card", product_card(Product("a", "A"))]]
    assert replies.hits(row).candidates()[0].text_score == 0.0
    assert replies.hits([1, b"key", b"1", None]).candidates() == []  # removed between search and load
    assert replies.neighbours([1, b"key", None]).cards == []


def test_a_product_and_a_store_come_back_from_their_cards_as_they_were() -> None:
    product = Product("s", "T", "B", "C", Decimal("10.50"), "EUR", "4006381333931", "u", "d", {"title_fr": "Té"})
    assert product_of(replies.orjson.loads(product_card(product))) == product
    store = Store("1", "N", 1.5, -2.5, city="Zürich", services=("a|b", "c"), pickup=False, timezone="Europe/Zurich")
    card = store_document(store)["card"]
    assert isinstance(card, bytes)
    assert store_of(card) == store


def test_a_text_is_named_by_its_hash() -> None:
    assert text_hash("a") == text_hash("a") != text_hash("b")
    assert text_hash("\ud800")
