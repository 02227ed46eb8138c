"""The answer of a turn as JSON."""

from __future__ import annotations

from datetime import datetime

from bot.answers.chat import ChatAnswer, ProposalJson, UnderstoodJson
from bot.messages import Proposal, TurnAnswer, Understood
from bot.responses.holds import BesideHold, hold_json
from bot.responses.search import product_json, result_json, skipped_json, store_json
from bot.responses.values import money, timestamp


def chat_json(answer: TurnAnswer) -> ChatAnswer:
    at, beyond, proposal = answer.answered_at, answer.nearest_beyond_radius, answer.proposal
    return {
        "conversation_id": answer.conversation_id,
        "message_id": answer.message_id,
        "reply": {
            "text": answer.reply.text,
            "language": answer.reply.language,
            "suggestions": [{"label": button.label, "text": button.text} for button in answer.reply.suggestions],
        },
        "understood": _understood_json(answer.understood),
        "results": [result_json(result, at) for result in answer.results],
        "skipped": skipped_json(answer.skipped),
        "nearest_beyond_radius": None if beyond is None else result_json(beyond, at),
        "products": [product_json(product) for product in answer.products],
        "stores": [store_json(store, at) for store in answer.stores],
        "proposal": None if proposal is None else _proposal_json(proposal, at),
        "hold": None if answer.hold is None else hold_json(answer.hold, _beside(answer)),
        "degraded": list(answer.degraded),
    }


def _beside(answer: TurnAnswer) -> BesideHold:
    """The hold's product and store are among those that the answer names."""
    assert answer.hold is not None
    store = next((store for store in answer.stores if store.store_id == answer.hold.store_id), None)
    return BesideHold({product.sku: product.title for product in answer.products}, store)


def _understood_json(understood: Understood) -> UnderstoodJson:
    """Only what was said or carried over."""
    texts: UnderstoodJson = {"intent": understood.intent}
    if understood.product is not None:
        texts["product"] = understood.product
    if understood.sku is not None:
        texts["sku"] = understood.sku
    if understood.brand is not None:
        texts["brand"] = understood.brand
    if understood.excluded_brands:
        texts["excluded_brands"] = list(understood.excluded_brands)
    if understood.quantity is not None:
        texts["quantity"] = understood.quantity
    if (price_min := money(understood.price_min)) is not None:
        texts["price_min"] = price_min
    if (price_max := money(understood.price_max)) is not None:
        texts["price_max"] = price_max
    return _where_and_which(understood, texts)


def _where_and_which(understood: Understood, shown: UnderstoodJson) -> UnderstoodJson:
    if understood.place is not None:
        shown["place"] = understood.place
    if understood.store_id is not None:
        shown["store_id"] = understood.store_id
    if understood.radius_km is not None:
        shown["radius_km"] = understood.radius_km
    if understood.when is not None:
        shown["when"] = understood.when
    if understood.option is not None:
        shown["option"] = understood.option
    if understood.hold_id is not None:
        shown["hold_id"] = understood.hold_id
    return shown


def _proposal_json(proposal: Proposal, at: datetime) -> ProposalJson:
    distance = proposal.distance_km
    return {
        "proposal_id": proposal.proposal_id,
        "product": product_json(proposal.product, price=proposal.price),
        "store": store_json(proposal.store, at),
        "quantity": proposal.quantity,
        "price": money(proposal.price if proposal.price is not None else proposal.product.price),
        "currency": proposal.product.currency,
        "distance_km": None if distance is None else round(distance, 3),
        "expires_at": timestamp(proposal.expires_at),
        "hold_until": timestamp(proposal.hold_until),
        "hold_ttl_seconds": proposal.hold_ttl_seconds,
    }
