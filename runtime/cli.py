"""The `onhand` command: finds its subcommands by entry point, so that packages which must not import each other
can serve one command. Also what every subcommand shares: errors as sentences, exit codes, JSON, progress bars."""

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from importlib.metadata import EntryPoint, entry_points, version
from typing import Any, NoReturn

import click
import orjson
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from runtime.errors import AppError, SettingsError
from runtime.logs import configure_logging
from runtime.settings import Settings, load_settings

COMMANDS = "onhand.commands"
EXIT_REFUSED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130


class CommandTable(click.Group):
    """Subcommands come from the entry points of the group `onhand.commands`; only the one asked for is imported."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all installed subcommands."""
        return sorted(_entries())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one subcommand."""
        entry = _entries().get(cmd_name)
        return entry.load() if entry else None


@click.group(cls=CommandTable, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("onhand"), prog_name="onhand")
def main() -> None:
    """Find the nearest store that has the thing in stock, right now, and hold it."""


def run_async(work: Callable[[Settings], Coroutine[Any, Any, int | None]], *, as_json: bool = False) -> NoReturn:
    """Run the work to its end and leave with its exit code; errors become one clear sentence.

    Being told to end (SIGTERM) is taken like Ctrl-C: the work is cancelled and cleans up behind itself.
    """

    async def until_told_to_end(settings: Settings) -> int | None:
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await work(settings)

    sys.exit(exit_code_of(lambda settings: asyncio.run(until_told_to_end(settings)), as_json=as_json, quiet=True))


def exit_code_of(work: Callable[[Settings], int | None], *, as_json: bool = False, quiet: bool = False) -> int:
    """Read the settings and do the work. Answers its exit code; errors are reported, not raised.

    `quiet` is for commands whose reader is a person: of the log lines they see warnings and worse.
    """
    try:
        settings = load_settings()
        configure_logging(settings, quiet=quiet)
        return work(settings) or 0
    except (KeyboardInterrupt, asyncio.CancelledError):
        return EXIT_INTERRUPTED
    except AppError as error:
        report_error(error.code, error.message, as_json=as_json)
        return EXIT_USAGE if isinstance(error, SettingsError) else EXIT_REFUSED


def report_error(code: str, message: str, *, as_json: bool = False) -> None:
    """Say what went wrong: CONTRACT's error shape for machines, a sentence for people."""
    if as_json:
        echo_json({"error": {"code": code, "message": message, "details": {}, "alternatives": []}})
    else:
        click.echo(f"onhand: {message}", err=True)


def echo_json(value: object) -> None:
    """Print one JSON value on standard output."""
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode())


def paper() -> Console:
    """Standard output for tables: as wide as the terminal, or wide enough for a table where there is none."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=140)


class RateColumn(ProgressColumn):
    """Steps per second so far."""

    def render(self, task: Task) -> Text:
        """The rate of one bar."""
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f}/s", style="progress.data.speed")


@contextmanager
def progress() -> Iterator[Progress]:
    """Progress bars with rate and time left on a terminal; silent elsewhere."""
    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        RateColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=False) as bars:
        yield bars


def _entries() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=COMMANDS)}
