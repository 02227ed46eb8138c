"""A shop's own words: how its file reads, what is wrong with a wrong one, and what they do to queries and hits."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from runtime.errors import SettingsError
from search.documents import product_document
from search.models import Product, ProductHit, Tier
from search.ranking import RANKED_TOGETHER
from search.shop_file import ShopFile, read_shop_words, shop_words_of
from search.shop_words import NO_SHOP_WORDS
from search.vocabulary import Vocabulary, VocabularyBuilder
from search.wording import Wording, understand

FILE = """
[synonyms]
groups = [["instapot", "pressure cooker", "cocotte rapide"], ["clicker", "remote control"]]
one_way = [{ said = "gaming rig", means = ["laptop", "desktop pc"] }]

[boosts]
brand = { "Kelto" = 1.5, "Été & Fils" = 0.5 }
category = { "Cookware" = 2 }
sku = { "PAN-28" = 0.1 }

[spelling]
never_corrected = ["presure"]
"""
SHOP = shop_words_of(FILE)


def a_vocabulary() -> Vocabulary:
    words = VocabularyBuilder()
    for product in (
        Product("1", "Pressure cooker 6qt", brand="Kelto", category="Cookware"),
        Product("2", "Laptop red"),
        Product("3", "Remote control"),
        Product("4", "Desktop PC"),
    ):
        words.add(product, product_document(product))
    return Vocabulary.from_bytes(words.to_bytes())


WORDS = a_vocabulary()


def wordings(q: str) -> dict[str, list[str]]:
    terms = SHOP.understand(q, WORDS).terms
    return {term.text: [" ".join(wording.words) for wording in term.wordings] for term in terms}


@pytest.mark.parametrize(
    ("q", "meant"),
    [
        ("instapot", {"instapot": ["pressure cooker"]}),
        ("Instapots", {"instapots": ["pressure cooker"]}),
        ("red instapot 6qt", {"red": ["red"], "instapot": ["pressure cooker"], "6qt": ["6qt"]}),
        ("cocotte rapide", {"cocotte rapide": ["pressure cooker"]}),
        ("gaming rig", {"gaming rig": ["laptop", "desktop pc"]}),
        ("laptop", {"laptop": ["laptop"]}),
        ("red clicker", {"red": ["red"], "clicker": ["remote control"]}),
    ],
)
def test_own_synonyms_are_meant_in_their_direction(q: str, meant: dict[str, list[str]]) -> None:
    assert wordings(q) == meant


def test_several_words_are_asked_for_side_by_side() -> None:
    (term,) = SHOP.understand("instapot", WORDS).terms
    assert term.wordings == (Wording(("pressure", "cooker"), phrase=True),)
    assert term.frequency == 1


def test_own_words_are_never_corrected_and_others_still_are() -> None:
    assert understand("presure", WORDS).corrected == "pressure"
    kept = SHOP.understand("presure", WORDS)
    assert (kept.corrected, kept.terms[0].text, kept.terms[0].frequency) == (None, "presure", 0)
    both = SHOP.understand("instapot lapptop", WORDS)
    assert both.corrected == "instapot laptop"


@pytest.mark.parametrize("q", ["", "the", "🍲", "pressure cooker red", "t-shirt 1.5 qt", "x" * 500])
def test_what_the_shop_has_no_words_for_is_understood_as_ever(q: str) -> None:
    if q != "pressure cooker red":
        assert SHOP.understand(q, WORDS) == understand(q, WORDS)
    assert NO_SHOP_WORDS.understand(q, WORDS) == understand(q, WORDS)


def test_without_a_vocabulary_every_wording_is_asked_for() -> None:
    (term,) = SHOP.understand("clicker", Vocabulary()).terms
    assert [wording.words for wording in term.wordings] == [("clicker",), ("remote", "control")]


def a_hit(sku: str, score: float, brand: str | None = None, category: str | None = None) -> ProductHit:
    return ProductHit(Product(sku, "Thing", brand=brand, category=category), score, Tier.ALL_TERMS)


def test_boosts_multiply_and_reorder_what_is_ranked_together() -> None:
    hits = [a_hit("a", 0.9), a_hit("b", 0.5, "KELTO", "cookware"), a_hit("PAN-28", 0.8), a_hit("c", 0.6, "ete & fils")]
    boosted = SHOP.boosted(hits)
    assert [(hit.product.sku, hit.score) for hit in boosted] == [("b", 1.5), ("a", 0.9), ("c", 0.3), ("PAN-28", 0.08)]
    assert NO_SHOP_WORDS.boosted(hits) == tuple(hits)


def test_blocks_stay_where_they_are_so_that_pages_do() -> None:
    hits = [a_hit(f"p{number:03d}", 0.5) for number in range(RANKED_TOGETHER)] + [a_hit("last", 0.1, "Kelto")]
    assert SHOP.boosted(hits)[-1].product.sku == "last"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[synonyms]\ngroups = oops", "is not TOML: .*line 2"),
        ("a = 1", "a is no section; there are synonyms, boosts, spelling"),
        ("synonyms = 1", "synonyms is no table"),
        ("[synonyms]\ngroup = []", "synonyms.group is not known; synonyms has groups, one_way"),
        ('[synonyms]\ngroups = [["a", "b"], ["lonely"]]', r"synonyms.groups\[2\] needs two phrases"),
        ('[synonyms]\ngroups = ["ab"]', r"synonyms.groups\[1\] must be a list"),
        ("[synonyms]\ngroups = 5", "synonyms.groups must be a list"),
        ('[synonyms]\ngroups = [["a", 5]]', r"synonyms.groups\[1\]\[2\] must be a text"),
        ('[synonyms]\ngroups = [["a", "!!"]]', r"synonyms.groups\[1\]\[2\] has no word"),
        ('[synonyms]\ngroups = [["a", "b c d e f g"]]', r"synonyms.groups\[1\]\[2\] has more than 5 words"),
        ('[synonyms]\none_way = [["a", "b"]]', r"synonyms.one_way\[1\] must look like"),
        ('[synonyms]\none_way = [{ said = "a", means = [] }]', r"synonyms.one_way\[1\].means is empty"),
        ('[boosts]\nbrand = { "Kelto" = 11 }', 'boosts.brand."Kelto" must be from 0.1 to 10'),
        ('[boosts]\nbrand = { "Kelto" = 0 }', 'boosts.brand."Kelto" must be from 0.1 to 10'),
        ('[boosts]\nbrand = { "Kelto" = nan }', 'boosts.brand."Kelto" must be a number'),
        ('[boosts]\nsku = { "K" = true }', 'boosts.sku."K" must be a number'),
        ('[boosts]\ncategory = { "" = 2 }', 'boosts.category."" names nothing'),
        ("[boosts]\nbrand = []", "boosts.brand must be a table"),
        ('[spelling]\nnever_corrected = ["two words"]', r"spelling.never_corrected\[1\] must be one word"),
    ],
)
def test_a_wrong_entry_is_named(text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        shop_words_of(text)


def test_files_that_cannot_be_read_are_complained_of(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read: FileNotFoundError"):
        ShopFile(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b'[boosts]\nbrand = { "\xc9" = 2 }')
    with pytest.raises(SettingsError, match="is not UTF-8"):
        read_shop_words(tmp_path / "latin.toml")


def test_a_changed_file_counts_at_once_and_a_broken_one_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "search.toml"
    path.write_text('[boosts]\nsku = { "a" = 2 }')
    file = ShopFile(path)
    assert file.current().skus == {"a": 2.0}
    for number, text in enumerate(('[boosts]\nsku = { "a" = 3 }', "[broken", '[boosts]\nsku = { "a" = 4 }'), 1):
        path.write_text(text)
        os.utime(path, ns=(number * 10**9, number * 10**9))
        assert file.current().skus == {"a": float(3 if number < 3 else 4)}
        assert file.broken == (number == 2)
    path.unlink()
    assert file.current().skus == {"a": 4.0}
    assert file.broken
    assert ShopFile(None).current() == NO_SHOP_WORDS
