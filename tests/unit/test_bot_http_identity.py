"""The same customer is the same however he writes himself."""

from __future__ import annotations

import pytest

from bot.api_keys import ANONYMOUS, Caller
from bot.identity import can_be_reached, identity_of, normal_contact
from inventory.models import Customer

STRANGER, SHOP, OPERATOR = Caller(ANONYMOUS), Caller("web-shop"), Caller(ANONYMOUS, trusted=True)


@pytest.mark.parametrize(
    ("written", "country", "form"),
    [
        ("Dave@Example.COM", None, "dave@example.com"),
        (" mailto:dave@example.com ", "US", "dave@example.com"),
        ("+1 617 555 0100", None, "+16175550100"),
        ("(617) 555-0100", "US", "+16175550100"),
        ("tel:+1-617-555-0100", "FR", "+16175550100"),
        ("01 42 68 53 00", "FR", "+33142685300"),
        ("01 42 68 53 00", None, "01 42 68 53 00"),
        ("  The blue   DOOR ", "US", "the blue door"),
        ("\ud800", "US", "\ud800"),
        ("617 555 0100", "nowhere", "617 555 0100"),
    ],
)
def test_a_contact_has_one_form(written: str, country: str | None, form: str) -> None:
    assert normal_contact(written, country) == form


def test_a_stranger_is_his_contact_or_else_his_network() -> None:
    named = Customer("vip-1", "Dave", None)
    assert identity_of(named, STRANGER, "192.0.2.0", "US") == "network:192.0.2.0"
    reachable = Customer("vip-1", None, "(617) 555-0100")
    assert identity_of(reachable, STRANGER, "192.0.2.0", "US") == "contact:+16175550100"


@pytest.mark.parametrize("caller", [SHOP, OPERATOR])
def test_a_known_caller_speaks_for_his_customers(caller: Caller) -> None:
    assert identity_of(Customer("c-1", None, "a@b.c"), caller, "192.0.2.0", None) == "id:c-1"
    assert identity_of(Customer(None, None, "A@b.c"), caller, "192.0.2.0", None) == "contact:a@b.c"
    assert identity_of(Customer(None, "Dave", None), caller, "192.0.2.0", None) is None
    assert identity_of(None, caller, "192.0.2.0", None) is None


@pytest.mark.parametrize(
    ("contact", "reachable"),
    [
        ("dave@example.com", True),
        ("(617) 555-0100", True),
        ("tel:+33 1 42 68 53 00", True),
        ("dave@home", False),
        ("@", False),
        ("Dave", False),
        ("12345", False),
        ("a b@example.com", False),
    ],
)
def test_a_contact_looks_like_an_address_or_a_number(contact: str, reachable: bool) -> None:
    assert can_be_reached(contact) is reachable
