"""Conversations about prices, brands and what may be offered instead, told as stories."""

from __future__ import annotations

from decimal import Decimal

import pytest
from stories import Shopper

from bot.intents import Intent


async def test_another_colour_takes_the_place_of_the_first() -> None:
    shopper = Shopper()
    await shopper.say("un micro-ondes blanc à Lyon")
    assert (await shopper.say("plutôt noir")).understood.product == "micro-ondes noir"


async def test_a_brand_that_is_not_wanted_is_left_out() -> None:
    shopper = Shopper()
    answer = await shopper.say("t'as un autocuiseur vers Lyon, pas Seb")
    assert {item.product.brand for result in answer.results for item in result.items} == {"Tefal"}
    assert answer.understood.excluded_brands == ("Seb",)


@pytest.mark.parametrize("text", ["sans Seb", "without Seb", "pas Seb", "not Seb"])
async def test_a_brand_may_be_ruled_out_afterwards(text: str) -> None:
    shopper = Shopper()
    await shopper.say("autocuiseur vers Lyon")
    assert (await shopper.say(text)).understood.excluded_brands == ("Seb",)


async def test_a_place_said_beside_a_price_question_is_kept() -> None:
    shopper = Shopper()
    await shopper.say("how much is a toaster in Chicago?")
    assert (await shopper.say("which store has it?")).results[0].store.store_id == "S1"


async def test_similar_products_are_never_presented_as_the_thing() -> None:
    shopper = Shopper()
    shopper.ports.catalogue.similar_for["sous vide stick"] = ("PC-6", "KE-1")
    answer = await shopper.say("sous vide stick near Chicago")
    assert answer.results == ()
    assert "not the same" in answer.reply.text
    assert [product.sku for product in answer.products] == ["PC-6", "KE-1"]
    assert (await shopper.say("1")).results[0].items[0].product.sku == "PC-6"


async def test_a_price_limit_that_leaves_nothing_is_said_with_what_comes_closest() -> None:
    answer = await Shopper().say("pressure cooker under $50 near Chicago")
    assert "at that price" in answer.reply.text
    assert "$79.00" in answer.reply.text
    assert answer.results == ()


async def test_what_comes_closest_to_two_limits_of_price_may_lie_above_or_below() -> None:
    above = await Shopper().say("brill between $28 and $30 near Chicago")
    assert "$31.00" in above.reply.text
    below = await Shopper().say("brill between $25 and $27 near Chicago")
    assert "$24.50" in below.reply.text


async def test_a_price_limit_keeps_to_the_prices_of_the_stores() -> None:
    shopper = Shopper()
    shopper.world.prices = {("S1", "PC-6"): Decimal("89.00"), ("S2", "PC-6"): Decimal("89.00")}
    answer = await shopper.say("pressure cooker under $80 near Chicago")
    assert [result.store.store_id for result in answer.results] == ["S3"]


async def test_a_price_that_no_store_has_is_said_with_those_that_it_has() -> None:
    shopper = Shopper({("S1", "PC-6"): 4, ("S3", "PC-6"): 9})
    shopper.world.prices = dict.fromkeys((("S1", "PC-6"), ("S3", "PC-6")), Decimal("89.00"))
    answer = await shopper.say("pressure cooker under $80 near Chicago")
    assert "No store sells it at that price" in answer.reply.text
    assert "$89.00" in answer.reply.text
    assert [result.store.store_id for result in answer.results] == ["S1", "S3"]


async def test_a_price_that_only_a_far_store_goes_beyond_is_not_called_within() -> None:
    shopper = Shopper({("S7", "KE-1"): 2})
    shopper.world.prices = {("S7", "KE-1"): Decimal("45.00")}
    answer = await shopper.say("kettle under $40 near Chicago")
    assert "No store sells it at that price" in answer.reply.text


async def test_what_is_offered_as_cheaper_costs_less_at_that_store_too() -> None:
    shopper = Shopper({("S1", "PC-8"): 1, ("S3", "PC-6"): 1})
    shopper.world.prices = {("S3", "PC-6"): Decimal("120.00")}
    await shopper.say("pressure cooker near Chicago")
    assert "nothing cheaper" in (await shopper.say("anything cheaper?")).reply.text
    shopper.world.prices = {}
    cheaper = await shopper.say("anything cheaper?")
    assert [result.store.store_id for result in cheaper.results] == ["S3"]


@pytest.mark.parametrize("text", ["un peu moins cher ?", "a bit cheaper?", "something much cheaper please"])
async def test_cheaper_may_be_said_by_how_much(text: str) -> None:
    shopper = Shopper({("S1", "PC-8"): 1, ("S3", "PC-6"): 1})
    await shopper.say("pressure cooker near Chicago")
    answer = await shopper.say(text)
    assert answer.understood.intent == Intent.ALTERNATIVES
    assert [result.store.store_id for result in answer.results] == ["S3"]


async def test_what_is_offered_instead_is_of_no_unwanted_brand() -> None:
    shopper = Shopper()
    first = await shopper.say("pressure cooker near Chicago, not Seb")
    assert {item.product.brand for result in first.results for item in result.items} == {"Tefal"}
    assert "nothing cheaper" in (await shopper.say("anything cheaper?")).reply.text


async def test_prices_alternatives_and_stores_are_answered() -> None:
    shopper = Shopper()
    await shopper.say("pressure cooker 8 l near Chicago")
    assert "$99.90" in (await shopper.say("how much is it?")).reply.text
    cheaper = await shopper.say("anything cheaper?")
    assert cheaper.understood.intent == Intent.ALTERNATIVES
    stores = await shopper.say("which stores are near Lyon?")
    assert [store.store_id for store in stores.stores][:2] == ["S5", "S4"]
    address = await shopper.say("what's the address of the second one")
    assert "17 rue Servient" in address.reply.text
