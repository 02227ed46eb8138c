"""The `onhand` command as a person or a script uses it, in front of a small chain."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import sys
from asyncio.subprocess import PIPE
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from small_chain import command_environment

from runtime.settings import Settings

ONHAND = str(Path(sys.executable).parent / "onhand")
BOSTON = ("--lat", "42.36", "--lon", "-71.06")


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


async def onhand(settings: Settings, *arguments: str, stdin: str = "", extra: dict[str, str] | None = None) -> Ran:
    environment = {**command_environment(settings), **(extra or {})}
    process = await asyncio.create_subprocess_exec(
        ONHAND, *arguments, env=environment, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    out, err = await process.communicate(stdin.encode())
    assert process.returncode is not None
    return Ran(process.returncode, out.decode(), err.decode())


async def test_availability_shows_the_nearest_store_and_who_was_passed_over(chain: Settings) -> None:
    ran = await onhand(chain, "availability", "--sku", "PC-6L", *BOSTON)
    assert ran.code == 0, ran.err
    assert "Cambridge (S-BOS-2)" in ran.out
    assert "passed over: Boston Common" in ran.out
    assert "out of stock" in ran.out


async def test_availability_as_json_is_what_http_answers(chain: Settings) -> None:
    ran = await onhand(chain, "availability", "--q", "pressure cooker", "--near", "Providence", "--json")
    assert ran.code == 0, ran.err
    assert ran.json["results"][0]["store"]["store_id"] == "S-PVD-1"
    assert ran.json["query"]["place"].startswith("Providence")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("availability", "--sku", "PC-6L"), 2, "--near"),
        (("availability", *BOSTON), 2, "--sku or --q"),
        (("availability", "--sku", "PC-6L", "--lat", "north", "--lon", "0"), 2, "--lat"),
        (("availability", "--sku", "NOPE", *BOSTON), 1, "no such product"),
        (("availability", "--sku", "PC-6L", "--lat", "91", "--lon", "0"), 1, "lat"),
        (("stock", "show", "NOPE"), 1, "no store carries NOPE"),
        (("stock", "show", "PC-6L", "--store", "US-9"), 1, "no such store: US-9"),
        (("stock", "show", "TV-43", "--store", "S-PVD-1"), 1, "store S-PVD-1 does not carry TV-43"),
        (("stock", "close-gaps", "nobody"), 1, "this source"),
        (("ingest", "replay"), 2, "ids or --all"),
        (("ingest", "replay", "nonsense"), 1, "parked message looks like"),
        (("hold", "show", "HNOBODY"), 1, "hold"),
        (("hold", "show", "../products?q=tv"), 1, "no such hold"),
        (("hold", "cancel", "../holds/x"), 1, "no such hold"),
        (("hold", "show", "H\udcff"), 1, "no"),
        (("availability", "--q", "tv\udcff", *BOSTON), 1, "UTF-8"),
        (("ask", "tv\udcff"), 1, "text"),
        (("hold", "place", "--store", "S-BOS-2", "--sku", "PC-6L", "--key", "a\nb"), 2, "visible"),
        (("hold", "place", "--store", "S-BOS-2", "--sku", "PC-6L=many"), 2, "whole number"),
        (("nonsense",), 2, "nonsense"),
    ],
)
async def test_what_cannot_be_done_is_said_with_the_right_exit_code(
    chain: Settings, arguments: tuple[str, ...], code: int, said: str
) -> None:
    ran = await onhand(chain, *arguments)
    assert ran.code == code
    assert said in ran.err
    assert "Traceback" not in ran.err


async def test_an_unknown_setting_is_a_usage_error_that_names_it(chain: Settings) -> None:
    ran = await onhand(chain, "doctor", extra={"ONHAND_REDIS_ULR": "x"})
    assert ran.code == 2
    assert "ONHAND_REDIS_ULR" in ran.err


async def test_a_hold_goes_from_placed_to_picked_up_and_the_cells_follow(chain: Settings) -> None:
    placed = await onhand(chain, "hold", "place", "--store", "S-BOS-2", "--sku", "PC-6L=2", "--key", "cli-1", "--json")
    assert placed.code == 0, placed.err
    hold_id = placed.json["hold_id"]
    again = await onhand(chain, "hold", "place", "--store", "S-BOS-2", "--sku", "PC-6L=2", "--key", "cli-1", "--json")
    assert again.json["hold_id"] == hold_id
    cells = (await onhand(chain, "stock", "show", "PC-6L", "--store", "S-BOS-2", "--json")).json
    assert [(cell["on_hand"], cell["held"], cell["available"]) for cell in cells] == [(11, 2, 8)]
    for verb, state in (("confirm", "confirmed"), ("ready", "ready"), ("pickup", "picked_up")):
        assert (await onhand(chain, "hold", verb, hold_id, "--json")).json["state"] == state
    cells = (await onhand(chain, "stock", "show", "PC-6L", "--store", "S-BOS-2", "--json")).json
    assert [(cell["on_hand"], cell["held"], cell["available"]) for cell in cells] == [(9, 0, 8)]
    refused = await onhand(chain, "hold", "cancel", hold_id)
    assert refused.code == 1
    assert "was picked up" in refused.err


async def test_too_much_is_refused_with_what_there_is(chain: Settings) -> None:
    ran = await onhand(chain, "hold", "place", "--store", "S-PVD-1", "--sku", "PC-6L=40")
    assert ran.code == 1
    assert ": 4 of 40 available" in ran.err


async def test_ask_answers_and_goes_on_with_its_conversation(chain: Settings) -> None:
    first = await onhand(chain, "ask", "pressure cooker", *BOSTON, "--json")
    assert first.code == 0, first.err
    assert first.json["results"][0]["store"]["store_id"] in {"S-BOS-2", "S-BOS-1"}
    second = await onhand(
        chain, "ask", "hold one at the first store", "--conversation", first.json["conversation_id"], "--json"
    )
    assert second.json["proposal"] is not None
    assert second.json["hold"] is None


async def test_chat_is_a_dialogue_that_ends_with_an_empty_line(chain: Settings) -> None:
    ran = await onhand(chain, "chat", "--near", "Lyon", stdin="un autocuiseur 6 litres ?\n\n")
    assert ran.code == 0, ran.err
    assert "Part-Dieu" in ran.out


async def test_doctor_names_what_runs_what_is_known_to_be_bad_and_what_is_missing(chain: Settings) -> None:
    ran = await onhand(chain, "doctor")
    assert ran.code == 0, ran.out
    for word in (
        "stock view",
        "7.4.1",
        "2.10.5",
        "stop words",
        "functions",
        "products",
        "9 stores",
        "0 sources",
        "ONHAND_MODEL",
    ):
        assert word in ran.out
    view_is_up = re.search(r"^up +stock view", ran.out, re.MULTILINE) is not None
    assert ("rebuild-view" in ran.out) is not view_is_up


async def test_doctor_says_what_to_do_when_redis_is_away(chain: Settings, tmp_path: Path) -> None:
    ran = await onhand(chain, "doctor", extra={"ONHAND_REDIS_URL": f"unix://{tmp_path}/nobody.sock"})
    assert ran.code == 1
    assert "ONHAND_REDIS_URL" in ran.out
    assert "Traceback" not in ran.err


async def test_a_hold_moves_is_confirmed_for_somebody_and_is_not_found_on_the_shelf(chain: Settings) -> None:
    placed = await onhand(chain, "hold", "place", "--store", "S-BOS-1", "--sku", "LAMP-1=2", "--json")
    moved = await onhand(chain, "hold", "move", placed.json["hold_id"], "--to", "S-BOS-2", "--json")
    assert (moved.code, moved.json["store_id"]) == (0, "S-BOS-2")
    old = await onhand(chain, "hold", "show", placed.json["hold_id"])
    assert moved.json["hold_id"] in old.out
    hold_id = moved.json["hold_id"]
    confirmed = await onhand(chain, "hold", "confirm", hold_id, "--contact", "dave@example.com", "--name", "Dave")
    assert "ready by" in confirmed.out
    shorted = await onhand(chain, "hold", "short", hold_id)
    assert "shorted" in shorted.out
    assert "Boston Common has it" in shorted.out


async def test_a_group_is_held_at_two_stores_and_cancelled(chain: Settings) -> None:
    parts = ("--part", "S-BOS-2:PAN-28=2", "--part", "S-PVD-1:PAN-28", "--part", "S-BOS-2:LAMP-1")
    placed = await onhand(chain, "group", "place", *parts, "--json")
    assert [(hold["store_id"], len(hold["lines"])) for hold in placed.json["holds"]] == [("S-BOS-2", 2), ("S-PVD-1", 1)]
    shown = await onhand(chain, "group", "show", placed.json["group_id"])
    assert "S-PVD-1" in shown.out
    cancelled = await onhand(chain, "group", "cancel", placed.json["group_id"], "--json")
    assert (cancelled.code, cancelled.json["state"]) == (0, "cancelled")
    assert (await onhand(chain, "group", "place", "--part", "S-BOS-2")).code == 2


async def test_a_basket_is_looked_up_and_may_come_from_several_stores(chain: Settings) -> None:
    ran = await onhand(chain, "availability", "--sku", "PC-GASKET", "--sku", "LAMP-1=2", *BOSTON)
    assert "Boston Common (S-BOS-1)" in ran.out
    ran = await onhand(chain, "availability", "--sku", "PC-GASKET", "--sku", "TV-43=4", "--radius-km", "2000", *BOSTON)
    assert "Or: 1 PC-GASKET at Boston Common" in ran.out
    assert "4 TV-43 at Chicago Loop" in ran.out
    assert (await onhand(chain, "availability", "--sku", "A", "--sku", "B", "--quantity", "2", *BOSTON)).code == 2


async def test_times_of_the_waiting_line_and_of_limits_are_by_the_stores_clock(chain: Settings) -> None:
    join = ("waitlist", "join", "--sku", "PAN-28", "--store", "S-BOS-2", "--contact", "clock@example.com")
    offered = await onhand(chain, *join, "--key", "clock-1")
    assert offered.code == 0, offered.err
    assert re.search(r"to be confirmed by \S+T\S+-0[45]:00$", offered.out, re.MULTILINE), offered.out
    join = ("waitlist", "join", "--sku", "TV-43", "--store", "S-BOS-1", "--contact", "clock@example.com")
    assert (await onhand(chain, *join, "--quantity", "900", "--key", "clock-2")).code == 0
    refused = await onhand(chain, *join, "--quantity", "900", "--key", "clock-3")
    assert refused.code == 1
    assert re.search(r"room again from \S+T\S+-0[45]:00$", refused.err, re.MULTILINE), refused.err


async def test_a_demo_whose_port_is_taken_says_so_before_its_story(chain: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = await onhand(chain, "demo", "--port", str(taken.getsockname()[1]))
    assert (ran.code, ran.out) == (1, "")
    assert "Choose another with --port" in ran.err
