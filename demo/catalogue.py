"""Reads the demo retailer's written data (demo/data/*.toml) into typed values. Invents nothing itself."""

import tomllib
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Literal

from pydantic import TypeAdapter

Gender = Literal["m", "f", "mp", "fp"]
_FORM_OF_GENDER: dict[Gender, int] = {"m": 0, "f": 1, "mp": 2, "fp": 3}


@dataclass(frozen=True, slots=True)
class Word:
    """A colour or finish; `fr` has one invariable form, or masculine, feminine and both plurals."""

    en: str
    fr: tuple[str, ...]

    def french(self, gender: Gender) -> str:
        return self.fr[0] if len(self.fr) == 1 else self.fr[_FORM_OF_GENDER[gender]]


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of one option of a family, in both languages, with its effect on the price."""

    en: str
    fr: str
    price_factor: float


@dataclass(frozen=True, slots=True)
class Family:
    """Products that share a title. Each combination of a brand and the options is one product.

    Titles and texts name the options in braces, and `{brand}` and `{model}`. An option is written either as
    `[English, French, price factor]` or as a word of words.toml, which agrees with the family's `gender`.
    `count` keeps that many combinations of all; without it all are kept.
    """

    code: str
    category: str
    brands: tuple[str, ...]
    gender: Gender
    price: float
    title_en: str
    title_fr: str
    text_en: str
    text_fr: str
    options: dict[str, tuple[str | tuple[str, str, float], ...]] = field(default_factory=dict)
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything the products are made of."""

    brands: dict[str, float]
    words: dict[str, Word]
    families: tuple[Family, ...]

    def choices(self, family: Family, option: str) -> tuple[Option, ...]:
        """The choices of one option, words already agreeing with the family."""
        return tuple(self._choice(family, written) for written in family.options[option])

    def _choice(self, family: Family, written: str | tuple[str, str, float]) -> Option:
        if isinstance(written, str):
            word = self.words[written]
            return Option(word.en, word.french(family.gender), 1.0)
        return Option(*written)


def read_toml(name: str) -> dict[str, Any]:
    """One data file, by its path under demo/data."""
    return tomllib.loads(files("demo").joinpath("data", name).read_text(encoding="utf-8"))


def load_catalogue() -> Catalogue:
    """Reads brands, words and product families."""
    names = sorted(entry.name for entry in files("demo").joinpath("data", "families").iterdir())
    written = [family for name in names for family in read_toml(f"families/{name}")["family"]]
    return Catalogue(
        brands=TypeAdapter(dict[str, float]).validate_python(read_toml("brands.toml")["brands"]),
        words=TypeAdapter(dict[str, Word]).validate_python(read_toml("words.toml")["words"]),
        families=TypeAdapter(tuple[Family, ...]).validate_python(written),
    )
