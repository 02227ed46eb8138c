"""`onhand hold`: holds from the terminal."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import click
from rich.markup import escape

from bot.commands.clocks import clock_of_refusal
from bot.commands.explain import explain_hold
from bot.commands.options import as_json, checked_key, customer_body, line_of, print_answer, with_customer
from bot.local_api import local_api
from runtime.cli import paper, run_async
from runtime.settings import Settings


@click.group()
def hold() -> None:
    """Place, look at and change holds."""


hold.add_command(explain_hold)


@hold.command()
@click.option("--store", "store_id", required=True, help="The store that keeps the units.")
@click.option("--sku", "skus", required=True, multiple=True, help="SKU or SKU=QUANTITY; may be given several times.")
@click.option("--ttl-seconds", type=int, help="Life of the hold.")
@click.option("--allow-partial", is_flag=True, help="Hold what there is instead of refusing.")
@click.option("--replaces", help="A live hold whose place this one takes.")
@with_customer
@click.option("--key", help="Idempotency key; the same key and wish never hold twice.")
@as_json
def place(
    store_id: str,
    skus: tuple[str, ...],
    ttl_seconds: int | None,
    allow_partial: bool,
    replaces: str | None,
    key: str | None,
    as_json: bool,
    **customer: str | None,
) -> None:
    """Hold products at one store: all of them or none."""
    body = {
        "store_id": store_id,
        "lines": [line_of(text, "--sku") for text in skus],
        "ttl_seconds": ttl_seconds,
        "allow_partial": allow_partial,
        "replaces": replaces,
        "customer": customer_body(**customer),
    }
    headers = {"Idempotency-Key": checked_key(key)}

    async def work(settings: Settings) -> int:
        async with local_api(settings) as api:
            answer = await api.post("/v1/holds", body, headers)
            clock = await clock_of_refusal(api, answer, store_id=store_id)
        return print_answer(answer, show_hold, as_json=as_json, clock=clock)

    run_async(work, as_json=as_json)


@hold.command()
@click.argument("hold_id")
@as_json
def show(hold_id: str, as_json: bool) -> None:
    """The hold as it is now."""

    async def work(settings: Settings) -> int:
        async with local_api(settings) as api:
            answer = await api.get(_path(hold_id), {})
        return print_answer(answer, show_hold, as_json=as_json)

    run_async(work, as_json=as_json)


@hold.command()
@click.argument("hold_id")
@with_customer
@as_json
def confirm(hold_id: str, as_json: bool, **customer: str | None) -> None:
    """The customer will come: the store keeps it until the pick-up time."""
    _change(hold_id, "confirm", {"customer": customer_body(**customer)}, as_json)


@hold.command()
@click.argument("hold_id")
@as_json
def cancel(hold_id: str, as_json: bool) -> None:
    """Give the units back."""
    _change(hold_id, "cancel", {}, as_json)


@hold.command()
@click.argument("hold_id")
@click.option("--ttl-seconds", type=int, help="Life from now on.")
@as_json
def extend(hold_id: str, ttl_seconds: int | None, as_json: bool) -> None:
    """Keep it longer, within the limits."""
    _change(hold_id, "extend", {"ttl_seconds": ttl_seconds}, as_json)


@hold.command()
@click.argument("hold_id")
@as_json
def ready(hold_id: str, as_json: bool) -> None:
    """The store has put it aside."""
    _change(hold_id, "ready", {}, as_json)


@hold.command()
@click.argument("hold_id")
@as_json
def pickup(hold_id: str, as_json: bool) -> None:
    """The customer has it: the units leave the store."""
    _change(hold_id, "pickup", {}, as_json)


@hold.command()
@click.argument("hold_id")
@click.option("--to", "store_id", required=True, help="The store that shall keep the units instead.")
@as_json
def move(hold_id: str, store_id: str, as_json: bool) -> None:
    """The same units at another store, if it has all of them."""
    _change(hold_id, "move", {"store_id": store_id}, as_json)


@hold.command("no-show")
@click.argument("hold_id")
@as_json
def no_show(hold_id: str, as_json: bool) -> None:
    """The customer did not come: the units are free again."""
    _change(hold_id, "no-show", {}, as_json)


@hold.command()
@click.argument("hold_id")
@click.option(
    "--missing", "missing", multiple=True, help="SKU=COUNT of what is missing; may be given again. All without."
)
@as_json
def short(hold_id: str, missing: tuple[str, ...], as_json: bool) -> None:
    """The store cannot find it: its count goes down, and the next nearest stores are shown."""
    body = {"missing": [_counted(text) for text in missing]} if missing else {}
    _change(hold_id, "short", body, as_json)


def _counted(text: str) -> dict[str, object]:
    sku, _, count = text.rpartition("=")
    if not sku or not count.isdecimal():
        raise click.BadParameter(f"{text!r} is not SKU=COUNT", param_hint="--missing")
    return {"sku": sku, "quantity": int(count)}


def show_hold(body: dict[str, Any]) -> None:
    """One hold in a few lines."""
    console = paper()
    until = body.get("pickup_by_local") or body.get("pickup_by") or body.get("expires_at_local") or body["expires_at"]
    live = body["state"] in {"held", "confirmed", "ready"}
    end = f", until {until}" if until and live else ""
    if "ready_by" in body and live:
        end = f", ready by {body.get('ready_by_local', body['ready_by'])}{end}"
    console.print(f"[bold]{body['hold_id']}[/bold] {body['state']} at {escape(body['store_id'])}{end}")
    if body["state"] == "held":
        console.print("  to be confirmed until then, or the units are free again", style="dim")
    for line in body["lines"]:
        title = escape(line["title"] or "")
        console.print(f"  {line['held']} of {line['requested']}  {escape(line['sku'])}  {title}")
    if "moved_to" in body:
        console.print(f"  now hold {body['moved_to']}")
    for other in body.get("alternatives", []):
        store = other["store"]
        console.print(f"  {escape(store['name'])} has it, {other['distance_km']:.1f} km away ({store['store_id']})")


def _change(hold_id: str, verb: str, body: dict[str, Any], as_json: bool) -> None:
    async def work(settings: Settings) -> int:
        async with local_api(settings) as api:
            answer = await api.post(f"{_path(hold_id)}/{verb}", body)
            clock = await clock_of_refusal(api, answer, path=_path(hold_id))
        return print_answer(answer, show_hold, as_json=as_json, clock=clock)

    run_async(work, as_json=as_json)


def _path(hold_id: str) -> str:
    return f"/v1/holds/{quote(hold_id, safe='', errors='surrogateescape')}"
