"""Conversations of several turns, told as stories."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from stories import CHICAGO, Shopper

from bot.intents import Intent
from bot.phrases import load_phrases
from inventory.models import LimitReached


async def test_a_pressure_cooker_is_found_near_a_place_and_held_on_a_yes() -> None:
    shopper = Shopper()
    found = await shopper.say("nearest store with a pressure cooker near Chicago")
    assert [result.store.store_id for result in found.results] == ["S1", "S2", "S3"]
    offer = await shopper.say("the second one")
    assert offer.proposal is not None
    assert (offer.proposal.store.store_id, offer.proposal.product.sku, offer.proposal.quantity) == ("S2", "PC-6", 1)
    assert "Chicago Union Square" in offer.reply.text
    assert "$79.00" in offer.reply.text
    assert shopper.held == []
    done = await shopper.say("yes")
    assert done.hold is not None
    assert done.hold.hold_id in done.reply.text
    assert shopper.held == [("S2", "PC-6", 1)]


async def test_the_same_works_in_french() -> None:
    shopper = Shopper()
    found = await shopper.say("t'as un autocuiseur vers Lyon ?")
    assert found.reply.language == "fr"
    assert "Autocuiseur Tefal 8 L" in found.reply.text
    offer = await shopper.say("le deuxième")
    assert offer.proposal is not None
    assert "réserver" in offer.reply.text
    await shopper.say("vas-y")
    assert shopper.held == [("S4", "PC-6", 1)]
    cancelled = await shopper.say("annule ma réservation")
    assert cancelled.understood.intent == Intent.CANCEL_HOLD
    assert shopper.world.available("S4", "PC-6") == 1


async def test_without_a_place_it_asks_and_takes_the_bare_answer() -> None:
    shopper = Shopper()
    asked = await shopper.say("nearest store with a pressure cooker in stock?")
    assert asked.results == ()
    assert "Where are you" in asked.reply.text
    answer = await shopper.say("Chicago")
    assert answer.understood.intent == Intent.GIVE_PLACE
    assert answer.understood.product == "pressure cooker"
    assert answer.results[0].store.store_id == "S1"


async def test_a_device_position_is_used_and_expires_after_half_an_hour() -> None:
    shopper = Shopper()
    found = await shopper.say("pressure cooker", location=CHICAGO)
    assert "Nearest to you" in found.reply.text
    later = await shopper.say("toaster", after=timedelta(minutes=29))
    assert later.results[0].store.store_id == "S1"
    too_late = await shopper.say("pressure cooker", after=timedelta(minutes=2))
    assert too_late.results == ()
    assert "Where are you" in too_late.reply.text


async def test_a_device_position_never_replaces_a_said_place_unless_asked() -> None:
    shopper = Shopper()
    await shopper.say("un autocuiseur à Lyon", location=CHICAGO)
    still = await shopper.say("et un grille-pain ?", location=CHICAGO)
    assert still.results[0].store.store_id == "S5"
    asked_for = await shopper.say("près de moi", location=CHICAGO)
    assert asked_for.results[0].store.store_id == "S1"


async def test_an_ambiguous_place_is_asked_with_buttons() -> None:
    shopper = Shopper()
    asked = await shopper.say("toaster near Springfield")
    assert [button.label for button in asked.reply.suggestions] == [
        "Springfield, MO",
        "Springfield, MA",
        "Springfield, IL",
    ]
    chosen = await shopper.say(asked.reply.suggestions[2].text)
    assert chosen.understood.place == "Springfield, IL"
    assert chosen.nearest_beyond_radius is not None
    assert chosen.results == ()


async def test_an_ambiguous_place_may_be_chosen_by_number() -> None:
    shopper = Shopper()
    await shopper.say("toaster near Springfield")
    assert (await shopper.say("the second one")).understood.place == "Springfield, MA"


async def test_an_unknown_place_is_asked_again_without_repeating_it() -> None:
    shopper = Shopper()
    answer = await shopper.say("toaster near Qwertzuiop")
    assert "Qwertzuiop" not in answer.reply.text
    assert (await shopper.say("Chicago")).results[0].store.store_id == "S1"


async def test_a_new_product_keeps_the_place_and_drops_the_rest() -> None:
    shopper = Shopper()
    await shopper.say("need 2 pressure cookers in Chicago under $80")
    answer = await shopper.say("and a toaster?")
    assert answer.understood.place == "Chicago, IL"
    assert answer.understood.quantity is None
    assert answer.understood.price_max is None
    assert answer.results[0].items[0].product.sku == "TO-2"


async def test_a_correction_runs_the_query_again() -> None:
    shopper = Shopper()
    await shopper.say("un autocuiseur de 6 litres à Lyon")
    answer = await shopper.say("non plutôt celui de 8 litres")
    assert answer.understood.product == "autocuiseur de 8 litres"
    assert {item.product.sku for result in answer.results for item in result.items} == {"PC-8"}


async def test_another_colour_takes_the_place_of_the_first() -> None:
    shopper = Shopper()
    await shopper.say("un micro-ondes blanc à Lyon")
    assert (await shopper.say("plutôt noir")).understood.product == "micro-ondes noir"


async def test_a_question_that_waits_is_asked_again_once_and_with_its_choices() -> None:
    shopper = Shopper()
    await shopper.say("toaster near Springfield")
    answer = await shopper.say("hello")
    assert answer.reply.text.count("?") == 1
    assert len(answer.reply.suggestions) == 3
    assert (await shopper.say("which stores do you have?")).reply.text.count("?") == 1


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


async def test_a_quantity_is_changed_before_and_after_the_proposal() -> None:
    shopper = Shopper()
    await shopper.say("pressure cooker near Chicago")
    enough = await shopper.say("make it 3")
    assert [result.store.store_id for result in enough.results] == ["S1", "S3"]
    await shopper.say("1")
    changed = await shopper.say("yes but 4")
    assert changed.proposal is not None
    assert changed.proposal.quantity == 4
    assert shopper.held == []
    await shopper.say("ok")
    assert shopper.held == [("S1", "PC-6", 4)]


async def test_an_option_may_come_with_its_quantity() -> None:
    shopper = Shopper()
    await shopper.say("pressure cooker near Chicago")
    offer = await shopper.say("number 3 but 5 of them")
    assert offer.proposal is not None
    assert (offer.proposal.store.store_id, offer.proposal.quantity) == ("S3", 5)


async def test_a_no_drops_the_proposal_and_a_later_yes_holds_nothing() -> None:
    shopper = Shopper()
    await shopper.tell("pressure cooker near Chicago", "1", "no thanks")
    answer = await shopper.say("yes")
    assert shopper.held == []
    assert answer.hold is None


async def test_another_question_drops_the_proposal() -> None:
    shopper = Shopper()
    await shopper.tell("pressure cooker near Chicago", "1", "and a toaster?")
    await shopper.say("yes")
    assert shopper.held == []


async def test_a_digression_is_answered_and_the_proposal_is_put_again() -> None:
    shopper = Shopper()
    await shopper.tell("pressure cooker near Chicago", "1")
    answer = await shopper.say("what's the phone number there?")
    assert "+1 312 555 0101" in answer.reply.text
    assert answer.proposal is not None
    await shopper.say("yes")
    assert shopper.held == [("S1", "PC-6", 1)]


async def test_a_yes_after_five_minutes_is_asked_again() -> None:
    shopper = Shopper()
    await shopper.tell("pressure cooker near Chicago", "1")
    late = await shopper.say("yes", after=timedelta(minutes=5, seconds=1))
    assert shopper.held == []
    assert late.proposal is not None
    await shopper.say("yes")
    assert shopper.held == [("S1", "PC-6", 1)]


async def test_a_doubtful_yes_holds_nothing() -> None:
    shopper = Shopper()
    await shopper.tell("pressure cooker near Chicago", "1")
    answer = await shopper.say("ok?")
    assert shopper.held == []
    assert answer.proposal is not None


async def test_the_last_unit_taken_meanwhile_brings_the_nearest_alternative_in_the_same_turn() -> None:
    shopper = Shopper()
    await shopper.tell("pressure cooker near Chicago", "2")
    shopper.world.stock["S2", "PC-6"] = 0
    answer = await shopper.say("yes")
    assert answer.hold is None
    assert "just took the last" in answer.reply.text
    assert answer.proposal is not None
    assert answer.proposal.store.store_id == "S1"
    await shopper.say("yes")
    assert shopper.held == [("S1", "PC-6", 1)]


async def test_what_is_left_is_offered_when_nobody_has_enough() -> None:
    shopper = Shopper({("S1", "PC-6"): 3})
    await shopper.tell("3 pressure cookers near Chicago", "1")
    shopper.world.stock["S1", "PC-6"] = 2
    answer = await shopper.say("yes")
    assert answer.proposal is not None
    assert answer.proposal.quantity == 2
    await shopper.say("yes")
    assert shopper.held == [("S1", "PC-6", 2)]


async def test_a_stale_list_is_checked_again_before_a_proposal() -> None:
    shopper = Shopper()
    await shopper.say("pressure cooker near Chicago")
    shopper.world.stock["S2", "PC-6"] = 0
    answer = await shopper.say("2")
    assert answer.proposal is not None
    assert answer.proposal.store.store_id == "S1"
    assert "Chicago Union Square" in answer.reply.text


async def test_stock_at_a_named_store_is_answered_and_refers_to_what_was_asked() -> None:
    shopper = Shopper()
    await shopper.say("pressure cooker near Evanston, Chicago")
    await shopper.say("toaster near Chicago")
    answer = await shopper.say("is it at the Union Square store?")
    assert answer.understood.intent == Intent.STORE_STOCK
    assert "Chicago Union Square does not have it" in answer.reply.text
    assert answer.results[0].store.store_id == "S1"


async def test_a_store_asked_before_the_product_is_remembered() -> None:
    shopper = Shopper()
    await shopper.say("is it at the Union Square store?")
    answer = await shopper.say("pressure cooker")
    assert [result.store.store_id for result in answer.results] == ["S2"]


async def test_a_hold_at_a_named_store_is_proposed_at_once() -> None:
    shopper = Shopper()
    offer = await shopper.say("hold 2 pressure cookers at the Union Square store")
    assert offer.proposal is not None
    assert (offer.proposal.store.store_id, offer.proposal.product.sku) == ("S2", "PC-8")
    assert shopper.held == []


async def test_several_stores_of_a_name_are_asked_about() -> None:
    shopper = Shopper()
    asked = await shopper.say("un autocuiseur au magasin de Lyon")
    assert len(asked.stores) == 2
    answer = await shopper.say("2")
    assert answer.results[0].store.store_id in {"S4", "S5"}


async def test_nothing_within_the_radius_names_the_nearest_beyond() -> None:
    shopper = Shopper()
    answer = await shopper.say("kettle within 50 km of Chicago")
    assert answer.results == ()
    assert answer.nearest_beyond_radius is not None
    assert answer.nearest_beyond_radius.store.store_id == "S7"
    assert "50 km" in answer.reply.text.replace("\u00a0", " ")


async def test_more_results_follow_the_ones_that_were_shown() -> None:
    shopper = Shopper({(f"S{number}", "PC-6"): 1 for number in range(1, 8)})
    first = await shopper.say("pressure cooker within 10000 km of Chicago")
    second = await shopper.say("show me more")
    assert len(first.results) == 5
    assert [result.store.store_id for result in second.results] == ["S5", "S4"]
    assert (await shopper.say("1")).proposal is not None
    assert "all there is" in (await shopper.say("more")).reply.text


async def test_an_entry_may_be_chosen_by_its_name() -> None:
    shopper = Shopper()
    await shopper.say("pressure cooker near Chicago")
    offer = await shopper.say("I'll take the evanston one")
    assert offer.proposal is not None
    assert offer.proposal.store.store_id == "S3"


async def test_more_than_any_store_has_shows_who_has_fewer() -> None:
    shopper = Shopper()
    answer = await shopper.say("need 40 kettles in Boston")
    assert "No store has 40" in answer.reply.text
    assert answer.results[0].items[0].available == 2


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


async def test_a_store_with_fewer_than_are_wanted_is_not_said_to_have_none() -> None:
    shopper = Shopper()
    answer = await shopper.say("do you have 3 pressure cookers at the Union Square store?")
    assert "Chicago Union Square does not have 3 of them" in answer.reply.text
    assert [result.store.store_id for result in answer.results][:2] == ["S1", "S3"]


async def test_who_has_some_is_told_when_nobody_has_enough_any_more() -> None:
    shopper = Shopper({("S1", "PC-6"): 3, ("S2", "PC-6"): 1})
    await shopper.tell("3 pressure cookers near Chicago", "1")
    shopper.world.stock["S1", "PC-6"] = 0
    answer = await shopper.say("yes")
    assert "No store has 3 of them" in answer.reply.text
    assert "no store has Seb" not in answer.reply.text
    assert [result.store.store_id for result in answer.results] == ["S2"]


async def test_a_correction_is_also_said_where_the_store_lacks_it() -> None:
    shopper = Shopper()
    shopper.ports.catalogue.corrections["toster"] = "toaster"
    assert "“toaster”" in (await shopper.say("toster at the Union Square store")).reply.text


async def test_of_several_things_one_is_answered_and_the_others_are_a_button_away() -> None:
    shopper = Shopper()
    answer = await shopper.say("a toaster and a pressure cooker near Chicago")
    assert answer.understood.product == "toaster"
    assert answer.results[0].items[0].product.sku == "TO-2"
    assert "one thing at a time; ask me next for pressure cooker" in answer.reply.text
    assert answer.reply.suggestions[-1].text == "pressure cooker"
    following = await shopper.say(answer.reply.suggestions[-1].text)
    assert following.understood.place == "Chicago, IL"
    assert {item.product.brand for item in following.results[0].items} == {"Seb"}


async def test_a_corrected_word_is_said() -> None:
    shopper = Shopper()
    shopper.ports.catalogue.corrections["toster"] = "toaster"
    assert "“toaster”" in (await shopper.say("toster near Chicago")).reply.text


async def test_a_degraded_search_is_said() -> None:
    shopper = Shopper()
    shopper.ports.catalogue.degraded = ("model",)
    answer = await shopper.say("toaster near Chicago")
    assert answer.degraded == ("model",)
    assert "not working" in answer.reply.text


async def test_an_unknown_product_is_said_in_clean_words() -> None:
    shopper = Shopper()
    answer = await shopper.say("<img src=x>\u202eflux capacitor near Chicago")
    assert "flux capacitor" in answer.reply.text
    assert not set(answer.reply.text) & set("<>\u202e")


@pytest.mark.parametrize(("quantity", "words"), [("0", "at least one"), ("-1", "at least one"), ("99999", "more than")])
async def test_a_quantity_out_of_range_is_refused_kindly(quantity: str, words: str) -> None:
    assert words in (await Shopper().say(f"need {quantity} toasters in Chicago")).reply.text


async def test_hold_status_and_cancel_speak_only_of_holds_of_this_conversation() -> None:
    shopper = Shopper()
    foreign = "H" + "A" * 26
    assert "only speak about holds" in (await shopper.say(f"cancel hold {foreign}")).reply.text
    assert "no live hold" in (await shopper.say("where is my hold")).reply.text
    await shopper.tell("toaster near Chicago", "1", "yes")
    status = await shopper.say("where is my reservation")
    assert status.hold is not None
    assert "Chicago Loop" in status.reply.text
    assert "cancelled" in (await shopper.say("cancel my hold")).reply.text
    assert "no live hold" in (await shopper.say("cancel my hold")).reply.text


async def test_of_several_holds_one_is_chosen_by_its_button() -> None:
    shopper = Shopper()
    await shopper.tell("toaster near Chicago", "1", "yes", "pressure cooker near Chicago", "1", "yes")
    asked = await shopper.say("cancel my hold")
    assert len(asked.reply.suggestions) == 2
    await shopper.say(asked.reply.suggestions[1].text)
    assert shopper.world.available("S1", "TO-2") == 3
    assert shopper.world.available("S1", "PC-6") == 3


async def test_of_several_holds_one_is_chosen_by_its_number() -> None:
    shopper = Shopper()
    await shopper.tell("toaster near Chicago", "1", "yes", "pressure cooker near Chicago", "1", "yes")
    await shopper.tell("where is my hold")
    assert "Brill Toaster" in (await shopper.say("2")).reply.text
    await shopper.tell("cancel my hold", "2")
    assert shopper.world.available("S1", "TO-2") == 3


async def test_words_that_are_no_product_but_a_place_move_the_search() -> None:
    shopper = Shopper()
    await shopper.say("pressure cooker near Chicago")
    answer = await shopper.say("and lyon?")
    assert answer.understood.product == "pressure cooker"
    assert answer.results[0].store.store_id == "S5"


async def test_hours_of_another_day_are_told_by_its_name() -> None:
    shopper = Shopper()
    await shopper.say("pressure cooker near Chicago")
    answer = await shopper.say("is the second one open on sunday?")
    assert "Chicago Union Square is open on Sunday, 09:00-21:00." in answer.reply.text
    assert answer.understood.when == "on sunday"
    assert "is open now" in (await shopper.say("what are the hours there?")).reply.text


async def test_what_was_asked_about_a_store_waits_for_its_choice() -> None:
    shopper = Shopper()
    await shopper.say("what are the opening hours of the Chicago store on saturday?")
    answer = await shopper.say("2")
    assert answer.reply.text == "Chicago Union Square is open on Saturday, 09:00-21:00."


async def test_a_number_out_of_the_blue_is_no_product() -> None:
    shopper = Shopper()
    assert "not shown you a list" in (await shopper.say("2")).reply.text
    assert "What are you looking for" in (await shopper.say("hold it")).reply.text


async def test_asked_where_a_number_is_no_quantity() -> None:
    shopper = Shopper()
    await shopper.say("un autocuiseur")
    answer = await shopper.say("69")
    assert answer.understood.quantity is None
    assert "Je ne connais pas ce lieu" in answer.reply.text
    assert (await shopper.say("Lyon")).results[0].store.store_id == "S5"


async def test_hours_of_several_days_are_not_pretended_to_be_known() -> None:
    shopper = Shopper()
    await shopper.say("pressure cooker near Chicago")
    answer = await shopper.say("is the second one open next week?")
    assert "one day at a time" in answer.reply.text


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


async def test_what_is_not_possible_yet_is_said_honestly() -> None:
    shopper = Shopper()
    await shopper.say("toaster near Chicago")
    assert "delivery" in (await shopper.say("can you deliver it?")).reply.text
    assert "message when it is back" in (await shopper.say("tell me when it's back in stock")).reply.text
    assert "connect you to a person" in (await shopper.say("talk to a human")).reply.text


async def test_the_language_follows_the_shopper_and_stays() -> None:
    shopper = Shopper()
    assert (await shopper.say("bonjour")).reply.language == "fr"
    assert (await shopper.say("Seb")).reply.language == "fr"
    assert (await shopper.say("do you have a toaster in Chicago?")).reply.language == "en"
    assert (await shopper.say("ok")).reply.language == "en"
    assert (await shopper.say("en français s'il vous plaît")).reply.text.startswith("Bien sûr")


async def test_the_locale_of_the_channel_chooses_language_and_units() -> None:
    french = await Shopper(locale="fr-FR").say("Seb pressure cooker", location=CHICAGO)
    assert french.reply.language == "fr"
    assert "km (" not in french.reply.text
    american = await Shopper(locale="en-US").say("pressure cooker", location=CHICAGO)
    assert "mi)" in american.reply.text
    british = await Shopper(locale="en-GB").say("pressure cooker", location=CHICAGO)
    assert "mi)" not in british.reply.text


@pytest.mark.parametrize("text", ["yes", "2", "the second one", "cancel my hold", "there", "it", "😀", "", "?", "no"])
async def test_nothing_said_out_of_the_blue_breaks_or_holds(text: str) -> None:
    shopper = Shopper()
    answer = await shopper.say(text)
    assert answer.reply.text
    assert shopper.held == []


async def test_a_shopper_who_may_not_count_is_offered_and_told_no_more_than_the_cap() -> None:
    shopper = Shopper({("S1", "PC-6"): 700, ("S2", "PC-6"): 3}, available_cap=10)
    found = await shopper.say("pressure cooker near Chicago")
    assert "10+ in stock" in found.reply.text
    assert "3 in stock" in found.reply.text
    assert [(result.items[0].available, result.items[0].capped) for result in found.results] == [(10, True), (3, False)]
    enough = await shopper.say("hold 500 of the first one")
    assert enough.proposal is not None
    assert enough.proposal.quantity == 500
    too_many = await shopper.say("hold 900 of the first one")
    assert too_many.proposal is not None
    assert too_many.proposal.quantity == 10
    assert "700" not in too_many.reply.text


@pytest.mark.parametrize("limit", ["units_per_sku", "open_holds", "holds_per_minute", "share_percent"])
async def test_a_limit_of_holds_is_told_as_such_and_whose_it_is_goes_along(limit: str) -> None:
    shopper = Shopper()
    await shopper.say("pressure cooker near Chicago")
    await shopper.say("1")
    shopper.ports.holds.limit = LimitReached(limit, 1, None)
    answer = await shopper.say("yes")
    assert (answer.hold, answer.reply.text) == (None, load_phrases()["en"].sentences[f"hold_limit_{limit}"])
    assert shopper.held == []
    assert shopper.ports.holds.askers[-1].identity == "network:192.0.2.0"
