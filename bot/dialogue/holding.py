"""Holds: a yes to a live proposal places one; also cancel and status. The only writer of this package."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from bot.api_keys import CHAT as PRINCIPAL
from bot.conversations import Conversation, Option, OptionKind
from bot.dialogue.draft import Button, Draft, Turn
from bot.dialogue.policy import DialoguePolicy
from bot.dialogue.proposing import Proposing, propose_line, yes_and_no
from bot.messages import Proposal
from bot.ports import Ports
from bot.understanding.models import Expecting
from bot.wording import Line, Moment, line
from inventory.models import (
    Hold,
    HoldChanged,
    HoldHasExpired,
    HoldId,
    HoldLine,
    HoldNotFound,
    HoldPlaced,
    HoldWrongState,
    IdempotencyConflict,
    InsufficientStock,
    LimitReached,
    Sku,
    StoreId,
    UnknownProduct,
    UnknownStore,
)
from inventory.terms import Asker
from search.models import ItemAvailability, Level, Product, Store, StoreAvailability

MAX_HOLDS = 20  # the newest, that a conversation can speak of


class Holding:
    def __init__(self, ports: Ports, policy: DialoguePolicy, proposing: Proposing) -> None:
        self._ports = ports
        self._policy = policy
        self._proposing = proposing

    async def affirm(self, turn: Turn, conversation: Conversation, proposal: Proposal | None) -> Draft:
        """A yes. Holds exactly what was proposed, or proposes anew when the proposal has run out."""
        if proposal is None:
            return Draft(conversation, (line("nothing_to_confirm"),))
        if turn.understanding.doubtful:
            return remind(turn, Draft(conversation), proposal)
        if turn.now >= proposal.expires_at:
            again = await self._proposing.at(
                turn, _as_proposed(conversation, proposal), proposal.product, proposal.store.store_id
            )
            return again.after(line("proposal_lapsed"))
        return await self._place(turn, conversation, proposal)

    async def _place(self, turn: Turn, conversation: Conversation, proposal: Proposal) -> Draft:
        outcome = await self._ports.holds.place(
            StoreId(proposal.store.store_id),
            (HoldLine(Sku(proposal.product.sku), proposal.quantity),),
            # One proposal, one hold: whatever message says yes to it, and however often.
            idempotency_key=f"{conversation.conversation_id}:{proposal.proposal_id}",
            asker=Asker(
                principal=PRINCIPAL,
                identity=turn.message.identity,
                address=turn.message.address,
                limits=self._policy.limits,
            ),
            ttl_seconds=proposal.hold_ttl_seconds,
        )
        match outcome:
            case HoldPlaced(hold):
                return _placed(turn, conversation, proposal, hold)
            case InsufficientStock(_, lines):
                left = lines[0].available if lines else 0
                shelf = _shelf(proposal, left, turn)
                return await self._proposing.instead(
                    turn, _as_proposed(conversation, proposal), proposal.product, shelf, just_gone=True
                )
            case LimitReached(limit):
                return Draft(conversation, (line(f"hold_limit_{limit}"),))
            case UnknownStore() | UnknownProduct() | IdempotencyConflict():
                return Draft(conversation, (line("hold_refused"),))
            case _:
                assert_never(outcome)

    async def chosen(self, turn: Turn, conversation: Conversation, option: Option) -> Draft:
        """One of several holds: cancelled where that was asked, told otherwise."""
        act = self.cancel if option.cancels else self.status
        return await act(turn, conversation, option.hold_id)

    async def cancel(self, turn: Turn, conversation: Conversation, named: str | None) -> Draft:
        """Cancels a hold of this conversation; never one that somebody merely names."""
        if named and named not in conversation.hold_ids:
            return Draft(conversation, (line("hold_not_yours"),))
        live = await self._live(conversation)
        chosen = [hold for hold in live if not named or hold.hold_id == named]
        if not chosen:
            return Draft(conversation, (line("no_hold"),))
        if len(chosen) > 1:
            return await self._which(conversation, chosen, cancels=True)
        outcome = await self._ports.holds.cancel(chosen[0].hold_id, principal=PRINCIPAL)
        match outcome:
            case HoldChanged(hold):
                return await self._told(turn, conversation, hold, "hold_cancelled")
            case HoldHasExpired(hold):
                return await self._told(turn, conversation, hold, "hold_expired")
            case HoldWrongState(hold):
                return await self._told(turn, conversation, hold, "hold_cannot_be_cancelled")
            case HoldNotFound():
                return Draft(conversation, (line("no_hold"),))
            case _:
                assert_never(outcome)

    async def status(self, turn: Turn, conversation: Conversation, named: str | None) -> Draft:
        if named and named not in conversation.hold_ids:
            return Draft(conversation, (line("hold_not_yours"),))
        live = [hold for hold in await self._live(conversation) if not named or hold.hold_id == named]
        if not live:
            return Draft(conversation, (line("no_hold"),))
        if len(live) > 1:
            return await self._which(conversation, live, cancels=False)
        draft = await self._told(turn, conversation, live[0], f"hold_{live[0].state.value}")
        return replace(draft, buttons=(Button(line("button_cancel_hold")),))

    async def _live(self, conversation: Conversation) -> list[Hold]:
        found = [await self._ports.holds.show(HoldId(hold_id)) for hold_id in reversed(conversation.hold_ids)]
        return [hold for hold in found if isinstance(hold, Hold) and hold.state.live]

    async def _which(self, conversation: Conversation, holds: list[Hold], *, cancels: bool) -> Draft:
        named = [(*await self._named(hold), hold) for hold in holds]
        lines = [
            line("option_hold", number=number, product=product, store=store)
            for number, (product, store, _) in enumerate(named, start=1)
        ]
        options = tuple(
            Option(OptionKind.HOLD, product.title, hold_id=hold.hold_id, cancels=cancels) for product, _, hold in named
        )
        return Draft(
            replace(conversation, options=options),
            (line("several_holds"), *lines),
            tuple(
                Button(line("button_cancel_product", product=product), f"cancel hold {hold.hold_id}")
                for product, _, hold in named
            ),
            products=tuple(product for product, _, _ in named),
            stores=tuple(store for _, store, _ in named),
        )

    async def _told(self, turn: Turn, conversation: Conversation, hold: Hold, key: str) -> Draft:
        product, store = await self._named(hold)
        return Draft(
            conversation,
            (_hold_line(key, turn, hold, product, store, hold.lines[0].held),),
            hold=hold,
            products=(product,),
            stores=(store,),
        )

    async def _named(self, hold: Hold) -> tuple[Product, Store]:
        """What is held and where, as people call it; by their codes where the catalogue has them no more."""
        sku = hold.lines[0].sku
        product = (await self._ports.catalogue.get((sku,))).get(sku) or Product(sku, sku)
        store = await self._ports.stores.get(hold.store_id) or Store(hold.store_id, hold.store_id, 0.0, 0.0)
        return product, store


def _placed(turn: Turn, conversation: Conversation, proposal: Proposal, hold: Hold) -> Draft:
    ids = (*(each for each in conversation.hold_ids if each != hold.hold_id), hold.hold_id)
    kept = replace(conversation, hold_ids=ids[-MAX_HOLDS:], options=(), expecting=Expecting.NOTHING)
    said = _hold_line("hold_placed", turn, hold, proposal.product, proposal.store, proposal.quantity)
    return Draft(
        kept,
        (said,),
        (Button(line("button_cancel_hold")),),
        hold=hold,
        products=(proposal.product,),
        stores=(proposal.store,),
    )


def _hold_line(key: str, turn: Turn, hold: Hold, product: Product, store: Store, count: int) -> Line:
    until = hold.expires_at or hold.pickup_by or hold.updated_at
    return line(
        key,
        count=count,
        product=product,
        store=store,
        until=Moment(until, store.timezone, turn.now),
        hold=hold.hold_id,
    )


def remind(turn: Turn, draft: Draft, proposal: Proposal) -> Draft:
    """Keeps a proposal open across a digression, and says it again."""
    kept = replace(draft.conversation, proposal=proposal, expecting=Expecting.YES)
    said = draft.saying(propose_line(proposal, turn, "still"))
    return replace(said, conversation=kept, buttons=yes_and_no(), proposal=proposal)


def _as_proposed(conversation: Conversation, proposal: Proposal) -> Conversation:
    return replace(conversation, wanted=replace(conversation.wanted, quantity=proposal.quantity))


def _shelf(proposal: Proposal, available: int, turn: Turn) -> StoreAvailability:
    """The shelf as the refusal told it."""
    level = Level.OUT if available <= 0 else Level.LOW
    item = ItemAvailability(proposal.product, available, level, price=proposal.price)
    return StoreAvailability(proposal.store, proposal.distance_km or 0.0, turn.now, (item,))
