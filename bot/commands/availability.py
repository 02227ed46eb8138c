"""`onhand availability`: one lookup, as a table for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.commands.options import as_json, line_of, print_answer, split_text, with_origin
from bot.local_api import local_api
from runtime.cli import paper, run_async
from runtime.settings import Settings

REASONS = {
    "out_of_stock": "out of stock",
    "insufficient": "not enough",
    "safety_stock": "only safety stock",
    "not_carried": "does not carry it",
    "pickup_off": "no pick-up here",
}


@click.command()
@click.option("--sku", "skus", multiple=True, help="One product; several, as SKU or SKU=QUANTITY, are a basket.")
@click.option("--q", help="What a shopper would call it.")
@with_origin
@click.option("--quantity", type=int, default=1, show_default=True)
@click.option("--radius-km", type=float, default=100.0, show_default=True)
@click.option("--limit", type=int, default=5, show_default=True, help="Stores per page.")
@click.option("--cursor", help="The next page, from the answer before.")
@as_json
def availability(as_json: bool, skus: tuple[str, ...], **asked: object) -> None:
    """Nearest stores that can give the whole quantity right now."""
    if bool(skus) == (asked["q"] is not None):
        raise click.UsageError("give either --sku or --q")
    if asked["near"] is None and (asked["lat"] is None or asked["lon"] is None):
        raise click.UsageError("give --lat and --lon, or --near")

    basket = _basket(skus, asked) if len(skus) > 1 else None

    async def work(settings: Settings) -> int:
        async with local_api(settings) as api:
            if basket is not None:
                answer = await api.post("/v1/availability", basket)
            else:
                answer = await api.get("/v1/availability", {"sku": skus[0] if skus else None, **asked})
        return print_answer(answer, show_availability, as_json=as_json)

    run_async(work, as_json=as_json)


def _basket(skus: Sequence[str], asked: Mapping[str, object]) -> dict[str, object]:
    """Several products at once; each has its own quantity."""
    if asked["quantity"] != 1 or asked["cursor"] is not None:
        raise click.UsageError("several --sku have their own quantities, as SKU=QUANTITY, and one page")
    origin = {name: asked[name] for name in ("lat", "lon", "near", "radius_km", "limit")}
    return {"lines": [line_of(sku, "--sku") for sku in skus], **origin}


def show_availability(body: dict[str, Any]) -> None:
    """How the words were understood, a table of stores, then who was passed over and why."""
    console = paper()
    _show_reading(console, body["query"])
    results = body["results"]
    if results:
        console.print(_table(results))
        shown = f"{len(results)} of {body['total']} stores"
        more = f"; next page: --cursor {body['next_cursor']}" if body["next_cursor"] else ""
        console.print(f"{shown}, as of {results[0]['as_of']}{more}", style="dim")
    else:
        console.print(f"No store within {body['query']['radius_km']:g} km can give that quantity.")
    for store in body["skipped"]:
        reason = REASONS[store["reason"]]
        name = escape(store["name"])
        console.print(f"  passed over: {name}, {store['distance_km']:.1f} km: {reason}", style="dim")
    beyond = body["nearest_beyond_radius"]
    if beyond:
        name = escape(beyond["store"]["name"])
        console.print(f"Nearest further away: {name}, {beyond['distance_km']:.1f} km")
    for split in body.get("splits", []):
        console.print(f"Or: {escape(split_text(split))}")
    for part in body["degraded"]:
        console.print(f"Note: answered without {part}.", style="yellow")


def _show_reading(console: Console, query: dict[str, Any]) -> None:
    """What was corrected, relaxed or only similar, and where the place is: nothing is changed in silence."""
    if query.get("corrected"):
        console.print(f"Read as: {escape(query['corrected'])}")
    if query.get("tier") == "similar":
        console.print("No product is called so. These are similar, not the same:")
    elif query.get("relaxed"):
        console.print(f"Left out: {escape(', '.join(query['relaxed']))}")
    if query.get("place"):
        console.print(f"Near {escape(query['place'])}", style="dim")


def _table(results: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("km", "store", "open", "product", "available", "aisle", "price"):
        right = heading in {"km", "available", "price"}
        wide = heading in {"store", "product"}
        table.add_column(heading, justify="right" if right else "left", no_wrap=not wide)
    for result in results:
        store, item = result["store"], result["items"][0]
        others = len(result["items"]) - 1
        table.add_row(
            f"{result['distance_km']:.1f}",
            escape(f"{store['name']} ({store['store_id']})"),
            {True: "yes", False: "no", None: "?"}[store["open_now"]],
            escape(f"{item['title']} ({item['sku']})") + (f" [dim]+{others} more[/dim]" if others else ""),
            f"{item['available']}{'+' if item.get('available_capped') else ''}",
            escape(item.get("aisle", "")),
            f"{item['price']} {item['currency']}" if item["price"] else "",
        )
    return table
