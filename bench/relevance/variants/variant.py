"""One other way to write a query."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Variant:
    """`kind` is what a goal is set for ("one edit"), `how` the way it was made ("drop")."""

    kind: str
    how: str
    clean: str
    text: str
