"""Compares the records of holds, and every list that names them, with what the ledger says of each hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import orjson

from inventory.audit.findings import Difference, Findings, Part
from inventory.audit.fold import FoldedHold
from inventory.audit.following import Command, FollowedFold
from inventory.keys import Keyspace
from inventory.models import HoldState

BATCH = 500
_LIVE = frozenset(state.value for state in HoldState if state.live)
_UNITS = b"units:"

#: Units by product, and the ids of live holds.
CustomerLists = tuple[dict[str, int], set[str]]


class HoldCheck:
    """The checks of all holds, each at a moment of its own."""

    def __init__(self, keyspace: Keyspace, findings: Findings) -> None:
        self._keyspace = keyspace
        self._findings = findings
        #: Whose each hold is, which the ledger does not say.
        self._owners: dict[str, str] = {}

    async def check_due(self, followed: FollowedFold) -> None:
        """Exactly the live holds have an end."""
        (due,) = await followed.at_one_moment([("ZRANGE", self._keyspace.holds_due(), 0, -1)])
        listed = {hold_id.decode() for hold_id in due}
        live = {hold_id for hold_id, hold in followed.fold.holds.items() if hold.live}
        for hold_id in sorted(live ^ listed):
            self._differ(Part.DUE, _listed(hold_id in live), _listed(hold_id in listed), hold_id=hold_id)

    async def check_records(self, followed: FollowedFold, stored_ids: Iterable[str]) -> None:
        """The record of every hold that is live, by the ledger or by its record, says what the ledger says."""
        live = {hold_id for hold_id, hold in followed.fold.holds.items() if hold.live}
        for batch in _batches(sorted(live | set(stored_ids))):
            keys = [self._keyspace.hold(hold_id) for hold_id in batch]
            states = await followed.at_one_moment(("HGET", key, "state") for key in keys)
            folded = followed.fold.holds
            doubtful = [
                hold_id
                for hold_id, state in zip(batch, states, strict=True)
                if hold_id in folded or (state is not None and state.decode() in _LIVE)
            ]
            await self._check_whole_records(followed, doubtful)

    async def check_holders(self, followed: FollowedFold, listed_skus: Iterable[str]) -> None:
        """Each product's list has exactly its live holds, each with the ordinal of its store."""
        for batch in _batches(sorted(followed.fold.holders.keys() | set(listed_skus))):
            keys = [self._keyspace.holders(sku) for sku in batch]
            lists = await followed.at_one_moment(("ZRANGE", key, 0, -1, "WITHSCORES") for key in keys)
            for sku, found in zip(batch, lists, strict=True):
                listed = {name.decode(): int(score) for name, score in zip(found[::2], found[1::2], strict=True)}
                named = followed.fold.holders.get(sku, {})
                live = {hold_id: ordinal for hold_id, ordinal in named.items() if followed.fold.holds[hold_id].live}
                for hold_id in sorted(live.keys() | listed.keys()):
                    if live.get(hold_id) != listed.get(hold_id):
                        says, shows = _at(live.get(hold_id)), _at(listed.get(hold_id))
                        self._differ(Part.HOLDERS, says, shows, hold_id=hold_id, sku=sku)

    async def check_customers(self, followed: FollowedFold, listed_customers: Iterable[str]) -> None:
        """Each customer's units and list of holds are those of the live holds that are his."""
        await self._learn_owners(followed)
        live_owners = {owner for hold_id, owner in self._owners.items() if hold_id in followed.fold.holds}
        for batch in _batches(sorted((live_owners | set(listed_customers)) - {""})):
            replies = await followed.at_one_moment(command for digest in batch for command in self._of_customer(digest))
            await self._learn_owners(followed)
            mine = self._ids_by_owner(followed)
            for number, digest in enumerate(batch):
                found = _customer_from(replies[2 * number : 2 * number + 2])
                if found != _customer_of(followed, mine.get(digest, set())):
                    await self._compare_customer(followed, digest, mine.get(digest, set()))

    async def _compare_customer(self, followed: FollowedFold, digest: str, ids: set[str]) -> None:
        """Look again, together with whose the holds are: one that has no customer may get one by being confirmed."""
        for last in (False, False, True):
            asked = sorted(ids)
            owners = [("HGET", self._keyspace.hold(hold_id), "customer_key") for hold_id in asked]
            units, listed, *keys = await followed.at_one_moment([*self._of_customer(digest), *owners])
            found = _customer_from([units, listed])
            mine = {hold_id for hold_id, key in zip(asked, keys, strict=True) if key and key.decode() == digest}
            expected = _customer_of(followed, mine)
            if found == expected:
                return
            if last:
                self._tell_customer(digest, expected, found)
            ids = ids | found[1]

    async def _check_whole_records(self, followed: FollowedFold, hold_ids: Sequence[str]) -> None:
        keys = [self._keyspace.hold(hold_id) for hold_id in hold_ids]
        if not keys:
            return
        due = self._keyspace.holds_due()
        replies = await followed.at_one_moment(
            [*[("HGETALL", key) for key in keys], *[("ZSCORE", due, hold_id) for hold_id in hold_ids]]
        )
        for number, hold_id in enumerate(hold_ids):
            record = {name.decode(): value.decode() for name, value in replies[number].items()}
            self._owners[hold_id] = record.get("customer_key", "")
            self._compare_record(hold_id, followed.fold.holds.get(hold_id), record)
            score = replies[len(hold_ids) + number]
            if record.get("state") in _LIVE and score is not None and int(record["due_ms"]) != int(score):
                ends = f"ends at {record['due_ms']}", f"listed for {int(score)}"
                self._differ(Part.DUE, *ends, hold_id=hold_id, note="the record beside the list of ends")

    def _compare_record(self, hold_id: str, hold: FoldedHold | None, record: dict[str, str]) -> None:
        if hold is None or not hold.live:
            if record.get("state") in _LIVE:
                self._differ(Part.HOLD, "not live", record["state"], hold_id=hold_id)
            if hold is not None:
                left = sum(hold.units.values())
                self._differ(Part.HELD, 0, left, hold_id=hold_id, note="units of a hold that has ended")
            return
        state = record.get("state", "no record")
        if state != hold.state:
            self._differ(Part.HOLD, hold.state, state, hold_id=hold_id, store_id=hold.store_id)
            return
        ordinal = int(record["ordinal"])
        lines = {(sku, ordinal): held for sku, _, held in orjson.loads(record["lines"])}
        for sku, number in sorted(lines.keys() | hold.units.keys()):
            says, shows = hold.units.get((sku, number), 0), lines.get((sku, number), 0)
            if says != shows:
                self._differ(Part.HOLD, says, shows, hold_id=hold_id, sku=sku, store_id=hold.store_id)

    async def _learn_owners(self, followed: FollowedFold) -> None:
        unknown = [hold_id for hold_id in followed.fold.holds if hold_id not in self._owners]
        for batch in _batches(unknown):
            keys = [self._keyspace.hold(hold_id) for hold_id in batch]
            owners = await followed.at_one_moment(("HGET", key, "customer_key") for key in keys)
            self._owners.update(zip(batch, [(owner or b"").decode() for owner in owners], strict=True))

    def _of_customer(self, digest: str) -> list[Command]:
        return [
            ("HGETALL", self._keyspace.customer(digest)),
            ("ZRANGE", self._keyspace.customer_holds(digest), 0, -1),
        ]

    def _ids_by_owner(self, followed: FollowedFold) -> dict[str, set[str]]:
        mine: dict[str, set[str]] = {}
        for hold_id in followed.fold.holds:
            mine.setdefault(self._owners.get(hold_id, ""), set()).add(hold_id)
        return mine

    def _tell_customer(self, digest: str, expected: CustomerLists, found: CustomerLists) -> None:
        for sku in sorted(expected[0].keys() | found[0].keys()):
            says, shows = expected[0].get(sku, 0), found[0].get(sku, 0)
            if says != shows:
                self._differ(Part.CUSTOMER, says, shows, sku=sku, note=f"units of customer {digest}")
        for hold_id in sorted(expected[1] ^ found[1]):
            listed = _listed(hold_id in expected[1]), _listed(hold_id in found[1])
            self._differ(Part.CUSTOMER, *listed, hold_id=hold_id, note=f"holds of customer {digest}")

    def _differ(self, part: Part, ledger: int | str, found: int | str, **where: str) -> None:
        self._findings.add(Difference(part, ledger, found, **where))


def _customer_from(replies: Sequence[Any]) -> CustomerLists:
    """What Redis shows of a customer."""
    named = ((name.decode(), int(value)) for name, value in replies[0].items() if name.startswith(_UNITS))
    units = {name.removeprefix(_UNITS.decode()): value for name, value in named}
    return {sku: value for sku, value in units.items() if value}, {hold_id.decode() for hold_id in replies[1]}


def _customer_of(followed: FollowedFold, hold_ids: Iterable[str]) -> CustomerLists:
    """The same by the ledger, given which holds are his."""
    units: dict[str, int] = {}
    ids = {hold_id for hold_id in hold_ids if hold_id in followed.fold.holds and followed.fold.holds[hold_id].live}
    for hold_id in ids:
        for (sku, _), number in followed.fold.holds[hold_id].units.items():
            units[sku] = units.get(sku, 0) + number
    return {sku: number for sku, number in units.items() if number}, ids


def _listed(there: bool) -> str:
    return "listed" if there else "not listed"


def _at(ordinal: int | None) -> str:
    return "not listed" if ordinal is None else f"listed for store {ordinal}"


def _batches(values: Sequence[str]) -> Iterator[list[str]]:
    numbers = iter(values)
    while batch := list(islice(numbers, BATCH)):
        yield batch
