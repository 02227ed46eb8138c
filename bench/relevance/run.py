"""One run: which catalogues are loaded, which suites are asked of them, and of whom."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bench import feeds as feed_sources
from bench.relevance.asking import Asker
from bench.relevance.cases import Case, Judged
from bench.relevance.catalogue import Catalogue
from bench.relevance.outcome import OURS, Outcome
from bench.relevance.plain_index import PlainIndex
from bench.relevance.stage import load, loaded_mark, open_stage
from bench.relevance.suites import identifiers, judged, kept, pairs, real
from bench.relevance.systems import systems
from runtime.redis_client import RedisClients, open_redis
from runtime.settings import Settings
from search.embeddings import Embedder, load_embedder

SUITES = ("real", "variants", "words", "identifiers", "pairs", "judged")
#: The catalogues: real products, and the demo retailer's in two languages.
REAL, DEMO = "real", "demo"
OF_DEMO = ", demo"
#: Clean queries of each kind of variant, codes of each kind.
FULL_SIZE, QUICK_SIZE, DEMO_SHARE = 360, 36, 0.25
WORDS_FACTOR, CODES_SHARE = 2, 0.5
QUICK_SEARCHES = 300
#: Stores and stock are not asked for here; the smallest feeds have all products.
FEED_STORES, FEED_PER_STORE = 60, 100
PATIENT_SECONDS = 60.0


@dataclass(frozen=True)
class Plan:
    """What to measure."""

    cache: Path
    suites: Sequence[str]
    quick: bool
    vectors: bool
    peers: bool
    wands: Path | None
    esci: Path | None
    console: Console

    @property
    def size(self) -> int:
        return QUICK_SIZE if self.quick else FULL_SIZE

    def settings(self, catalogue: str) -> Settings:
        return Settings(
            data_dir=self.cache / "onhand",
            namespace="relevance" if catalogue == REAL else f"relevance-{catalogue}",
            model=Settings().model if self.vectors else "off",
            log_level="warning",
            redis_timeout_seconds=PATIENT_SECONDS,
        )


@dataclass(frozen=True, slots=True)
class Source:
    """A catalogue to load, with the suites that are asked of it."""

    name: str
    products: Path
    catalogue: Catalogue
    suites: dict[str, Sequence[Case]]


async def measure(plan: Plan) -> tuple[Outcome, dict[str, int]]:
    """Every suite for every system, and how many products each catalogue has."""
    found: list[Judged] = []
    sizes: dict[str, int] = {}
    async with open_redis(plan.settings(REAL)) as clients:
        embedder = load_embedder(plan.settings(REAL)) if plan.vectors else None
        for source in _sources(plan):
            if not source.suites:
                continue
            sizes[source.name] = len(source.catalogue.items)
            found += await _ask(plan, source, clients, embedder)
    return Outcome(found), sizes


async def _ask(plan: Plan, source: Source, clients: RedisClients, embedder: Embedder | None) -> list[Judged]:
    settings = plan.settings(source.name)
    await load(source.name, source.products, settings, clients, plan.console.print)
    stage = await open_stage(source.name, source.catalogue, settings, clients, embedder)
    index = await PlainIndex.open(stage, loaded_mark(source.products)) if plan.peers else None
    found = []
    with _progress(plan.console) as progress:
        for system in systems(stage, index):
            asker = Asker(system)
            for suite, cases in source.suites.items():
                if suite.startswith(kept.WORDS_SUITE) and system.name != OURS:
                    continue  # only onhand corrects
                task = progress.add_task(f"{source.name}: {suite}, {system.name}", total=len(cases))
                found.append(await asker.judge(suite, cases, partial(progress.advance, task)))
                progress.remove_task(task)
    return found


def _sources(plan: Plan) -> Iterator[Source]:
    if feed_sources.has_real_data():
        yield _real(plan)
    yield _demo(plan)
    if "judged" in plan.suites:
        for name, folder in ((judged.WANDS, plan.wands), (judged.ESCI, plan.esci)):
            if folder is not None:
                yield _judged(plan, name, folder)


def _real(plan: Plan) -> Source:
    feeds = feed_sources.real_feeds(
        feed_sources.PROJECT / ".cache" / "bench", stores=FEED_STORES, per_store=FEED_PER_STORE
    )
    catalogue = Catalogue.of(feeds.rows("products"))
    with (feeds.queries_file or feeds.products).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if plan.quick:
        rows = rows[:: max(1, len(rows) // QUICK_SEARCHES)]
    suites: dict[str, Sequence[Case]] = {}
    if "real" in plan.suites:
        suites[real.SUITE] = real.real_searches(rows, catalogue)
    if "pairs" in plan.suites:
        suites[pairs.SUITE] = pairs.pair_cases("en", catalogue)
    suites |= _generated(plan, catalogue, [row["query"] for row in rows], plan.size, "")
    return Source(REAL, feeds.products, catalogue, suites)


def _demo(plan: Plan) -> Source:
    feeds = feed_sources.demo_feeds(plan.cache)
    catalogue = Catalogue.of(feeds.rows("products"))
    suites: dict[str, Sequence[Case]] = {}
    if "pairs" in plan.suites:
        suites[pairs.SUITE + OF_DEMO] = pairs.pair_cases("fr", catalogue)
    suites |= _generated(plan, catalogue, [], int(plan.size * DEMO_SHARE), OF_DEMO)
    return Source(DEMO, feeds.products, catalogue, suites)


def _generated(
    plan: Plan, catalogue: Catalogue, searches: Sequence[str], size: int, suffix: str
) -> dict[str, Sequence[Case]]:
    suites: dict[str, Sequence[Case]] = {}
    if "variants" in plan.suites:
        suites[kept.SUITE + suffix] = kept.kept_cases(catalogue, searches, size=size)
    if "words" in plan.suites:
        suites[kept.WORDS_SUITE + suffix] = kept.left_alone_cases(catalogue, searches, size=size * WORDS_FACTOR)
    if "identifiers" in plan.suites:
        suites[identifiers.SUITE + suffix] = identifiers.identifier_cases(catalogue, size=int(size * CODES_SHARE))
    return suites


def _judged(plan: Plan, name: str, folder: Path) -> Source:
    judgments = judged.read_wands(folder) if name == judged.WANDS else judged.read_esci(folder)
    products = judgments.write_feed(plan.cache / f"feed-{name.lower()}" / "products.csv")
    return Source(name.lower(), products, Catalogue.of(judgments.products), {name: judgments.searches})


@contextmanager
def _progress(console: Console) -> Iterator[Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield progress
