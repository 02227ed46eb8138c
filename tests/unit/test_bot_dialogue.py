"""Conversations of several turns, told as stories: what is looked for, and where."""

from __future__ import annotations

from datetime import timedelta

import pytest
from stories import CHICAGO, Shopper

from bot.intents import Intent


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


async def test_a_question_that_waits_is_asked_again_once_and_with_its_choices() -> None:
    shopper = Shopper()
    await shopper.say("toaster near Springfield")
    answer = await shopper.say("hello")
    assert answer.reply.text.count("?") == 1
    assert len(answer.reply.suggestions) == 3
    assert (await shopper.say("which stores do you have?")).reply.text.count("?") == 1


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
