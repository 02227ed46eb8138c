"""Customers are counted under names that nobody can find out by trying, the same in every process."""

from __future__ import annotations

import hashlib

from hold_builders import a_hold, everything, named, who

from inventory.customers import CustomerNames
from inventory.inventory import Inventory
from inventory.keys import Keyspace, digest_of
from runtime.redis_client import RedisClients

PHONE = "contact:+15550100200"


async def test_a_telephone_number_cannot_be_recognised_by_hashing_all_numbers(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    hold = await a_hold(inventory, asker=who(PHONE, address="192.0.2.7"))
    known = {digest_of("customer", PHONE), digest_of("address", "192.0.2.7")}
    known |= {make(PHONE.encode()).hexdigest() for make in (hashlib.sha256, hashlib.sha1, hashlib.md5)}
    keys = b"\n".join(await everything(inventory, redis_clients)).decode()
    assert hold.customer_key in keys
    assert not any(digest[:40] in keys for digest in known)


async def test_every_process_of_a_region_makes_the_same_names_and_another_region_others(
    inventory: Inventory, redis_clients: RedisClients, keyspace: Keyspace
) -> None:
    again = await CustomerNames.open(redis_clients, keyspace)
    elsewhere = await CustomerNames.open(redis_clients, Keyspace(keyspace.namespace, "another"))
    assert again.customer(who(PHONE)) == named(inventory, PHONE) != elsewhere.customer(who(PHONE))
    assert (again.customer(who(None)), again.address(who(None))) == ("", "")
