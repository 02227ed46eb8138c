"""Writes the pages that are made from the code: docs/settings.md, docs/commands.md, .env.example.

`--check` writes nothing and fails when one of them is stale.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import click

from runtime.cli import main as onhand
from runtime.settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[1]


def settings_page() -> str:
    """Every setting as a table."""
    rows = [
        f"| `{PREFIX}{name.upper()}` | `{_shown(field.default)}` | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    head = (
        "# Settings\n\nEnvironment variables, also read from a `.env` file in the folder where a command starts (the "
        "environment wins). A name that starts with `ONHAND_` and is not listed here is an error. This page is made by "
        "`make docs`.\n\n| setting | default | what it does |\n|---|---|---|\n"
    )
    return head + "\n".join(rows) + "\n"


def env_example() -> str:
    """A `.env` file with every default, commented out."""
    lines = ["# Copy to .env and change what you need. Made by `make docs`; docs/settings.md explains each.", ""]
    for name, field in Settings.model_fields.items():
        lines += [f"# {field.description}", f"#{PREFIX}{name.upper()}={_shown(field.default)}", ""]
    return "\n".join(lines)


def commands_page() -> str:
    """What `--help` says, for every command and subcommand."""
    head = "# Commands\n\nWhat `onhand --help` says, command by command. This page is made by `make docs`.\n"
    return head + "".join(_help_of(onhand, ("onhand",)))


def _help_of(command: click.Command, names: tuple[str, ...]) -> list[str]:
    context = click.Context(command, info_name=" ".join(names), terminal_width=100)
    text = command.get_help(context).rstrip()
    pages = [f"\n## `{' '.join(names)}`\n\n```text\n{text}\n```\n"]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            pages += _help_of(child, (*names, name))
    return pages


def _shown(default: object) -> str:
    return "" if default is None else str(default)


PAGES: dict[str, Callable[[], str]] = {
    "docs/settings.md": settings_page,
    "docs/commands.md": commands_page,
    ".env.example": env_example,
}


def run(check: bool) -> int:
    """Write or compare every page; answers the exit code."""
    stale = []
    for name, page in PAGES.items():
        path, text = ROOT / name, page()
        if path.is_file() and path.read_text("utf-8") == text:
            continue
        stale.append(name)
        if not check:
            path.write_text(text, "utf-8")
    if stale:
        print(("stale, run `make docs`: " if check else "written: ") + ", ".join(stale))
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(run(check="--check" in sys.argv[1:]))
