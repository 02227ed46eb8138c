"""`onhand hold explain` and `onhand stock explain`: what happened to a hold, and to units in a store."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import click

from bot.commands.ledger_desk import open_desk
from bot.commands.options import as_json
from bot.commands.story_pages import (
    cell_story_json,
    hold_story_json,
    show_cell_story,
    show_hold_story,
    store_of_hold,
)
from inventory.keys import fits_in_key
from runtime.cli import EXIT_REFUSED, echo_json, progress, report_error, run_async
from runtime.settings import Settings
from search.models import Store
from search.opening_hours import in_store_time

_AGO = re.compile(r"(\d{1,6})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@click.command("explain")
@click.argument("hold_id")
@as_json
def explain_hold(hold_id: str, as_json: bool) -> None:
    """Everything that happened to a hold, from the ledger and its archive."""

    async def work(settings: Settings) -> int:
        if not fits_in_key(hold_id):
            report_error("not_found", "no such hold", as_json=as_json)
            return EXIT_REFUSED
        async with open_desk(settings) as desk:
            with progress() as bars:
                bar = bars.add_task("reading entries", total=None)
                story = await desk.audit.stories.of_hold(hold_id, lambda done: bars.update(bar, completed=done))
        if not story.steps:
            report_error("not_found", "the ledger knows no such hold", as_json=as_json)
            return EXIT_REFUSED
        if as_json:
            echo_json(hold_story_json(story))
        else:
            show_hold_story(story, desk.store(store_of_hold(story)))
        return 0

    run_async(work, as_json=as_json)


@click.command("explain")
@click.argument("sku")
@click.option("--store", "store_id", required=True, help="The store whose units are explained.")
@click.option("--since", help="Nothing older: 2026-11-25, 2026-11-25T14:30 (by the store's clock), 90m, 24h or 7d ago.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="The newest so many.")
@as_json
def explain_stock(sku: str, store_id: str, since: str | None, limit: int, as_json: bool) -> None:
    """Everything that changed a product's units in a store, with the counters after each step."""

    async def work(settings: Settings) -> int:
        async with open_desk(settings) as desk:
            ordinal = desk.stores.ordinals.get(store_id)
            if ordinal is None or not fits_in_key(sku):
                said = "no such store" if ordinal is None else "no such product"
                report_error("not_found", said, as_json=as_json)
                return EXIT_REFUSED
            store = desk.store(store_id)
            moment = None if since is None else moment_from(since, store, datetime.now(UTC))
            with progress() as bars:
                bar = bars.add_task("reading entries", total=None)
                story = await desk.audit.stories.of_cell(
                    sku, ordinal, limit=limit, since=moment, on_entries=lambda done: bars.update(bar, completed=done)
                )
            unheard_of = not story.steps and not story.earlier and not await desk.knows_product(sku)
        if unheard_of:
            report_error("not_found", f"no such product: {sku}", as_json=as_json)
            return EXIT_REFUSED
        if as_json:
            echo_json(cell_story_json(sku, store_id, story))
        else:
            show_cell_story(sku, store, story)
        return 0

    run_async(work, as_json=as_json)


def moment_from(text: str, store: Store, now: datetime) -> datetime:
    """A moment as a person tells it."""
    ago = _AGO.fullmatch(text)
    if ago:
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.UsageError("--since is a date, a date and time, or a time ago such as 24h") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=in_store_time(store, now).tzinfo)
