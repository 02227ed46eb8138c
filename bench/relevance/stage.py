"""The Redis that is asked: catalogues loaded as `onhand index` does it, kept in a data directory for later runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from redis.asyncio import Redis

from bench.feeds import PROJECT
from bench.relevance.catalogue import Catalogue
from indexing.commands import Request, run_request
from indexing.run import Options
from runtime.redis_client import RedisClients
from runtime.settings import Settings
from search.embeddings import Embedder, Vectors
from search.products import ProductSearch
from search.replies import text_of

#: Quality is measured here, so that a busy machine must not cut an answer.
PATIENT_MS = 10_000
#: What changes the documents of a product changes what must be loaded.
INDEX_SOURCES = (
    *("documents", "headline", "identifiers", "normalise", "folding", "lexicon", "schema", "vocabulary"),
    *("words.toml", "synonyms.toml"),
)


class NotLoaded(Exception):
    """`onhand index` has said why."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One catalogue, loaded, and the search over it."""

    name: str
    catalogue: Catalogue
    clients: RedisClients
    namespace: str
    search: ProductSearch
    embedder: Embedder | None

    @property
    def redis(self) -> Redis:
        return self.clients.reads


async def load(
    name: str, products: Path, settings: Settings, clients: RedisClients, say: Callable[[str], object]
) -> None:
    """`onhand index`, where the feed, the model, or the code that makes documents of it has changed.

    Vectors of texts that have not changed are kept by the index itself, so only a first run has to wait for them.
    """
    mark, texts = f"relevance:loaded:{name}", loaded_mark(products)
    wanted = {"texts": texts} if settings.model == "off" else {"texts": texts, "vectors": f"{settings.model} {texts}"}
    loaded = {text_of(field): text_of(value) for field, value in (await clients.reads.hgetall(mark)).items()}
    if wanted.items() <= loaded.items():
        return
    say(f"loading: {name}" + ("" if settings.model == "off" else " with vectors"))
    options = Options(full=True, force=True)
    request = Request({"products": str(products)}, options, dry_run=False, report=None, as_json=False)
    if await run_request(settings, request):
        raise NotLoaded(f"{name} could not be loaded")
    for field, value in wanted.items():
        await clients.writes.hset(mark, field, value)


async def open_stage(
    name: str, catalogue: Catalogue, settings: Settings, clients: RedisClients, embedder: Embedder | None
) -> Stage:
    search = ProductSearch(clients, settings.namespace, embedder, timeout_ms=PATIENT_MS)
    await search.refresh()
    return Stage(name, catalogue, clients, settings.namespace, search, embedder)


def loaded_mark(products: Path) -> str:
    """Names a feed and the code that makes documents of it."""
    digest = blake2b(products.read_bytes(), digest_size=16)
    folder = PROJECT / "search"
    for path in sorted(path for path in folder.iterdir() if path.stem in INDEX_SOURCES or path.name in INDEX_SOURCES):
        digest.update(path.read_bytes())
    return digest.hexdigest()


class Counting:
    """An encoder that tells how often it was asked."""

    def __init__(self, embedder: Embedder) -> None:
        self.calls = 0
        self._embed = embedder.embed
        embedder.embed = self._counted  # type: ignore[method-assign]

    async def _counted(self, texts: Sequence[str]) -> Vectors:
        self.calls += 1
        return await self._embed(texts)
