"""`onhand serve`: the HTTP service."""

from __future__ import annotations

import sys

import click

from bot.workers import serve as serve_until_stopped
from runtime.cli import EXIT_REFUSED, EXIT_USAGE, report_error
from runtime.errors import AppError, SettingsError
from runtime.logs import configure_logging
from runtime.settings import load_settings


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65_535), default=8080, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes on the one port.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve the HTTP interface, the demo page and the documentation until Ctrl-C."""
    try:
        settings = load_settings()
        configure_logging(settings)
        code = serve_until_stopped(settings, host, port, workers)
    except AppError as error:
        report_error(error.code, error.message)
        sys.exit(EXIT_USAGE if isinstance(error, SettingsError) else EXIT_REFUSED)
    sys.exit(code)
