"""`onhand ask` and `onhand chat`: the conversation in a terminal, by the same code path as over HTTP."""

from __future__ import annotations

import secrets
from typing import Any

import click
from rich.markup import escape

from bot.commands.options import as_json, print_answer, with_origin
from bot.local_api import ApiAnswer, LocalApi, local_api
from runtime.cli import EXIT_REFUSED, paper, run_async
from runtime.settings import Settings

GOODBYE = {"/quit", "/exit", "/q"}


@click.command()
@click.argument("text")
@with_origin
@click.option("--conversation", help="Continue this conversation.")
@click.option("--locale", help="Language of the shopper, such as fr.")
@as_json
def ask(
    text: str,
    lat: float | None,
    lon: float | None,
    near: str | None,
    conversation: str | None,
    locale: str | None,
    as_json: bool,
) -> None:
    """One turn of conversation, such as: onhand ask "pressure cooker" --near 60601"""
    if (lat is None) != (lon is None):
        raise click.UsageError("--lat and --lon go together")

    async def work(settings: Settings) -> int:
        async with local_api(settings) as api:
            position: dict[str, float] | None = None
            if near is not None:
                place = await find_place(api, near)
                if not place.ok:
                    return print_answer(place, show_turn, as_json=as_json)
                position = {name: place.body["query"][name] for name in ("lat", "lon")}
            elif lat is not None and lon is not None:
                position = {"lat": lat, "lon": lon}
            answer = await take_turn(api, text, conversation=conversation, location=position, locale=locale)
        return print_answer(answer, show_turn, as_json=as_json)

    run_async(work, as_json=as_json)


@click.command()
@with_origin
@click.option("--locale", help="Language of the shopper, such as fr.")
def chat(lat: float | None, lon: float | None, near: str | None, locale: str | None) -> None:
    """A conversation in the terminal; an empty line or Ctrl-D ends it."""
    if (lat is None) != (lon is None):
        raise click.UsageError("--lat and --lon go together")

    async def work(settings: Settings) -> int:
        async with local_api(settings) as api:
            location = None if lat is None or lon is None else {"lat": lat, "lon": lon}
            if near is not None:
                place = await find_place(api, near)
                if not place.ok:
                    return print_answer(place, show_turn, as_json=False)
                location = {name: place.body["query"][name] for name in ("lat", "lon")}
            return await _converse(api, location, locale)

    run_async(work)


async def _converse(api: LocalApi, location: dict[str, float] | None, locale: str | None) -> int:
    console = paper()
    conversation = None
    while True:
        try:
            text = console.input("[bold]you:[/bold] ").strip()
        except EOFError:
            return 0
        if not text or text in GOODBYE:
            return 0
        answer = await take_turn(api, text, conversation=conversation, location=location, locale=locale)
        if answer.ok:
            conversation = answer.body["conversation_id"]
        print_answer(answer, show_turn, as_json=False)
        if answer.status >= 500:
            return EXIT_REFUSED


async def find_place(api: LocalApi, near: str) -> ApiAnswer:
    """Where a named place is, with the choices where it is unclear."""
    return await api.get("/v1/stores", {"near": near, "limit": 1})


async def take_turn(
    api: LocalApi,
    text: str,
    *,
    conversation: str | None = None,
    location: dict[str, float] | None = None,
    locale: str | None = None,
) -> ApiAnswer:
    """One message and its answer."""
    body: dict[str, object] = {"text": text, "message_id": secrets.token_urlsafe(16), "channel": "terminal"}
    return await api.post("/v1/chat", {**body, "conversation_id": conversation, "location": location, "locale": locale})


def show_turn(body: dict[str, Any]) -> None:
    """What is said, and what may be said next."""
    console = paper()
    console.print(f"[bold cyan]onhand:[/bold cyan] {escape(body['reply']['text'])}")
    for suggestion in body["reply"]["suggestions"]:
        console.print(f"  [dim]›[/dim] {escape(suggestion['label'])}")
