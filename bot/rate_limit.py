"""A request rate per client address, kept in this process so that it works without Redis (GCRA: a time stamp each)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from math import ceil
from time import monotonic

#: Addresses remembered at once. Past that the idle ones are forgotten, and then everybody: memory stays bounded.
MAX_ADDRESSES = 50_000
_SECONDS_PER_MINUTE = 60.0


class RateLimit:
    """Allows `per_minute` requests in a minute from one address, evenly or in one burst; 0 allows everything."""

    def __init__(self, per_minute: int, *, clock: Callable[[], float] = monotonic) -> None:
        self._interval_seconds = _SECONDS_PER_MINUTE / per_minute if per_minute else 0.0
        self._clock = clock
        #: When each address will have used up what it spent.
        self._spent_until: dict[str, float] = {}

    def wait_seconds(self, address: str) -> int:
        """0 when the request may go on, else whole seconds until one would."""
        if not self._interval_seconds:
            return 0
        now = self._clock()
        name = network_of(address)
        due = max(self._spent_until.get(name, now), now) + self._interval_seconds
        over = due - now - _SECONDS_PER_MINUTE
        if over > 1e-9:
            return max(1, ceil(over))
        if len(self._spent_until) >= MAX_ADDRESSES:
            self._forget_idle(now)
        self._spent_until[name] = due
        return 0

    def _forget_idle(self, now: float) -> None:
        self._spent_until = {name: due for name, due in self._spent_until.items() if due > now}
        if len(self._spent_until) >= MAX_ADDRESSES:
            self._spent_until.clear()


@lru_cache(maxsize=4_096)
def network_of(address: str) -> str:
    """The address, or its /64 for IPv6, where one customer has a whole network."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return parsed.exploded[:19]
    return str(parsed)
