"""`onhand serve`: the HTTP service."""

from __future__ import annotations

import sys

import click

from bot.workers import serve as serve_until_stopped
from runtime.cli import exit_code_of


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65_535), default=8080, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes on the one port.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve the HTTP interface, the demo page and the documentation until Ctrl-C."""
    sys.exit(exit_code_of(lambda settings: serve_until_stopped(settings, host, port, workers)))
