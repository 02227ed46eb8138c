"""`onhand stock rebuild-view`: the view of per-store stock made anew from the ledger while everything serves."""

from __future__ import annotations

from time import monotonic

import click

from bot.commands.options import as_json
from inventory.inventory import Inventory
from inventory.keys import Keyspace
from runtime.cli import echo_json, run_async
from runtime.redis_client import open_redis
from runtime.settings import Settings
from search.stock_view.keeper import ViewKeeper

#: Batch work: one transaction may take longer than a shopper would wait.
REDIS_TIMEOUT_SECONDS = 30.0


@click.command("rebuild-view")
@as_json
def rebuild_view(as_json: bool) -> None:
    """Make the search view of per-store stock anew from the ledger. Nothing stops meanwhile."""

    async def work(settings: Settings) -> int:
        started = monotonic()
        async with open_redis(settings, timeout_seconds=REDIS_TIMEOUT_SECONDS) as clients:
            keyspace = Keyspace(settings.namespace, settings.region)
            inventory = await Inventory.open(clients, keyspace)
            products = await ViewKeeper(clients, keyspace, inventory.rows, inventory.stream).rebuild()
        seconds = round(monotonic() - started, 2)
        if as_json:
            echo_json({"products": products, "seconds": seconds})
        else:
            click.echo(f"{products:,} products are on a shelf somewhere; the view was made anew in {seconds} s")
        return 0

    run_async(work, as_json=as_json)
