"""On which terms a caller gets a hold: who he is, what he may hold at most, for how long, and with what contact."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from aiohttp import web

from bot.app_keys import CALLER, CLIENT_ADDRESS, SETTINGS
from bot.identity import can_be_reached, identity_of, limits_of
from bot.problems import Code, Refused
from bot.rate_limit import network_of
from bot.requests.holds import CustomerBody
from inventory.models import Customer, Hold
from inventory.terms import Asker


def asker_of(request: web.Request, customer: Customer | None, country: str | None) -> Asker:
    """`country` is the store's: where a telephone number without a country belongs."""
    caller, settings = request[CALLER], request.app[SETTINGS]
    network = network_of(request[CLIENT_ADDRESS])
    return Asker(
        principal=caller.principal,
        customer=customer,
        identity=identity_of(customer, caller, network, country),
        # A partner's server places the holds of many people from one address.
        address=None if caller.known else network,
        limits=limits_of(settings),
    )


def customer_of(body: CustomerBody | None) -> Customer | None:
    return None if body is None else Customer(body.id, body.name, body.contact)


def completed(given: Customer | None, known: Customer | None) -> Customer | None:
    """What a hold knows of its customer, with what he adds."""
    if given is None or known is None:
        return given or known
    return Customer(given.id or known.id, given.name or known.name, given.contact or known.contact)


def ttl_of_new(request: web.Request, asked: int | None, customer: Customer | None) -> int:
    """The life of a new hold, or a refusal that names the longest."""
    settings = request.app[SETTINGS]
    longest = settings.hold_ttl_max_seconds
    if _is_soft(request, customer):
        longest = min(longest, settings.anonymous_hold_ttl_max_seconds)
    return _within(longest, asked, settings.hold_ttl_seconds)


def ttl_of_extended(request: web.Request, asked: int | None, hold: Hold) -> int:
    """The life from now on of a hold that is there; one without a contact stays short however often it is extended."""
    settings = request.app[SETTINGS]
    longest = settings.hold_ttl_max_seconds
    if _is_soft(request, hold.customer):
        end = hold.created_at + timedelta(seconds=settings.anonymous_hold_ttl_max_seconds)
        longest = min(longest, int((end - datetime.now(UTC)).total_seconds()))
    return _within(longest, asked, settings.hold_ttl_seconds)


def check_contact(request: web.Request, customer: Customer | None) -> None:
    """Somebody who will come must be reachable, where the settings say so."""
    required = request.app[SETTINGS].pickup_contact_required
    if required == "never" or (required == "public" and request[CALLER].known):
        return
    if customer is None or customer.contact is None or not can_be_reached(customer.contact):
        message = "should be an e-mail address or a telephone number"
        errors = [{"in": "body", "field": "customer.contact", "message": message}]
        raise Refused(Code.BAD_REQUEST, "A contact is needed to confirm a hold", details={"errors": errors})


def _is_soft(request: web.Request, customer: Customer | None) -> bool:
    return not request[CALLER].known and (customer is None or customer.contact is None)


def _within(longest: int, asked: int | None, usual: int) -> int:
    if asked is None and longest >= 1:
        return min(usual, longest)
    if asked is not None and asked <= longest:
        return asked
    maximum = max(0, longest)
    raise Refused(
        Code.LIMIT_EXCEEDED,
        f"This hold lasts at most {maximum} seconds from now",
        details={"limit": "ttl_seconds", "field": "ttl_seconds", "maximum": maximum, "until": None},
    )
