"""`onhand stock`: the cells of a product as the ledger has them, every kind, readable."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from decimal import Decimal

import click
from rich.table import Table

from bot.commands.explain import explain_stock
from bot.commands.options import as_json
from bot.commands.sources import close_gaps, sources
from bot.commands.stock_view import rebuild_view
from bot.services import open_services
from inventory.models import Cell, Sku
from runtime.cli import EXIT_REFUSED, echo_json, paper, report_error, run_async
from runtime.settings import Settings

QUANTITIES = ("on_hand", "safety", "held", "allocated", "quality_control", "available")


@click.group()
def stock() -> None:
    """Look at the ledger."""


stock.add_command(explain_stock)
stock.add_command(sources)
stock.add_command(close_gaps)
stock.add_command(rebuild_view)


@stock.command()
@click.argument("sku")
@click.option("--store", "store_id", help="One store alone.")
@as_json
def show(sku: str, store_id: str | None, as_json: bool) -> None:
    """Every store that carries the product, with every kind of quantity."""

    async def work(settings: Settings) -> int:
        async with open_services(settings) as services:
            cells = await services.inventory.ledger.cells(Sku(sku))
            stores = await services.directory.current()
        names = {store.store_id: store.name for store in stores.all()}
        chosen = [cell for cell in cells if store_id in (None, cell.store_id)]
        if store_id is not None and store_id not in stores.ordinals:
            report_error("not_found", f"no such store: {store_id}", as_json=as_json)
            return EXIT_REFUSED
        if not chosen:
            where = "no store carries" if store_id is None else f"store {store_id} does not carry"
            report_error("not_carried", f"{where} {sku}", as_json=as_json)
            return EXIT_REFUSED
        if as_json:
            echo_json([dataclasses.asdict(cell) for cell in chosen])
        else:
            paper().print(_table(chosen, names))
        return 0

    run_async(work, as_json=as_json)


def _table(cells: Sequence[Cell], names: dict[str, str]) -> Table:
    table = Table(box=None, pad_edge=False, show_footer=len(cells) > 1)
    table.add_column("store", footer=f"{len(cells)} stores")
    table.add_column("name")
    for kind in QUANTITIES:
        total = sum(getattr(cell, kind) for cell in cells)
        table.add_column(kind.replace("_", " "), justify="right", footer=f"{total:,}")
    table.add_column("aisle")
    table.add_column("price", justify="right")
    for cell in cells:
        counts = [f"{getattr(cell, kind):,}" for kind in QUANTITIES]
        price = "" if cell.price_thousandths is None else f"{Decimal(cell.price_thousandths) / 1000:.2f}"
        table.add_row(cell.store_id, names.get(cell.store_id, ""), *counts, cell.aisle or "", price)
    return table
