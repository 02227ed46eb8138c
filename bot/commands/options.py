"""Options that several commands share, and how an answer or a refusal leaves the process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from bot.local_api import ApiAnswer
from runtime.cli import EXIT_REFUSED, echo_json, report_error

Command = TypeVar("Command", bound=Callable[..., Any])

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")


def with_origin(command: Command) -> Command:
    """--lat and --lon, or --near."""
    for option in (
        click.option("--near", help="A town, a postcode or a store, instead of coordinates."),
        click.option("--lon", type=float, help="Longitude, with --lat."),
        click.option("--lat", type=float, help="Latitude, with --lon."),
    ):
        command = option(command)
    return command


def print_answer(answer: ApiAnswer, show: Callable[[dict[str, Any]], None], *, as_json: bool) -> int:
    """JSON as it is, or shown to a person; a refusal as a sentence. Answers the exit code."""
    if as_json:
        echo_json(answer.body)
    elif answer.ok:
        show(answer.body)
    else:
        show_refusal(answer.body["error"])
    return 0 if answer.ok else EXIT_REFUSED


def show_refusal(error: dict[str, Any]) -> None:
    """The message, and what may be done instead."""
    report_error(error["code"], error["message"])
    details = error.get("details") or {}
    for choice in details.get("choices", []):
        click.echo(f"  --lat {choice['lat']} --lon {choice['lon']}   {choice['label']}", err=True)
    for line in details.get("lines", []):
        click.echo(f"  {line['sku']}: {line['available']} available", err=True)
    for alternative in error.get("alternatives", []):
        store = alternative["store"]
        click.echo(
            f"  {store['name']} has it, {alternative['distance_km']:.1f} km away ({store['store_id']})", err=True
        )
