"""A request rate per address."""

from __future__ import annotations

import pytest

from bot.rate_limit import MAX_ADDRESSES, RateLimit, network_of


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_minute_of_requests_passes_at_once_and_then_one_per_interval() -> None:
    clock = Clock()
    limit = RateLimit(60, clock=clock)
    assert [limit.wait_seconds("a") for _ in range(60)] == [0] * 60
    assert limit.wait_seconds("a") == 1
    clock.now += 1.0
    assert limit.wait_seconds("a") == 0
    assert limit.wait_seconds("a") == 1


def test_a_refused_request_costs_nothing() -> None:
    clock = Clock()
    limit = RateLimit(1, clock=clock)
    assert limit.wait_seconds("a") == 0
    for _ in range(10):
        assert limit.wait_seconds("a") == 60
    clock.now += 60.0
    assert limit.wait_seconds("a") == 0


def test_addresses_do_not_share_a_limit() -> None:
    limit = RateLimit(1, clock=Clock())
    assert [limit.wait_seconds(name) for name in ("192.0.2.1", "192.0.2.2", "192.0.2.1")] == [0, 0, 60]


def test_zero_means_no_limit() -> None:
    limit = RateLimit(0)
    assert not any(limit.wait_seconds("a") for _ in range(10_000))


def test_memory_is_bounded() -> None:
    limit = RateLimit(1, clock=Clock())
    for number in range(MAX_ADDRESSES + 10):
        limit.wait_seconds(f"host-{number}")
    assert len(limit._spent_until) <= MAX_ADDRESSES


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002"),
        ("2001:db8:1:2::9", "2001:0db8:0001:0002"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("unix", "unix"),
    ],
)
def test_an_ipv6_customer_is_a_network(address: str, network: str) -> None:
    assert network_of(address) == network
