"""Entries of the ledger in plain words: every operation, also one that nobody has heard of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click
import pytest

from bot.commands.explain import moment_from
from bot.commands.ledger_words import words_of
from inventory.stream import LedgerEntry
from search.models import Store


@pytest.mark.parametrize(
    ("op", "details", "words"),
    [
        ("hold_placed", {"to": "held", "by": "till-7"}, "placed by till-7"),
        (
            "hold_placed",
            {"to": "confirmed", "by": "web", "from_hold": "H1", "group": "G1"},
            "placed by web, confirmed at once, with group G1, in place of hold H1",
        ),
        ("hold_moved", {"to": "moved", "to_hold": "H2", "by": "web"}, "moved to hold H2 by web"),
        ("hold_expired", {"by": ""}, "ended by itself: it was not confirmed in time"),
        ("hold_no_show", {"by": ""}, "ended: nobody came for it in time"),
        ("hold_no_show", {"by": "anonymous"}, "ended: nobody came for it"),
        ("hold_placed", {"to": "held", "by": "anonymous"}, "placed"),
        ("wait_left", {"wait": "W1", "by": "anonymous"}, "wait W1 left"),
        ("hold_no_show", {"by": "clerk"}, "ended: nobody came for it, told by clerk"),
        (
            "hold_shorted",
            {"reason": "not_found", "by": "clerk", "shortfall": "2"},
            "ended: the store could not find the units, and the count was corrected by clerk; 2 more than were there",
        ),
        (
            "sell",
            {"source": "till", "seq": "7", "at": "noon", "shortfall": "0"},
            "sold, told by till as number 7, happened at noon",
        ),
        ("count", {"source": "feed", "sku": "p"}, "counted, told by feed"),
        ("sell", {"source": "t", "seq": "1", "shortfall": "3"}, "sold, told by t as number 1; 3 more than were there"),
        ("wait_joined", {"wait": "W1", "quantity": "2", "by": "web"}, "wait W1 for 2 joined by web"),
        ("wait_offered", {"wait": "W1", "hold": "H1", "to": "held"}, "placed for wait W1, whose turn it was"),
        (
            "chain_group_taken",
            {"group": "G1", "from": "open", "to": "taken", "by": "web", "store": "s"},
            "chain group taken by web (group G1, from open, to taken)",
        ),
    ],
)
def test_an_entry_is_told_in_words(op: str, details: dict[str, str], words: str) -> None:
    assert words_of(LedgerEntry("1-0", op, (), details)) == words


def test_a_moment_is_a_date_by_the_stores_clock_or_a_time_ago() -> None:
    store = Store("s", "s", 0.0, 0.0, timezone="America/New_York")
    now = datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert moment_from("2026-07-01", store, now) == datetime(2026, 7, 1, 4, tzinfo=UTC)
    assert moment_from("2026-07-01T10:00+00:00", store, now) == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert moment_from("24h", store, now) == now - timedelta(days=1)
    assert moment_from("90m", store, now) == now - timedelta(minutes=90)
    with pytest.raises(click.UsageError):
        moment_from("yesterday", store, now)
