"""Entries of the ledger as events for other systems: names of ours, nothing about customers."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from bot.answers.events import EventJson, EventLineJson, StockChangeJson
from bot.responses.values import timestamp
from inventory.stream import CellMove, LedgerEntry

#: The ledger's word for a detail, and ours.
_NAMES = {
    "by": "by",
    "hold": "hold_id",
    "group": "group_id",
    "wait": "wait_id",
    "store": "store_id",
    "sku": "sku",
    "to": "state",
    "from": "previous_state",
    "reason": "reason",
    "to_hold": "moved_to",
    "from_hold": "moved_from",
    "source": "source",
    "at": "source_at",
}
_NUMBERS = ("seq", "shortfall")
_COUNTERS = ("on_hand", "safety", "held", "allocated", "quality_control")
_OWN_WORDS = ("hold_", "wait_")


def event_json(entry: LedgerEntry) -> EventJson:
    """One entry as an event."""
    about_hold = entry.op.startswith(_OWN_WORDS)
    event: dict[str, Any] = {
        "event_id": entry.entry_id,
        "type": entry.op if about_hold else f"stock_{entry.op}",
        "at": timestamp(_moment(entry.entry_id)),
    }
    for word, name in _NAMES.items():
        if entry.details.get(word):
            event[name] = entry.details[word]
    for word in _NUMBERS:
        if int(entry.details.get(word) or 0):
            event[word] = int(entry.details[word])
    if about_hold:
        if lines := _lines(entry.moves):
            event["lines"] = lines
    elif "store" in entry.details:
        event["changes"] = [_change(move) for move in entry.moves]
    else:
        event["stores_changed"] = len(entry.moves)
    return event  # type: ignore[return-value]


def _moment(entry_id: str) -> datetime:
    return datetime.fromtimestamp(int(entry_id.partition("-")[0]) / 1000, UTC)


def _lines(moves: tuple[CellMove, ...]) -> list[EventLineJson]:
    """How many units of each product came under the hold or left it."""
    units = Counter[str]()
    for move in moves:
        units[move.sku] += abs(move.held)
    return [{"sku": sku, "quantity": quantity} for sku, quantity in units.items() if quantity]


def _change(move: CellMove) -> StockChangeJson:
    deltas = {name: getattr(move, name) for name in _COUNTERS}
    return {"sku": move.sku, **{name: delta for name, delta in deltas.items() if delta}}  # type: ignore[typeddict-item]
