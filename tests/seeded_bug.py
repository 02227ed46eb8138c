"""Puts a known bug into a copy of the packages and loads that copy in place of the real ones."""

from __future__ import annotations

import importlib
import shutil
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
FOLDER = TESTS / "seeded_bugs"
#: Modules that the run itself stands on.
_KEPT = {"conftest", "runtime", "seeded_bug", "test_seeded_bugs"}


@dataclass(frozen=True, slots=True)
class Catcher:
    """A test that must fail, "module.function" or "machine", and its arguments besides fixtures."""

    test: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SeededBug:
    """One file of tests/seeded_bugs."""

    name: str
    catchers: tuple[Catcher, ...]
    #: File, text that must stand in it exactly once, and what comes in its place.
    changes: tuple[tuple[str, str, str], ...]

    @classmethod
    def read(cls, path: Path) -> SeededBug:
        told = tomllib.loads(path.read_text("utf-8"))
        assert told["says"]
        catchers = [Catcher(one, {}) if isinstance(one, str) else Catcher(**one) for one in _with_arguments(told)]
        changes = [(change["file"], change["find"].strip("\n"), change["put"].strip("\n")) for change in told["change"]]
        return cls(path.stem, tuple(catchers), tuple(changes))

    def write_copy(self, folder: Path) -> None:
        """The packages concerned, with the bug in them."""
        for package in {file.split("/")[0] for file, _, _ in self.changes}:
            shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
        for file, find, put in self.changes:
            path = folder / file
            text = path.read_text("utf-8")
            assert text.count(find) == 1, f"{self.name}: the text to change stands {text.count(find)} times in {file}"
            path.write_text(text.replace(find, put), "utf-8")


def _with_arguments(told: Mapping[str, Any]) -> list[Any]:
    return [one if isinstance(one, str) else {"arguments": {}, **one} for one in told["caught_by"]]


def all_bugs() -> list[SeededBug]:
    return [SeededBug.read(path) for path in sorted(FOLDER.glob("*.toml"))]


@contextmanager
def imported_from(folder: Path) -> Iterator[None]:
    """While inside, the packages in the folder are imported instead of the project's, and every test afresh."""
    ours = _take_out()
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        _take_out()
        sys.modules.update(ours)
        importlib.invalidate_caches()


def _take_out() -> dict[str, ModuleType]:
    """Every loaded module of the project and of its tests, which is not loaded any more then."""
    roots = {path.name for path in ROOT.iterdir() if path.is_dir()} | {path.stem for path in TESTS.rglob("*.py")}
    names = [name for name in sys.modules if name.partition(".")[0] in roots - _KEPT]
    return {name: sys.modules.pop(name) for name in names}
