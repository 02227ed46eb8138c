"""`onhand doctor`: what is running, what is degraded, what to do about it."""

from __future__ import annotations

import dataclasses

import click
from rich.markup import escape

from bot.commands.options import as_json
from bot.doctor import Finding, examine
from runtime.cli import EXIT_REFUSED, echo_json, paper, run_async
from runtime.settings import Settings

SIGNS = {"up": "[green]up[/green]      ", "degraded": "[yellow]degraded[/yellow]", "down": "[red]down[/red]    "}


@click.command()
@as_json
def doctor(as_json: bool) -> None:
    """Examine versions, indexes, encoder, gazetteer and ledger. Exit code 1 when something vital is down."""

    async def work(settings: Settings) -> int:
        findings = await examine(settings)
        if as_json:
            echo_json([dataclasses.asdict(finding) for finding in findings])
        else:
            _show(findings)
        return EXIT_REFUSED if any(finding.state == "down" for finding in findings) else 0

    run_async(work, as_json=as_json)


def _show(findings: list[Finding]) -> None:
    console = paper()
    for finding in findings:
        console.print(f"{SIGNS[finding.state]} [bold]{finding.part}[/bold]  {escape(finding.found)}")
        for note in finding.notes:
            console.print(f"         · {escape(note)}", style="dim")
        if finding.todo and finding.state != "up":
            console.print(f"         → {escape(finding.todo)}")
