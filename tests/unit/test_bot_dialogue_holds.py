"""Conversations about holds, told as stories: proposals, a yes and what is none, holds that are there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from stories import Shopper

from bot.phrases import load_phrases
from inventory.models import LimitReached


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


async def test_a_hold_at_a_named_store_is_proposed_at_once() -> None:
    shopper = Shopper()
    offer = await shopper.say("hold 2 pressure cookers at the Union Square store")
    assert offer.proposal is not None
    assert (offer.proposal.store.store_id, offer.proposal.product.sku) == ("S2", "PC-8")
    assert shopper.held == []


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
