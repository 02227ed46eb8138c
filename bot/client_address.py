"""Who is calling: the peer of the connection, or what a trusted proxy says about it."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from ipaddress import ip_address

from aiohttp import web

#: What stands in for an address on a unix socket: only this machine can reach that.
LOCAL = "127.0.0.1"


def client_address(request: web.Request, trusted_proxies: Collection[str]) -> str:
    """The right-most address that no trusted proxy of ours vouches for; further left anybody can write anything."""
    peer = request.transport.get_extra_info("peername") if request.transport is not None else None
    address = str(peer[0]) if isinstance(peer, tuple) else LOCAL
    if address not in trusted_proxies:
        return address
    for hop in reversed(",".join(request.headers.getall("X-Forwarded-For", [])).split(",")):
        address = hop.strip() if is_address(hop.strip()) else address
        if address not in trusted_proxies:
            break
    return address


def is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=4_096)
def is_loopback(address: str) -> bool:
    return is_address(address) and ip_address(address).is_loopback


def is_forwarded(request: web.Request) -> bool:
    """True when some proxy handed the request on, so that the peer says nothing about the caller."""
    return any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"))
