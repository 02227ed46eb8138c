"""What happened to holds and stock, as other systems read it."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict


class EventLineJson(TypedDict):
    sku: str
    quantity: int


class StockChangeJson(TypedDict):
    """By how much each counter of a product at the event's store changed; those that did not are left out."""

    sku: str
    on_hand: NotRequired[int]
    safety: NotRequired[int]
    held: NotRequired[int]
    allocated: NotRequired[int]
    quality_control: NotRequired[int]


class EventJson(TypedDict):
    """`type` is `hold_…` with the new state or what else was done, `wait_…`, or `stock_…` with the movement."""

    event_id: str
    type: str
    at: str
    by: NotRequired[str]
    hold_id: NotRequired[str]
    group_id: NotRequired[str]
    wait_id: NotRequired[str]
    store_id: NotRequired[str]
    sku: NotRequired[str]
    state: NotRequired[str]
    previous_state: NotRequired[str]
    reason: NotRequired[str]
    moved_to: NotRequired[str]
    moved_from: NotRequired[str]
    source: NotRequired[str]
    seq: NotRequired[int]
    #: When the source says that it happened.
    source_at: NotRequired[str]
    #: Units that were told of and were not there.
    shortfall: NotRequired[int]
    lines: NotRequired[list[EventLineJson]]
    changes: NotRequired[list[StockChangeJson]]
    #: How many stores the count of a feed changed; their numbers are left out.
    stores_changed: NotRequired[int]


class EventsAnswer(TypedDict):
    """`next` is what to ask for next, also where nothing new has happened."""

    events: list[EventJson]
    next: str
