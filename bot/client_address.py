"""Who is calling: the peer of the connection, or what a trusted proxy says about it."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from aiohttp import web

#: What stands in for an address on a unix socket: only this machine can reach that.
LOCAL = "127.0.0.1"
#: Some proxies write the port too: 192.0.2.1:4711, [2001:db8::1]:4711.
_HOP = re.compile(r"\[(?P<v6>[^\]]*)\](?::\d+)?|(?P<v4>[\d.]+):\d+")


def client_address(request: web.Request, trusted_proxies: Collection[str]) -> str:
    """The right-most address that no trusted proxy of ours vouches for; further left anybody can write anything."""
    peer = request.transport.get_extra_info("peername") if request.transport is not None else None
    address = plain_address(str(peer[0])) if isinstance(peer, tuple) else LOCAL
    hops = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
    while address in trusted_proxies and hops:
        hop = _without_port(hops.pop().strip())
        if not is_address(hop):
            break
        address = plain_address(hop)
    return address


def _without_port(hop: str) -> str:
    found = _HOP.fullmatch(hop)
    return (found["v6"] or found["v4"]) if found else hop


@lru_cache(maxsize=4_096)
def plain_address(text: str) -> str:
    """IPv4 as such, also where a socket for both kinds shows it inside IPv6; anything else as it is."""
    parsed = ip_address(text) if is_address(text) else None
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return text if mapped is None else str(mapped)


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


def is_from_foreign_page(request: web.Request) -> bool:
    """True for a script of another site in a browser on this machine, also one whose name leads here by a trick."""
    origin = request.headers.get("Origin")
    host = "" if origin is None else _host_of(origin)
    return origin is not None and host != "localhost" and not is_loopback(host)


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).hostname or ""
    except ValueError:
        return ""
