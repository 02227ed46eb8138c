"""Entries of the ledger as other systems read them."""

from __future__ import annotations

from bot.responses.events import event_json
from inventory.models import Sku
from inventory.stream import CellMove, LedgerEntry

AT = "1764093600123-4"


def test_a_hold_tells_its_units_and_states() -> None:
    moves = (CellMove(Sku("a"), 3, held=-2), CellMove(Sku("b"), 3, on_hand=-1, held=-1), CellMove(Sku("a"), 4, held=-1))
    details = {"hold": "H1", "store": "S", "from": "ready", "to": "shorted", "by": "till", "reason": "oversold"}
    assert event_json(LedgerEntry(AT, "hold_shorted", moves, details)) == {
        "event_id": AT,
        "type": "hold_shorted",
        "at": "2025-11-25T18:00:00.123Z",
        "hold_id": "H1",
        "store_id": "S",
        "by": "till",
        "state": "shorted",
        "previous_state": "ready",
        "reason": "oversold",
        "lines": [{"sku": "a", "quantity": 3}, {"sku": "b", "quantity": 1}],
    }


def test_a_reminder_moves_nothing_and_was_done_by_nobody() -> None:
    details = {"hold": "H1", "store": "S", "from": "held", "to": "held", "by": "", "unknown": "kept from others"}
    event = event_json(LedgerEntry(AT, "hold_reminder", (), details))
    assert "lines" not in event
    assert "by" not in event
    assert "unknown" not in event


def test_a_movement_tells_its_source_its_changes_and_what_was_not_there() -> None:
    details = {"source": "till", "seq": "7", "store": "S", "sku": "a", "at": "2025-11-25T17:59:59Z", "shortfall": "2"}
    event = event_json(LedgerEntry(AT, "sell", (CellMove(Sku("a"), 3, on_hand=-1),), details))
    assert event["type"] == "stock_sell"
    assert (event["source"], event["seq"], event["shortfall"]) == ("till", 7, 2)
    assert event["source_at"] == "2025-11-25T17:59:59Z"
    assert event["changes"] == [{"sku": "a", "on_hand": -1}]


def test_the_count_of_a_feed_tells_only_how_many_stores_it_changed() -> None:
    moves = tuple(CellMove(Sku("a"), place, on_hand=1) for place in range(500))
    event = event_json(LedgerEntry(AT, "count", moves, {"sku": "a", "source": "feed"}))
    assert (event["type"], event["stores_changed"]) == ("stock_count", 500)
    assert "changes" not in event
