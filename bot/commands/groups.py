"""`onhand group`: one wish at several stores, held, confirmed and cancelled together."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import click

from bot.commands.clocks import clock_of_refusal
from bot.commands.holds import show_hold
from bot.commands.options import as_json, checked_key, customer_body, line_of, print_answer, with_customer
from bot.local_api import local_api
from runtime.cli import paper, run_async
from runtime.settings import Settings


@click.group()
def group() -> None:
    """Hold products at several stores together."""


@group.command()
@click.option(
    "--part", "parts", required=True, multiple=True, help="STORE:SKU or STORE:SKU=QUANTITY; once for every line."
)
@click.option("--ttl-seconds", type=int, help="Life of the holds.")
@with_customer
@click.option("--key", help="Idempotency key; the same key and wish never hold twice.")
@as_json
def place(
    parts: tuple[str, ...], ttl_seconds: int | None, key: str | None, as_json: bool, **customer: str | None
) -> None:
    """Hold at every store, or nowhere."""
    wishes: dict[str, list[dict[str, object]]] = {}
    for part in parts:
        store_id, colon, line = part.partition(":")
        if not colon:
            raise click.UsageError(f"--part {part}: a store, a colon, and what it shall hold")
        wishes.setdefault(store_id, []).append(line_of(line, "--part"))
    body = {
        "parts": [{"store_id": store_id, "lines": lines} for store_id, lines in wishes.items()],
        "ttl_seconds": ttl_seconds,
        "customer": customer_body(**customer),
    }
    headers = {"Idempotency-Key": checked_key(key)}

    async def work(settings: Settings) -> int:
        async with local_api(settings) as api:
            answer = await api.post("/v1/groups", body, headers)
            clock = await clock_of_refusal(api, answer, store_id=next(iter(wishes)))
        return print_answer(answer, show_group, as_json=as_json, clock=clock)

    run_async(work, as_json=as_json)


@group.command()
@click.argument("group_id")
@as_json
def show(group_id: str, as_json: bool) -> None:
    """All holds of the group as they are now."""

    async def work(settings: Settings) -> int:
        async with local_api(settings) as api:
            answer = await api.get(_path(group_id), {})
        return print_answer(answer, show_group, as_json=as_json)

    run_async(work, as_json=as_json)


@group.command()
@click.argument("group_id")
@with_customer
@as_json
def confirm(group_id: str, as_json: bool, **customer: str | None) -> None:
    """The customer will come to every store."""
    _change(group_id, "confirm", {"customer": customer_body(**customer)}, as_json)


@group.command()
@click.argument("group_id")
@as_json
def cancel(group_id: str, as_json: bool) -> None:
    """Give the units of every store back."""
    _change(group_id, "cancel", {}, as_json)


def show_group(body: dict[str, Any]) -> None:
    """The group, then each hold."""
    paper().print(f"[bold]{body['group_id']}[/bold] {body['state']}")
    for hold in body["holds"]:
        show_hold(hold)


def _change(group_id: str, verb: str, body: dict[str, Any], as_json: bool) -> None:
    async def work(settings: Settings) -> int:
        async with local_api(settings) as api:
            answer = await api.post(f"{_path(group_id)}/{verb}", body)
            clock = await clock_of_refusal(api, answer, path=_path(group_id))
        return print_answer(answer, show_group, as_json=as_json, clock=clock)

    run_async(work, as_json=as_json)


def _path(group_id: str) -> str:
    return f"/v1/groups/{quote(group_id, safe='', errors='surrogateescape')}"
