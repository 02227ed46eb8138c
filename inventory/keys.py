"""Every key of the ledger, built in one place. The keys of one region share a hash tag, so one call may touch them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from inventory.models import Kind

#: Namespace and region become part of a hash tag, so braces, colons and spaces are out.
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def fits_in_key(text: str) -> bool:
    """Whether an id may be part of a key. One that may not does not exist; half a surrogate cannot even be sent."""
    return 0 < len(text) <= 256 and text.isprintable()


def framed(*parts: str) -> bytes:
    """Other people's texts one after the other, so that no two lists look the same."""
    return "".join(f"{len(part)}:{part}" for part in parts).encode("utf-8", "surrogatepass")


def digest_of(*parts: str) -> str:
    """A name for other people's text of any length. Whoever can guess the text can check it: never for people."""
    return hashlib.blake2b(framed(*parts), digest_size=20).hexdigest()


@dataclass(frozen=True, slots=True)
class Keyspace:
    """The names of one region's keys inside one Redis."""

    namespace: str
    region: str

    def __post_init__(self) -> None:
        for name in (self.namespace, self.region):
            if not _NAME.fullmatch(name):
                raise ValueError("namespace and region may hold only letters, digits, dot, dash and underscore")

    @property
    def tag(self) -> str:
        """What Redis Cluster hashes: everything of a region lives in one slot."""
        return f"{{{self.namespace}:{self.region}}}"

    def row(self, kind: Kind, sku: str) -> str:
        """One packed row: a cell per store ordinal."""
        return f"{self.tag}:row:{kind}:{sku}"

    def registry(self) -> str:
        """Hash store_id → ordinal, append-only."""
        return f"{self.tag}:stores"

    def registry_version(self) -> str:
        """Counter that grows whenever a store is registered."""
        return f"{self.tag}:stores:version"

    def hold(self, hold_id: str) -> str:
        """Hash of one hold."""
        return f"{self.tag}:hold:{hold_id}"

    def holds_due(self) -> str:
        """Sorted set of live hold ids by the millisecond at which they end."""
        return f"{self.tag}:holds:due"

    def idempotency(self, principal: str, operation: str, key: str) -> str:
        """The stored first answer; a digest, because principal and key are other people's text of any length."""
        return f"{self.tag}:once:{digest_of(principal, operation, key)}"

    def holds_reminders(self) -> str:
        """Sorted set of confirmed hold ids by the millisecond at which their customers are reminded."""
        return f"{self.tag}:holds:reminders"

    def holders(self, sku: str) -> str:
        """Sorted set of the live holds of one product by store ordinal."""
        return f"{self.tag}:holders:{sku}"

    def customer(self, digest: str) -> str:
        """Hash of what one customer holds of each product, and how often he did not come."""
        return f"{self.tag}:customer:{digest}"

    def customer_holds(self, digest: str) -> str:
        """Sorted set of one customer's live hold ids by the millisecond at which they end."""
        return f"{self.tag}:customer:{digest}:holds"

    def customer_secret(self) -> str:
        """Random bytes without which the digests of customers and addresses cannot be made."""
        return f"{self.tag}:customers:secret"

    def address(self, digest: str) -> str:
        """Counter of the holds that one address placed within a minute."""
        return f"{self.tag}:address:{digest}"

    def group(self, group_id: str) -> str:
        """Hash naming the holds of a group."""
        return f"{self.tag}:group:{group_id}"

    def chain_group(self, group_id: str) -> str:
        """Hash of a group over several regions: how far it has got, and what it is made of."""
        return f"{self.tag}:chaingroup:{group_id}"

    def chain_groups_open(self) -> str:
        """Sorted set of those whose last step is not done, by the millisecond from which somebody else finishes it."""
        return f"{self.tag}:chaingroups:open"

    def waiting(self, sku: str, store_id: str) -> str:
        """Sorted set of who waits for a product at a store, "quantity:wait id", in the order of joining."""
        return f"{self.tag}:waiting:{len(sku)}:{sku}:{store_id}"

    def wait(self, wait_id: str) -> str:
        """Hash of one place in the waiting line."""
        return f"{self.tag}:wait:{wait_id}"

    def waits_joined(self) -> str:
        """Counter of all places ever taken: the order of joining."""
        return f"{self.tag}:waits:joined"

    def waits_skus(self) -> str:
        """Set of the products for which anybody waits."""
        return f"{self.tag}:waits:skus"

    def waits_stores(self, sku: str) -> str:
        """Set of the stores at which anybody waits for a product."""
        return f"{self.tag}:waits:stores:{sku}"

    def waits_ends(self) -> str:
        """Sorted set of places by the millisecond at which they end by themselves."""
        return f"{self.tag}:waits:ends"

    def waits_followed(self) -> str:
        """Id of the ledger entry up to which units that came free were offered to those who wait."""
        return f"{self.tag}:waits:followed"

    def waits_of(self, digest: str) -> str:
        """Hash of one customer's places by product: "millisecond at which it ends:wait id"."""
        return f"{self.tag}:waits:of:{digest}"

    def oversold(self) -> str:
        """Set of cells where a sale took units that were held: JSON [sku, store id, ordinal]."""
        return f"{self.tag}:oversold"

    def ledger(self) -> str:
        """Stream with one entry per move."""
        return f"{self.tag}:ledger"

    def ledger_archived(self) -> str:
        """Hash that says how far the ledger has been moved to files."""
        return f"{self.tag}:ledger:archived"

    def ledger_archiver(self) -> str:
        """Token of the one process that moves entries to files right now."""
        return f"{self.tag}:ledger:archiver"

    def aisles(self) -> str:
        """List of aisle labels; a cell of kind aisle is a 1-based index into it."""
        return f"{self.tag}:aisles"

    def aisle_numbers(self) -> str:
        """Hash aisle label → 1-based index: the list above, read the other way."""
        return f"{self.tag}:aisles:numbers"

    def movement_source(self, source: str) -> str:
        """Sorted set of the runs of sequence numbers applied for one source: first number, scored by the last."""
        return f"{self.tag}:source:{source}"

    def movement_ahead(self, source: str) -> str:
        """Sorted set by number: names of what a source told while a lower number was missing."""
        return f"{self.tag}:ahead:{source}"

    def movement_ahead_cells(self, source: str) -> str:
        """Sorted set, by cell and number, of the same with the cells before and after."""
        return f"{self.tag}:ahead-cells:{source}"

    def movement_sources(self) -> str:
        """Hash of every source's counters: `since:`, `late:` and `duplicate:`, each followed by the source."""
        return f"{self.tag}:sources"

    def movements(self) -> str:
        """Stream of movements that wait to be applied."""
        return f"{self.tag}:movements"

    def movements_parked(self) -> str:
        """Stream of movements that could not be applied, each with the reason."""
        return f"{self.tag}:movements:parked"

    def feed(self, kind: str) -> str:
        """Hash describing the last load of a feed."""
        return f"{self.tag}:feed:{kind}"
