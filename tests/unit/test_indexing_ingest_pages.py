"""What people and machines are shown of an ingest: nothing that a message holds can steer a terminal."""

from datetime import UTC, datetime
from io import StringIO

from rich.console import Console

from indexing.ingest import Tally
from indexing.ingest_pages import parked_json, parked_table, sentence
from indexing.movement_stream import Backlog
from inventory.parking import ParkedMessage

PARKED = ParkedMessage(
    parked_id="5-0",
    parked_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    original_id="4-0",
    code="bad_request",
    reason="quantity: should be a whole number [of] units",
    tries=5,
    fields={b"quantity": b"[red]\x1b[31m\xff\r\n" + b"9" * 400},
)


def test_a_parked_message_is_shown_without_its_tricks() -> None:
    paper = Console(file=StringIO(), width=400)
    paper.print(parked_table([PARKED]))
    shown = paper.file.getvalue()  # type: ignore[attr-defined]
    assert "[red]\\x1b[31m\\xff\\r\\n999" in shown
    assert "[of] units" in shown
    assert "\x1b" not in shown
    assert len(shown) < 1_000


def test_machines_get_the_whole_message_as_text() -> None:
    told = parked_json(PARKED)
    assert (told["id"], told["original_id"], told["tries"]) == ("5-0", "4-0", 5)
    assert str(told["fields"]).count("9") == 400


def test_the_report_says_what_became_of_the_messages_and_what_is_left() -> None:
    tally = Tally(applied=1_200, duplicate=30, parked=2, shortfalls=4, shorted=1)
    said = sentence(tally, Backlog(waiting=None, open=7))
    assert "applied 1,200  duplicate 30  parked 2" in said
    assert "waiting ?  open 7" in said
    assert "holds shorted 1" in said
