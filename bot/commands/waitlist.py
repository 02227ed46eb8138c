"""`onhand waitlist`: the waiting line from the terminal."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import quote

import click
from rich.markup import escape

from bot.commands.clocks import Clock, as_told, clock_of, clock_of_refusal
from bot.commands.options import as_json, checked_key, customer_body, print_answer, with_customer, with_origin
from bot.local_api import ApiAnswer, LocalApi, local_api
from runtime.cli import paper, run_async
from runtime.settings import Settings


@click.group()
def waitlist() -> None:
    """Tell me when it is back: join the waiting line, look, leave."""


@waitlist.command()
@click.option("--sku", required=True, help="What to wait for.")
@click.option("--quantity", type=int, default=1, show_default=True, help="How many.")
@click.option("--store", "store_id", help="At one store; or at all around a point:")
@with_origin
@click.option("--radius-km", type=float, help="How far around the point.")
@with_customer
@click.option("--key", help="Idempotency key; the same key and wish never take two places.")
@as_json
def join(
    sku: str,
    quantity: int,
    store_id: str | None,
    lat: float | None,
    lon: float | None,
    near: str | None,
    radius_km: float | None,
    key: str | None,
    as_json: bool,
    **customer: str | None,
) -> None:
    """The next units are held for whoever came first; the contact is where he is told."""
    body = {
        "sku": sku,
        "quantity": quantity,
        "store_id": store_id,
        "lat": lat,
        "lon": lon,
        "near": near,
        "radius_km": radius_km,
        "customer": customer_body(**customer),
    }
    if body["customer"] is None:
        raise click.UsageError("--contact is needed: it is where the customer is told")
    headers = {"Idempotency-Key": checked_key(key)}

    async def work(settings: Settings) -> int:
        async with local_api(settings) as api:
            answer = await api.post("/v1/waitlist", body, headers)
            clock = await _clock(api, answer, store_id)
        return print_answer(answer, partial(show_place, clock=clock), as_json=as_json, clock=clock)

    run_async(work, as_json=as_json)


@waitlist.command()
@click.argument("wait_id")
@as_json
def show(wait_id: str, as_json: bool) -> None:
    """The place as it is now."""

    async def work(settings: Settings) -> int:
        async with local_api(settings) as api:
            answer = await api.get(_path(wait_id), {})
            clock = await _clock(api, answer)
        return print_answer(answer, partial(show_place, clock=clock), as_json=as_json)

    run_async(work, as_json=as_json)


@waitlist.command()
@click.argument("wait_id")
@as_json
def leave(wait_id: str, as_json: bool) -> None:
    """Give up the place, or what was offered."""

    async def work(settings: Settings) -> int:
        async with local_api(settings) as api:
            answer = await api.post(f"{_path(wait_id)}/leave", {})
            clock = await _clock(api, answer)
        return print_answer(answer, partial(show_place, clock=clock), as_json=as_json)

    run_async(work, as_json=as_json)


async def _clock(api: LocalApi, answer: ApiAnswer, store_id: str | None = None) -> Clock:
    """That of the store that offers something; for a refusal, of the one that was named."""
    if not answer.ok:
        return await clock_of_refusal(api, answer, store_id=store_id)
    return await clock_of(api, (answer.body.get("offer") or {}).get("store_id"))


def show_place(body: dict[str, Any], clock: Clock = as_told) -> None:
    """One place in a few lines."""
    console = paper()
    where = escape(body["store_id"]) if "store_id" in body else f"{body['stores']} stores"
    place = f", number {body['position']} in line" if body["position"] else ""
    console.print(f"[bold]{body['wait_id']}[/bold] {body['state']} at {where}{place}")
    console.print(f"  {body['quantity']} of {escape(body['sku'])}  {escape(body['title'] or '')}")
    offer = body.get("offer")
    if offer is not None:
        until = f", to be confirmed by {clock(offer['expires_at'])}" if offer["expires_at"] else ""
        console.print(f"  hold {offer['hold_id']} {offer['state']} at {escape(offer['store_id'])}{until}")


def _path(wait_id: str) -> str:
    return f"/v1/waitlist/{quote(wait_id, safe='', errors='surrogateescape')}"
