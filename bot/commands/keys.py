"""`onhand keys`: makes, lists and revokes API keys. A running service follows at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from pydantic import TypeAdapter, ValidationError
from rich.table import Table

from bot.api_key_file import SETTING, change_keys, read_keys
from bot.api_keys import ApiKey, KeyId, Scope, digest_of, new_secret
from bot.commands.options import as_json
from runtime.cli import echo_json, exit_code_of, paper
from runtime.errors import AppError, SettingsError
from runtime.settings import Settings


class KeyRefused(AppError):
    """A change of keys that was not made."""

    code = "key_refused"


@click.group()
def keys() -> None:
    """API keys of tills, stores and partners: make, list, revoke."""


@keys.command()
@click.argument("key_id", metavar="ID")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="May be given several times.",
)
@click.option("--expires", help="When it ends, such as 2027-01-31T00:00:00Z; without it never.")
@click.option("--rotate", is_flag=True, help="A second key for an ID that has one: the old one works until revoked.")
@as_json
def add(key_id: str, scopes: tuple[str, ...], expires: str | None, rotate: bool, as_json: bool) -> None:
    """Make a key and show it, this once. Its digest goes into the file of ONHAND_API_KEYS_FILE."""
    named, secret = _named(key_id), new_secret()
    key = ApiKey(
        id=named,
        sha256=digest_of(secret),
        scopes=frozenset(map(Scope, scopes)),
        expires_at=_ahead(expires),
        created_at=datetime.now(UTC).replace(microsecond=0),
    )

    def with_new(before: Sequence[ApiKey]) -> Sequence[ApiKey]:
        if not rotate and any(known.id == named and known.lives_at(datetime.now(UTC)) for known in before):
            raise KeyRefused(f"{named} has a key; --rotate makes a second one beside it")
        return [*before, key]

    def work(settings: Settings) -> None:
        change_keys(_file(settings), with_new)
        if as_json:
            echo_json({**_shown(key), "key": secret})
        else:
            if not scopes:
                click.echo("Without --scope this key may do no more than a shopper, under its own name.", err=True)
            click.echo("This key is shown once and stored nowhere; send it as `Authorization: Bearer …`:", err=True)
            click.echo(secret)

    raise SystemExit(exit_code_of(work, as_json=as_json, quiet=True))


@keys.command("list")
@as_json
def list_keys(as_json: bool) -> None:
    """Every key of the file, without its secret."""

    def work(settings: Settings) -> None:
        known = read_keys(_file(settings))
        if as_json:
            echo_json([_shown(key) for key in known])
        else:
            paper().print(_table(known))

    raise SystemExit(exit_code_of(work, as_json=as_json, quiet=True))


@keys.command()
@click.argument("key_id", metavar="ID")
@click.option("--fingerprint", help="Of several keys of this ID only this one, as `onhand keys list` shows it.")
@as_json
def revoke(key_id: str, fingerprint: str | None, as_json: bool) -> None:
    """Take keys out of the file: the running service refuses them from their next request on."""
    gone: list[ApiKey] = []

    def without(before: Sequence[ApiKey]) -> Sequence[ApiKey]:
        gone[:] = [key for key in before if key.id == key_id and fingerprint in (None, key.fingerprint)]
        if not gone:
            of_it = "" if fingerprint is None else " with this fingerprint"
            raise KeyRefused(f"{key_id} has no key{of_it}; see `onhand keys list`")
        return [key for key in before if key not in gone]

    def work(settings: Settings) -> None:
        change_keys(_file(settings), without)
        if as_json:
            echo_json([_shown(key) for key in gone])
        else:
            click.echo(f"Revoked {len(gone)} of {key_id}.", err=True)

    raise SystemExit(exit_code_of(work, as_json=as_json, quiet=True))


def _file(settings: Settings) -> Path:
    if settings.api_keys_file is None:
        raise SettingsError(f"{SETTING} names no file; set it to where the keys shall be, such as keys.jsonl")
    return settings.api_keys_file


def _named(key_id: str) -> str:
    try:
        return TypeAdapter[str](KeyId).validate_python(key_id)
    except ValidationError as error:
        raise click.UsageError("ID has 1 to 64 of A-Z a-z 0-9 _ . -, such as till-boston") from error


def _ahead(expires: str | None) -> datetime | None:
    if expires is None:
        return None
    try:
        moment = datetime.fromisoformat(expires)
    except ValueError as error:
        raise click.UsageError("--expires is a time such as 2027-01-31T00:00:00Z") from error
    if moment.tzinfo is None:
        raise click.UsageError("--expires needs an offset from UTC, such as Z at its end")
    if moment <= datetime.now(UTC):
        raise click.UsageError("--expires lies in the past")
    return moment.astimezone(UTC)


def _shown(key: ApiKey) -> dict[str, object]:
    return {
        "id": key.id,
        "fingerprint": key.fingerprint,
        "scopes": sorted(key.scopes),
        "created_at": _text(key.created_at),
        "expires_at": _text(key.expires_at),
        "expired": not key.lives_at(datetime.now(UTC)),
    }


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _table(known: Sequence[ApiKey]) -> Table:
    table = Table("id", "fingerprint", "scopes", "made", "ends", box=None, pad_edge=False)
    for key in known:
        ends = _text(key.expires_at) or "never"
        ended = "" if key.lives_at(datetime.now(UTC)) else " (ended)"
        table.add_row(key.id, key.fingerprint, " ".join(sorted(key.scopes)), _text(key.created_at) or "", ends + ended)
    return table
