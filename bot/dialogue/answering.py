"""The finished answer: words of the draft, and beside them the fields that every fact in them comes from."""

from __future__ import annotations

from bot.dialogue.draft import Button, Draft, Turn
from bot.intents import Intent
from bot.messages import Reply, Suggestion, TurnAnswer, Understood
from bot.wording import Line, Wording

_WITHOUT_SLOTS = frozenset(
    {Intent.HUMAN, Intent.HELP, Intent.GREETING, Intent.THANKS, Intent.GOODBYE, Intent.OUT_OF_SCOPE, Intent.NEGATE}
)


def answer_of(turn: Turn, draft: Draft, wording: Wording) -> TurnAnswer:
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
        results=draft.results,
        skipped=draft.skipped,
        nearest_beyond_radius=draft.nearest_beyond_radius,
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
    said = meant.place.text if meant.place else None
    store_id = (
        (proposal.store.store_id if proposal else None) or (hold.store_id if hold else None) or kept.focus.store_id
    )
    return Understood(
        intent=meant.intent,
        product=wanted.product,
        sku=(proposal.product.sku if proposal else None) or (hold.lines[0].sku if hold else None) or wanted.sku,
        brand=wanted.brand,
        excluded_brands=wanted.excluded_brands,
        quantity=wanted.quantity,
        price_min=wanted.price_min,
        price_max=wanted.price_max,
        place=kept.place.label if kept.place and not kept.near_me else said,
        store_id=store_id,
        radius_km=draft.radius_km or wanted.radius_km,
        when=wanted.when,
        option=len(turn.conversation.options) if meant.option == -1 else meant.option,
        hold_id=hold.hold_id if hold else meant.hold_id,
    )
