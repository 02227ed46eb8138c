"""The finished answer: words of the draft, and beside them the fields that every fact in them comes from."""

from __future__ import annotations

from dataclasses import replace

from bot.capping import capped_result, capped_skipped
from bot.dialogue.draft import Button, Draft, Turn
from bot.intents import Intent
from bot.messages import Reply, Suggestion, TurnAnswer, Understood
from bot.understanding.models import Expecting
from bot.wording import Line, Wording
from search.models import StoreAvailability

_WITHOUT_SLOTS = frozenset(
    {Intent.HUMAN, Intent.HELP, Intent.GREETING, Intent.THANKS, Intent.GOODBYE, Intent.OUT_OF_SCOPE, Intent.NEGATE}
)
_ABOUT_A_STORE = frozenset({Intent.STORE_STOCK, Intent.STORE_INFO, Intent.SELECT_OPTION, Intent.PLACE_HOLD})


def answer_of(turn: Turn, draft: Draft, wording: Wording) -> TurnAnswer:
    cap, beyond = turn.message.available_cap, draft.nearest_beyond_radius
    return TurnAnswer(
        conversation_id=draft.conversation.conversation_id,
        message_id=turn.message_id,
        answered_at=turn.now,
        reply=Reply(
            wording.paragraph(draft.lines),
            draft.conversation.language,
            tuple(_suggestion(button, wording) for button in draft.buttons),
        ),
        understood=understood_of(turn, draft),
        results=tuple(_lean(capped_result(result, cap)) for result in draft.results),
        skipped=capped_skipped(draft.skipped, draft.conversation.wanted.count, cap),
        nearest_beyond_radius=_lean(capped_result(beyond, cap)) if beyond else None,
        proposal=draft.proposal,
        hold=draft.hold,
        products=draft.products,
        stores=draft.stores,
        degraded=draft.degraded,
    )


def _suggestion(button: Button, wording: Wording) -> Suggestion:
    label = wording.say(button.label) if isinstance(button.label, Line) else button.label
    return Suggestion(label, button.text or label)


def understood_of(turn: Turn, draft: Draft) -> Understood:
    """What was said, completed by what is known from before."""
    meant, kept = turn.understanding, draft.conversation
    if meant.intent in _WITHOUT_SLOTS:
        return Understood(meant.intent)
    wanted, proposal, hold = kept.wanted, draft.proposal, draft.hold
    asking = meant.place is not None and kept.expecting is Expecting.PLACE
    known = kept.place.label if kept.place and not kept.near_me and not asking else None
    return Understood(
        intent=meant.intent,
        product=wanted.product,
        sku=(proposal.product.sku if proposal else None) or (hold.lines[0].sku if hold else None) or wanted.sku,
        brand=wanted.brand,
        excluded_brands=wanted.excluded_brands,
        quantity=wanted.quantity,
        price_min=wanted.price_min,
        price_max=wanted.price_max,
        place=known or (meant.place.text if meant.place else None),
        store_id=_store_id(turn, draft),
        radius_km=draft.radius_km or wanted.radius_km,
        when=meant.when or wanted.when,
        option=len(turn.conversation.options) if meant.option == -1 else meant.option,
        hold_id=hold.hold_id if hold else meant.hold_id,
    )


def _store_id(turn: Turn, draft: Draft) -> str | None:
    """The store that is spoken of; of a list of results none is."""
    if draft.proposal:
        return draft.proposal.store.store_id
    if draft.hold:
        return draft.hold.store_id
    about_one = turn.understanding.intent in _ABOUT_A_STORE
    return draft.conversation.focus.store_id if about_one else None


def _lean(result: StoreAvailability) -> StoreAvailability:
    """Without descriptions: nobody is shown them, and every answer is kept for a while."""
    return replace(
        result,
        items=tuple(replace(item, product=replace(item.product, description=None)) for item in result.items),
    )
