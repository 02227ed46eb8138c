"""One run at a time makes a catalogue beside the old one, which serves until the new one is whole."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest
from indexing_desk import PRODUCTS, Desk, changed

from indexing.errors import BuildFailed, BuildInProgress
from indexing.indexes import ProductBuilds, wait_until_indexed
from indexing.keys import build_counter_key, doomed_builds_key, lock_key
from indexing.lock import run_lock
from search.index_info import index_info
from search.schema import (
    create_products_index,
    product_key,
    products_index,
)


async def test_two_runs_at_once_are_refused_with_a_clear_message(desk: Desk) -> None:
    async with run_lock(desk.importers.redis, desk.namespace):
        with pytest.raises(BuildInProgress, match="another `onhand index` is running"):
            await desk.index(products=PRODUCTS)
    await desk.index(products=PRODUCTS)
    assert await desk.redis.exists(lock_key(desk.namespace)) == 0


async def test_a_run_that_lost_its_lock_publishes_nothing(desk: Desk) -> None:
    await desk.index(products=PRODUCTS)
    build = await desk.live_build()
    async with run_lock(desk.importers.redis, desk.namespace) as lock:
        await desk.importers.redis.set(lock_key(desk.namespace), "someone else")
        products = {product.sku: product for product in await desk.importers.products.card_products(build, ["pot"])}
        with pytest.raises(BuildFailed, match="lock"):
            await desk.importers.products.apply(products, lock, full=True, on_progress=lambda _: None)
    assert await desk.live_build() == build
    assert await desk.skus() == {"pot", "pan", "lid"}
    assert await desk.redis.smembers(doomed_builds_key(desk.namespace)) == set()


async def test_a_run_that_lost_its_lock_leaves_alone_what_another_run_is_making(desk: Desk) -> None:
    await desk.index(products=PRODUCTS)
    others = ProductBuilds(desk.importers.redis, desk.namespace)
    async with run_lock(desk.importers.redis, desk.namespace) as lock:
        await desk.importers.redis.set(lock_key(desk.namespace), "someone else")
        theirs = await others.create()
        products = await desk.importers.products.card_products(await desk.live_build(), ["pot"])
        with pytest.raises(BuildFailed, match="lock"):
            await desk.importers.products.apply(
                {product.sku: product for product in products}, lock, full=True, on_progress=lambda _: None
            )
    assert await index_info(desk.redis, products_index(desk.namespace, theirs)) is not None
    assert await desk.redis.smembers(doomed_builds_key(desk.namespace)) == {theirs.encode()}


async def test_work_is_broken_off_when_its_lock_is_lost_and_by_nothing_else(desk: Desk) -> None:
    key = lock_key(desk.namespace)
    locked = asyncio.Event()

    async def work(seconds: float) -> None:
        async with run_lock(desk.importers.redis, desk.namespace, seconds=seconds):
            locked.set()
            await asyncio.Event().wait()

    waiting = asyncio.create_task(work(0.1))
    await locked.wait()
    await desk.importers.redis.set(key, "someone else")
    with pytest.raises(BuildFailed, match="lock of this run was lost"):
        await waiting
    assert await desk.redis.get(key) == b"someone else"

    await desk.redis.delete(key)
    locked.clear()
    waiting = asyncio.create_task(work(30))
    await locked.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await desk.redis.exists(key) == 0


class BrokenBuilds(ProductBuilds):
    """Fails when it checks."""

    failure: BaseException = BuildFailed("a product is missing")

    async def check(self, build: str, count: int, samples: Sequence[Mapping[str, str | bytes]]) -> None:
        raise self.failure


@pytest.mark.parametrize("failure", [BuildFailed("a product is missing"), asyncio.CancelledError(), MemoryError()])
async def test_a_failed_build_leaves_the_old_one_serving_and_nothing_half_made(
    desk: Desk, failure: BaseException
) -> None:
    await desk.index(products=PRODUCTS)
    build, keys = await desk.live_build(), await desk.product_keys()
    broken = BrokenBuilds(desk.importers.redis, desk.namespace)
    broken.failure = failure
    desk.importers.products._builds = broken
    with pytest.raises(type(failure)):
        await desk.index(products=changed(PRODUCTS, "sku", "pot", title="Wok"))
    assert (await desk.live_build(), await desk.product_keys()) == (build, keys)
    assert await desk.found("@sku:{pan}") == {"pan"}
    assert await desk.redis.exists(lock_key(desk.namespace)) == 0


async def test_what_a_crashed_run_left_is_removed_by_the_next_one(desk: Desk) -> None:
    await desk.index(products=PRODUCTS)
    await desk.redis.incr(build_counter_key(desk.namespace))
    await desk.redis.sadd(doomed_builds_key(desk.namespace), "v2")
    await desk.redis.execute_command(*create_products_index(desk.namespace, "v2"))
    await desk.redis.hset(product_key(desk.namespace, "v2", "half"), "sku", "half")
    await desk.index(products=PRODUCTS[:2])
    build = await desk.live_build()
    assert await desk.product_keys() == {product_key(desk.namespace, build, sku) for sku in ("pot", "pan", "lid")}
    assert await index_info(desk.redis, products_index(desk.namespace, "v2")) is None


async def test_an_index_that_lacks_a_product_does_not_pass_its_check(desk: Desk) -> None:
    builds = ProductBuilds(desk.importers.redis, desk.namespace)
    build = await builds.create()
    await builds.write(build, {"a": {"sku": "a", "title": "pot"}})
    with pytest.raises(BuildFailed, match="1 of 2"):
        await builds.check(build, 2, [])
    with pytest.raises(BuildFailed, match="cannot be found"):
        await builds.check(build, 1, [{"sku": "b", "title": "pot"}])
    await builds.check(build, 1, [{"sku": "a", "title": "pot"}])
    with pytest.raises(BuildFailed, match="not ready"):
        await wait_until_indexed(desk.redis, products_index(desk.namespace, build), longest_seconds=0)
    async with run_lock(desk.importers.redis, desk.namespace) as lock:
        assert await builds.remove_doomed(lock) == 1


async def test_readers_find_the_whole_catalogue_at_every_moment_of_a_swap(desk: Desk) -> None:
    await desk.index(products=PRODUCTS)
    done = asyncio.Event()
    seen: set[frozenset[str]] = set()

    async def look() -> None:
        while not done.is_set():
            seen.add(frozenset(await desk.found("@brand:{cuisina}")))

    looking = asyncio.create_task(look())
    for number in range(5):
        await desk.index(products=[{**row, "price": str(number + 1), "currency": "USD"} for row in PRODUCTS])
    done.set()
    await looking
    assert seen == {frozenset({"pot", "pan"})}
