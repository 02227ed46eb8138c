"""Codes read from a label, a till or a phone: SKU, GTIN and model number, with any punctuation, whole or in part."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.relevance.cases import Answer, Scored
from bench.relevance.catalogue import Catalogue, squashed
from bench.relevance.metrics import reciprocal_rank
from bench.relevance.split import half_of
from bench.relevance.suites.real import told

SUITE = "identifiers"
SEED = 2026
GTIN, SKU, MODEL, HALF_MODEL = "gtin", "sku", "model number", "half a model number"
#: Letters and digits, five or more, that no other product's title has: "KX-TG9391T".
_MODEL = re.compile(r"(?<![\w/-])(?=[A-Z0-9-]*\d)(?=[A-Z0-9-]*[A-Z])[A-Z0-9]+(?:-[A-Z0-9]+)*(?![\w/-])")
#: Sizes and kinds look like model numbers: "500W", "1080P", "3D", "8GB", "10-PACK".
_MEASURE = re.compile(r"\d+-?[A-Z]{1,2}|\d+-?(?:MHZ|GHZ|KHZ|BTU|RPM|PACK|DISC|WATT|IN|RMS|MAH|LED|CD|DVD|MOVIE)")
MODEL_CHARS = 5
HALF_SHARE, HALF_CHARS = 0.6, 4
#: A half that more products have names none of them.
HALF_PRODUCTS = 5


@dataclass(frozen=True, slots=True)
class Identified:
    """A code and the products that it names."""

    kind: str
    how: str
    text: str
    right: frozenset[str]
    catalogue: Catalogue

    @property
    def queries(self) -> tuple[str, ...]:
        return (self.text,)

    def judge(self, answers: Sequence[Answer]) -> Scored:
        (answer,) = answers
        rank = reciprocal_rank(answer.skus, self.right)
        scores = {"first_place": float(rank == 1), "mrr": rank, "recall10": float(rank > 0)}
        items = [self.catalogue.by_sku[sku] for sku in answer.skus]
        right = self.catalogue.by_sku[min(self.right)].title[:60]
        story = f"({self.how}; meant: {right}) {told(answer, items)}"
        groups = (self.kind, f"{self.kind}: {self.how}")
        # Every form of a code is in the half of the first product that it names.
        return Scored(f"{self.kind}|{self.text}", half_of(min(self.right)), groups, scores, story, right)


def identifier_cases(catalogue: Catalogue, *, size: int) -> list[Identified]:
    rng = random.Random(f"identifiers:{SEED}")
    items = rng.sample(catalogue.items, min(size, len(catalogue.items)))
    found: list[Identified] = []
    for item in items:
        mine = frozenset({item.sku})
        if item.gtin:
            found += [Identified(GTIN, how, text, mine, catalogue) for how, text in gtin_forms(item.gtin).items()]
        if item.sku != item.gtin:
            found += [Identified(SKU, how, text, mine, catalogue) for how, text in code_forms(item.sku).items()]
    models = sorted(model_numbers(catalogue).items())
    for model, sku in rng.sample(models, min(size, len(models))):
        mine = frozenset({sku})
        found += [Identified(MODEL, how, text, mine, catalogue) for how, text in code_forms(model).items()]
    return found + list(_halves(catalogue, [model for model, _ in models], size, rng))


def gtin_forms(gtin: str) -> Mapping[str, str]:
    """A GTIN as scanners, people and spreadsheets give it."""
    digits = gtin.zfill(12)
    groups = (digits[:1], digits[1:6], digits[6:11], digits[11:])
    forms = {
        "plain": gtin,
        "spaces": " ".join(filter(None, groups)),
        "hyphens": "-".join(filter(None, groups)),
        "dots": ".".join(filter(None, groups)),
        "13 digits": gtin.zfill(13),
        "14 digits": gtin.zfill(14),
        "14 digits, spaces": " ".join((gtin.zfill(14)[:1], gtin.zfill(14)[1:7], gtin.zfill(14)[7:])),
        "no leading zeros": gtin.lstrip("0"),
        "with its name": f"UPC: {gtin}",
        "in a sentence": f"upc {gtin} please",
    }
    return {how: text for how, text in forms.items() if how == "plain" or text != gtin}


def code_forms(code: str) -> Mapping[str, str]:
    """A code with other punctuation and case."""
    bare = re.sub(r"[^A-Za-z0-9]", "", code)
    runs = re.findall(r"[A-Za-z]+|\d+", code)
    forms = {
        "plain": code,
        "lower": code.lower(),
        "bare": bare,
        "bare, lower": bare.lower(),
        "spaces": " ".join(re.findall(r"[A-Za-z0-9]+", code)),
        "spaces at every change": " ".join(runs),
        "hyphens at every change": "-".join(runs).lower(),
        "dots": ".".join(runs),
        "slash": "/".join(runs),
        "hash": f"#{code}",
        "dash": code.replace("-", "–"),
    }
    return {how: text for how, text in forms.items() if how == "plain" or text != code}


def model_numbers(catalogue: Catalogue) -> dict[str, str]:
    """Each model number that stands in one title only, and that product."""
    found: dict[str, set[str]] = defaultdict(set)
    for item in catalogue.items:
        for match in _MODEL.finditer(item.title):
            if len(squashed(match[0])) >= MODEL_CHARS and not _MEASURE.fullmatch(match[0]):
                found[match[0]].add(item.sku)
    by_bare: dict[str, set[str]] = defaultdict(set)
    for model, skus in found.items():
        by_bare[squashed(model)] |= skus
    return {model: min(skus) for model, skus in found.items() if len(by_bare[squashed(model)]) == 1}


def _halves(catalogue: Catalogue, models: Sequence[str], size: int, rng: random.Random) -> Iterator[Identified]:
    """The first part of model numbers, and the last; right is each product whose title has it in one of its codes."""
    codes: dict[str, set[str]] = defaultdict(set)
    for item in catalogue.items:
        for match in _MODEL.finditer(item.title):
            codes[squashed(match[0])].add(item.sku)
    for model in rng.sample(models, min(size // 2, len(models))):
        bare = squashed(model)
        length = max(HALF_CHARS, round(len(bare) * HALF_SHARE))
        for how, half in (("first part", bare[:length]), ("last part", bare[-length:])):
            right = frozenset(sku for code, skus in codes.items() if half in code for sku in skus)
            if length < len(bare) and len(right) <= HALF_PRODUCTS and not half.isalpha() and not catalogue.count(half):
                yield Identified(HALF_MODEL, how, half, right, catalogue)
