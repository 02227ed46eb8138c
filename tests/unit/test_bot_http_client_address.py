"""Who calls, behind proxies or not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from multidict import CIMultiDict

from bot.client_address import client_address, is_loopback, plain_address

PROXIES = frozenset({"192.0.2.1", "192.0.2.2"})


def request(peer: str, *forwarded: str) -> Any:
    transport = SimpleNamespace(get_extra_info=lambda _name: (peer, 4711))
    return SimpleNamespace(transport=transport, headers=CIMultiDict([("X-Forwarded-For", hop) for hop in forwarded]))


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.9", ("198.51.100.1",), "203.0.113.9"),
        ("192.0.2.1", (), "192.0.2.1"),
        ("192.0.2.1", ("198.51.100.1",), "198.51.100.1"),
        ("192.0.2.1", ("198.51.100.1, 203.0.113.9",), "203.0.113.9"),
        ("192.0.2.1", ("198.51.100.1, 203.0.113.9, 192.0.2.2",), "203.0.113.9"),
        ("192.0.2.1", ("198.51.100.1", "203.0.113.9"), "203.0.113.9"),
        ("192.0.2.1", ("198.51.100.1, 203.0.113.9:4711",), "203.0.113.9"),
        ("192.0.2.1", ("198.51.100.1, [2001:db8::1]:4711",), "2001:db8::1"),
        ("192.0.2.1", ("198.51.100.1, [2001:db8::1]",), "2001:db8::1"),
        ("192.0.2.1", ("198.51.100.1, unknown",), "192.0.2.1"),
        ("192.0.2.1", ("198.51.100.1,",), "192.0.2.1"),
        ("::ffff:192.0.2.1", ("::ffff:203.0.113.9",), "203.0.113.9"),
    ],
)
def test_the_right_most_address_that_is_no_proxy_of_ours_is_the_caller(
    peer: str, forwarded: tuple[str, ...], expected: str
) -> None:
    assert client_address(request(peer, *forwarded), PROXIES) == expected


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_known_by_all_its_addresses(peer: str) -> None:
    assert is_loopback(client_address(request(peer), ()))


@pytest.mark.parametrize("text", ["unix", "fe80::1%eth0", "2001:db8::1", "192.0.2.1"])
def test_other_addresses_stay_as_they_are(text: str) -> None:
    assert plain_address(text) == text
