"""Proposals: one sentence with product, store, quantity, price and until when. Nothing is held here."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from bot.capping import capped_count
from bot.conversations import Conversation, Focus
from bot.dialogue.draft import Button, Draft, Origin, Turn
from bot.dialogue.listing import fewer_listed
from bot.dialogue.policy import DialoguePolicy
from bot.dialogue.whereabouts import Whereabouts
from bot.messages import Proposal
from bot.ports import Ports
from bot.understanding.models import Expecting
from bot.wording import Distance, Fact, Line, Moment, Money, line
from geo.models import Coordinates
from search.models import AvailabilityAnswer, Product, StoreAvailability


class Proposing:
    def __init__(self, ports: Ports, policy: DialoguePolicy, whereabouts: Whereabouts) -> None:
        self._ports = ports
        self._policy = policy
        self._whereabouts = whereabouts

    async def at(self, turn: Turn, conversation: Conversation, product: Product, store_id: str) -> Draft:
        """Looks at the shelf again, then proposes, or says what changed and proposes the nearest alternative."""
        quantity = conversation.wanted.count
        if quantity < 1 or quantity > self._policy.quantity_max:
            key = "quantity_too_low" if quantity < 1 else "quantity_too_high"
            return Draft(replace(conversation, wanted=replace(conversation.wanted, quantity=None)), (line(key),))
        origin = self._whereabouts.origin(turn, conversation)
        shelf = await self._shelf(product, store_id, origin)
        if shelf is None:
            return Draft(conversation, (line("store_unknown"),))
        if shelf.items[0].available >= quantity and shelf.store.pickup and shelf.store.kind == "store":
            return self._propose(turn, conversation, shelf, quantity, origin)
        return await self.instead(turn, conversation, product, shelf, just_gone=False)

    async def instead(
        self, turn: Turn, conversation: Conversation, product: Product, shelf: StoreAvailability, *, just_gone: bool
    ) -> Draft:
        """Not enough at that store: says so, and proposes the nearest other store that has enough."""
        quantity = conversation.wanted.count
        available = shelf.items[0].available if shelf.store.pickup else 0
        gone = _shortage(shelf, available, just_gone=just_gone)
        origin = self._whereabouts.origin(turn, conversation)
        here = origin.coordinates if origin else Coordinates(shelf.store.lat, shelf.store.lon)
        answer = await self._nearest(product, here, quantity, limit=1)
        others = [each for each in (*answer.results, answer.nearest_beyond_radius) if each is not None]
        if others:
            offer = self._propose(turn, conversation, others[0], quantity, origin)
            return replace(offer.after(gone), results=(others[0],), stores=(shelf.store,), skipped=answer.skipped)
        if available > 0:
            available, _ = capped_count(available, turn.message.available_cap)
            fewer = replace(conversation, wanted=replace(conversation.wanted, quantity=available))
            return replace(self._propose(turn, fewer, shelf, available, origin).after(gone), stores=(shelf.store,))
        some = await self._nearest(product, here, 1, limit=self._policy.list_length) if quantity > 1 else answer
        if listed := fewer_listed(conversation, some):
            return replace(listed.after(gone), stores=(shelf.store,), products=(product,))
        return Draft(
            replace(conversation, options=(), expecting=Expecting.NOTHING, focus=Focus(sku=product.sku)),
            (gone, line("none_anywhere", product=product)),
            (Button(line("button_alternatives")),),
            stores=(shelf.store,),
            products=(product,),
        )

    async def _nearest(self, product: Product, origin: Coordinates, quantity: int, *, limit: int) -> AvailabilityAnswer:
        return await self._ports.shelves.nearest(
            (product,), origin, quantity=quantity, radius_km=self._policy.radius_km, limit=limit
        )

    async def _shelf(self, product: Product, store_id: str, origin: Origin | None) -> StoreAvailability | None:
        return await self._ports.shelves.at_store((product,), store_id, origin=origin.coordinates if origin else None)

    def _propose(
        self, turn: Turn, conversation: Conversation, shelf: StoreAvailability, quantity: int, origin: Origin | None
    ) -> Draft:
        item = shelf.items[0]
        price = item.price if item.price is not None else item.product.price
        proposal = Proposal(
            proposal_id=_proposal_id(conversation.conversation_id, turn),
            product=item.product,
            store=shelf.store,
            quantity=quantity,
            price=price,
            expires_at=turn.now + self._policy.proposal_ttl,
            hold_until=turn.now + self._policy.hold_ttl,
            hold_ttl_seconds=int(self._policy.hold_ttl.total_seconds()),
            distance_km=shelf.distance_km if origin else None,
        )
        kept = replace(
            conversation,
            proposal=proposal,
            expecting=Expecting.YES,
            focus=Focus(item.product.sku, shelf.store.store_id),
        )
        return Draft(kept, (propose_line(proposal, turn),), yes_and_no(), proposal=proposal)


def propose_line(proposal: Proposal, turn: Turn, key: str = "propose") -> Line:
    """The proposal as one sentence."""
    facts: dict[str, Fact] = {
        "count": proposal.quantity,
        "product": proposal.product,
        "store": proposal.store,
        "until": Moment(proposal.hold_until, proposal.store.timezone, turn.now),
    }
    if proposal.distance_km is not None:
        facts["distance"] = Distance(proposal.distance_km)
        key += "_away"
    if proposal.price is not None:
        return Line(key, facts | {"price": Money(proposal.price, proposal.product.currency)})
    return Line(f"{key}_unpriced", facts)


def yes_and_no() -> tuple[Button, ...]:
    return (Button(line("button_yes")), Button(line("button_no")))


def _shortage(shelf: StoreAvailability, available: int, *, just_gone: bool) -> Line:
    facts: dict[str, Fact] = {"store": shelf.store, "product": shelf.items[0].product}
    if available > 0:
        return Line("not_enough_left", facts)
    return Line("just_gone" if just_gone else "none_at_store", facts)


def _proposal_id(conversation_id: str, turn: Turn) -> str:
    """Never one of an earlier day: callers may use their names of conversations and messages again."""
    named = f"{conversation_id}\n{turn.message_id}\n{turn.now.isoformat()}"
    return "P" + hashlib.sha256(named.encode()).hexdigest()[:24]
