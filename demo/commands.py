"""`onhand demo`: loads the demonstration retailer, asks, holds, serves."""

from __future__ import annotations

import asyncio
import sys

import click
from rich.markup import escape

from bot.commands.ask import show_turn, take_turn
from bot.commands.options import show_refusal
from bot.local_api import local_api
from bot.serving import reserve
from bot.workers import serve as serve_until_stopped
from demo.retailer import write_feeds
from indexing.commands import Request, run_request
from indexing.run import Options
from runtime.cli import EXIT_REFUSED, exit_code_of, paper
from runtime.settings import Settings

#: Dave stands in the Loop in Chicago, and wants to cook tonight.
DAVE = {"lat": 41.8837, "lon": -87.6289}
STORY = ("nearest store with a pressure cooker in stock?", "hold one at the first store", "yes")


@click.command()
@click.option("--exit", "stop_after_story", is_flag=True, help="Stop after the question and the hold.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65_535), default=8080, show_default=True)
def demo(stop_after_story: bool, host: str, port: int) -> None:
    """Load the demo retailer, ask it a question, hold a product, then serve until Ctrl-C."""

    def story(settings: Settings) -> int:
        if not stop_after_story:
            reserve(host, port).close()  # a port that is taken is told before the story and not after it
        return asyncio.run(tell(settings))

    code = exit_code_of(story, quiet=True)
    if code or stop_after_story:
        sys.exit(code)
    sys.exit(exit_code_of(lambda settings: serve_until_stopped(settings, host, port, 1)))


async def tell(settings: Settings) -> int:
    """Load and tell the story once; answers 0 when it ends with a hold."""
    console = paper()
    console.print("[bold]Loading the demo retailer[/bold] (generated: every name and number in it is invented)")
    feeds = write_feeds(settings.data_dir / "demo")
    paths = {"stores": str(feeds.stores), "products": str(feeds.products), "stock": str(feeds.stock)}
    request = Request(paths, Options(), dry_run=False, report=None, as_json=False, with_hints=False)
    code = await run_request(settings, request)
    if code:
        return code
    console.print("\n[bold]Dave, in Chicago, asks[/bold]")
    conversation = None
    async with local_api(settings) as api:
        for text in STORY:
            console.print(f"[bold]you:[/bold] {escape(text)}")
            answer = await take_turn(api, text, conversation=conversation, location=DAVE, locale="en")
            if not answer.ok:
                show_refusal(answer.body["error"])
                return EXIT_REFUSED
            show_turn(answer.body)
            conversation = answer.body["conversation_id"]
    hold = answer.body["hold"]
    if hold is None:
        console.print("[red]The story did not end with a hold.[/red]")
        return EXIT_REFUSED
    until = hold.get("expires_at_local") or hold["expires_at"]
    console.print(f"\nHeld: [bold]{hold['hold_id']}[/bold] until {until}\n")
    return 0
