"""Builds of the view: made empty beside the live one, published in one step, removed by their real names."""

from __future__ import annotations

from dataclasses import dataclass

from redis.exceptions import WatchError

from runtime.errors import translate_redis_errors
from runtime.redis_client import RedisClients
from search.index_removal import delete_by_prefix, drop_index
from search.replies import text_of
from search.stock_view.lease import Guard, guarded
from search.stock_view.schema import ViewKeys, create_view_index, definition


@dataclass(frozen=True, slots=True)
class LiveBuild:
    """The build that readers see. `position`: every entry of the ledger up to it is in the documents."""

    name: str
    position: str
    catalogue: str
    #: How many there are, whether RediSearch has read them all yet or not.
    documents: int
    #: Whether this release would make the same index.
    as_defined: bool


class ViewBuilds:
    """Creates, publishes and removes builds. A build is doomed from its creation until it is published."""

    def __init__(self, clients: RedisClients, keys: ViewKeys) -> None:
        self._redis = clients.writes
        self._keys = keys

    async def live(self) -> LiveBuild | None:
        """What readers see; None before the first build."""
        with translate_redis_errors("reading the live build of the stock view"):
            name = await self._live_name()
            about = await self._redis.hgetall(self._keys.about(name)) if name else {}
        fields = {text_of(field): text_of(value) for field, value in about.items()}
        if name is None or not {"position", "catalogue", "definition"} <= fields.keys():
            return None
        return LiveBuild(
            name=name,
            position=fields["position"],
            catalogue=fields["catalogue"],
            documents=int(fields.get("documents", 0)),
            as_defined=fields["definition"] == definition(self._keys),
        )

    async def create(self) -> str:
        """A new, empty index beside the live one."""
        with translate_redis_errors("creating the stock view"):
            build = f"v{await self._redis.incr(self._keys.builds())}"
            await self._redis.sadd(self._keys.doomed(), build)
            await self._redis.execute_command(*create_view_index(self._keys, build))
        return build

    async def publish(self, build: str, guard: Guard) -> None:
        """Alias and live build change in one step, while the builder's lease is held."""
        with translate_redis_errors("publishing the stock view"):
            old = await self._live_name()
            while not await self._published(build, old, guard):
                old = await self._live_name()

    async def _published(self, build: str, old: str | None, guard: Guard) -> bool:
        keys = self._keys
        async with self._redis.pipeline(transaction=True) as pipe:
            await guarded(pipe, guard)
            pipe.execute_command("FT.ALIASUPDATE", keys.alias(), keys.index(build))
            pipe.set(keys.live(), build)
            pipe.srem(keys.doomed(), build)
            if old is not None and old != build:
                pipe.sadd(keys.doomed(), old)
            try:
                await pipe.execute()
            except WatchError:
                return False  # the lease was renewed or lost just now: `guarded` knows which
        return True

    async def remove_doomed(self) -> None:
        """Remove whatever is not live: of this process, or left by one that died. For who holds the builder's lease."""
        with translate_redis_errors("listing old builds of the stock view"):
            builds = {text_of(build) for build in await self._redis.smembers(self._keys.doomed())}
        for build in sorted(builds):
            await self.remove(build)

    async def remove(self, build: str) -> None:
        """Remove one build unless it is live: the index, then its documents in small batches, so that nobody waits."""
        keys = self._keys
        with translate_redis_errors("removing an old build of the stock view"):
            if build == await self._live_name():
                return
            await drop_index(self._redis, keys.index(build))
            await delete_by_prefix(self._redis, keys.prefix(build))
            await self._redis.unlink(keys.about(build))
            await self._redis.srem(keys.doomed(), build)

    async def _live_name(self) -> str | None:
        name = await self._redis.get(self._keys.live())
        return text_of(name) if name else None
