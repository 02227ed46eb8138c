"""What was applied last, so that the same feed twice changes nothing and a count feed never undoes later sales."""

import zlib
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version

import orjson
from redis.asyncio import Redis

from indexing.feeds import FeedFile
from indexing.indexes import hset_command, text_of
from indexing.records import Finding
from indexing.report import FeedReport
from inventory.keys import Keyspace
from runtime.errors import translate_redis_errors
from search.documents import Document


@dataclass(frozen=True, slots=True)
class AppliedFeed:
    """The last complete load of one kind of feed. `findings` is None when there were too many to remember."""

    digest: str
    applied_at: str
    counts: dict[str, int]
    findings: list[Finding] | None


def digest_of(feed: FeedFile, *, full: bool) -> str:
    """The same content applied in the same way by the same indexer has the same digest."""
    return f"{feed.digest}:{version('onhand')}:{'full' if full else 'partial'}"


class FeedMemory:
    """Remembers one load for each kind of feed."""

    def __init__(self, redis: Redis, keyspace: Keyspace) -> None:
        self._redis = redis
        self._keyspace = keyspace

    async def recall(self, kind: str) -> AppliedFeed | None:
        """The last complete load."""
        with translate_redis_errors("reading what was applied last"):
            fields = await self._redis.hgetall(self._keyspace.feed(kind))
        found = {text_of(name): value if isinstance(value, bytes) else value.encode() for name, value in fields.items()}
        if "digest" not in found:
            return None
        findings = orjson.loads(zlib.decompress(found["findings"])) if found["findings"] else None
        return AppliedFeed(
            digest=found["digest"].decode(),
            applied_at=found["applied_at"].decode(),
            counts=orjson.loads(found["counts"]),
            findings=None if findings is None else [Finding(**finding) for finding in findings],
        )

    async def forget(self, kind: str) -> None:
        """Before a load begins to write: if it breaks off, neither this feed nor the one before is surely in force."""
        with translate_redis_errors("starting a load"):
            await self._redis.hdel(self._keyspace.feed(kind), "digest")

    async def remember(self, kind: str, digest: str, report: FeedReport) -> None:
        """After a complete load."""
        findings = report.remembered
        packed = b"" if findings is None else zlib.compress(orjson.dumps([asdict(finding) for finding in findings]))
        counts = {"read": report.read, "accepted": report.accepted, "rejected": report.rejected}
        fields: Document = {
            "digest": digest,
            "applied_at": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "counts": orjson.dumps(counts | {"warnings": report.warnings}),
            "findings": packed,
        }
        with translate_redis_errors("remembering a load"):
            await self._redis.execute_command(*hset_command(self._keyspace.feed(kind), fields))

    async def vectors_done(self) -> str | None:
        """Which model and build the vectors were completed for."""
        with translate_redis_errors("reading the state of the vectors"):
            mark = await self._redis.hget(self._keyspace.feed("vectors"), "done")
        return None if mark is None else text_of(mark)

    async def set_vectors_done(self, mark: str) -> None:
        """Every product of the build has its vector."""
        with translate_redis_errors("remembering the state of the vectors"):
            await self._redis.hset(self._keyspace.feed("vectors"), "done", mark)


def tell_again(report: FeedReport, applied: AppliedFeed) -> None:
    """Fill a report with what the same feed gave when it was applied."""
    report.unchanged_since = applied.applied_at
    for finding in applied.findings or []:
        report.tell(finding)
    for name, count in applied.counts.items():
        setattr(report, name, count)
    report.unchanged = report.accepted
    if any("is not a product of" in reason or "is not a store" in reason for _, reason, _ in report.reasons):
        report.notes.append("rows that named unknown ids then are not tried again; --force sets all counts of the file")
    if applied.findings is None and report.rejected:
        report.notes.append("too many rows were rejected to remember them; run with --dry-run --report to list them")
