"""Whether a product fits the department, or the finer category, of a real search: by departments.toml. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bench.relevance.catalogue import Item, plain


@dataclass(frozen=True, slots=True)
class Kind:
    """A department or a category."""

    categories: frozenset[str]
    words: re.Pattern[str]

    def fits(self, item: Item) -> bool:
        return item.category in self.categories or bool(self.words.search(plain(item.title)))


@dataclass(frozen=True, slots=True)
class Departments:
    departments: Mapping[str, Kind]
    categories: Mapping[str, Kind]
    unknown: frozenset[str]

    def of(self, name: str) -> Kind | None:
        """A department by its name; None for one that the catalogue cannot tell."""
        return self.departments.get(name)

    def finer(self, name: str) -> Kind | None:
        """A finer category, or the department of that name."""
        return self.categories.get(name) or self.departments.get(name)

    def tells(self, item: Item) -> bool:
        """Whether anything says what department a product belongs to."""
        known = item.category and item.category not in self.unknown
        return bool(known) or any(kind.words.search(plain(item.title)) for kind in self.departments.values())


@cache
def departments() -> Departments:
    raw = tomllib.loads(files("bench.relevance").joinpath("departments.toml").read_text("utf-8"))
    return Departments(_kinds(raw["departments"]), _kinds(raw["categories"]), frozenset(raw["unknown"]))


def _kinds(raw: Mapping[str, Mapping[str, list[str]]]) -> Mapping[str, Kind]:
    return {
        name: Kind(
            frozenset(kind["categories"]),
            re.compile(r"\b(?:" + "|".join(re.escape(plain(word)) for word in kind["words"]) + ")"),
        )
        for name, kind in raw.items()
    }
