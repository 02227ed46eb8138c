"""Options that several commands share, and how an answer or a refusal leaves the process."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any, TypeVar

import click

from bot.commands.clocks import Clock, as_told
from bot.local_api import ApiAnswer
from bot.requests.fields import IDEMPOTENCY_KEY
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


def with_customer(command: Command) -> Command:
    """Who the units are for."""
    for option in (
        click.option("--customer-id", help="The customer's id in your own books."),
        click.option("--name", help="The customer's name."),
        click.option("--contact", help="An e-mail address or a telephone number."),
    ):
        command = option(command)
    return command


def customer_body(customer_id: str | None, name: str | None, contact: str | None) -> dict[str, str] | None:
    """The customer as the interface takes it; None where nothing was given."""
    given = {"id": customer_id, "name": name, "contact": contact}
    return {key: value for key, value in given.items() if value is not None} or None


def checked_key(key: str | None) -> str:
    """The idempotency key that was given, or a fresh one."""
    if key is not None and not re.fullmatch(IDEMPOTENCY_KEY, key):
        raise click.UsageError("--key has 1 to 255 visible ASCII characters")
    return key or secrets.token_urlsafe(24)


def line_of(text: str, option: str) -> dict[str, object]:
    """SKU or SKU=QUANTITY."""
    sku, separator, quantity = text.rpartition("=")
    if not separator:
        return {"sku": text, "quantity": 1}
    if not quantity.isascii() or not quantity.isdigit() or int(quantity) == 0:
        raise click.UsageError(f"{option} {text}: the quantity after = is a whole number of 1 or more")
    return {"sku": sku, "quantity": int(quantity)}


def split_text(split: dict[str, Any]) -> str:
    """Who gives what: 2 PC-6L at Boston (S-BOS-1), 3.0 km + 1 PC-6L at Salem (S-SAL-1), 5.0 km."""
    parts = []
    for part in split["parts"]:
        units = ", ".join(f"{line['quantity']} {line['sku']}" for line in part["lines"])
        store = f"{part['store']['name']} ({part['store']['store_id']})"
        parts.append(f"{units} at {store}, {part['distance_km']:.1f} km")
    return " + ".join(parts)


def print_answer(
    answer: ApiAnswer, show: Callable[[dict[str, Any]], None], *, as_json: bool, clock: Clock = as_told
) -> int:
    """JSON as it is, or shown to a person; a refusal as a sentence. Answers the exit code."""
    if as_json:
        echo_json(answer.body)
    elif answer.ok:
        show(answer.body)
    else:
        show_refusal(answer.body["error"], clock)
    return 0 if answer.ok else EXIT_REFUSED


def show_refusal(error: dict[str, Any], clock: Clock = as_told) -> None:
    """The message, and what may be done instead."""
    report_error(error["code"], error["message"])
    details = error.get("details") or {}
    unknown = [details[name] for name in ("sku", "store_id") if name in details] + list(details.get("skus", []))
    if error["code"] == "not_found" and unknown:
        click.echo(f"  {', '.join(unknown)}", err=True)
    if error["code"] == "limit_exceeded" and details.get("maximum") is not None:
        until = f"; room again from {clock(details['until'])}" if details.get("until") else ""
        click.echo(f"  {details['limit']}: {details['maximum']} at most{until}", err=True)
    for choice in details.get("choices", []):
        click.echo(f"  --lat {choice['lat']} --lon {choice['lon']}   {choice['label']}", err=True)
    for line in details.get("lines", []):
        more = "+" if line.get("available_capped") else ""
        found = f"{line['available']}{more} of {line['requested']} available"
        click.echo(f"  {line['sku']} at {line['store_id']}: {found}", err=True)
    for split in details.get("splits", []):
        if len(split["parts"]) > 1:
            click.echo(f"  together: {split_text(split)}", err=True)
    for alternative in error.get("alternatives", []):
        store = alternative["store"]
        click.echo(
            f"  {store['name']} has it, {alternative['distance_km']:.1f} km away ({store['store_id']})", err=True
        )
