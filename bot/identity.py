"""Whom holds are counted for, however he writes his contact, and how many he may have. Pure."""

from __future__ import annotations

import re

import phonenumbers

from bot.api_keys import Caller
from inventory.models import Customer
from inventory.terms import Limits
from runtime.settings import Settings

_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_DIGIT = re.compile(r"[0-9]")
_FEWEST_DIGITS = 6


def identity_of(customer: Customer | None, caller: Caller, network: str, country: str | None) -> str | None:
    """A stranger's own idea of who he is does not count, his contact does; without one he is his network.

    Callers who are known speak for their customers, and for nobody where they name none. `country` is where a
    telephone number without a country belongs to. Only a digest of the answer may be kept.
    """
    contact = None if customer is None or customer.contact is None else normal_contact(customer.contact, country)
    if not caller.known:
        return f"network:{network}" if contact is None else f"contact:{contact}"
    if customer is not None and customer.id is not None:
        return f"id:{customer.id}"
    return None if contact is None else f"contact:{contact}"


def can_be_reached(contact: str) -> bool:
    """Whether it looks like an e-mail address or a telephone number; whether it is one, only a message can tell."""
    return _MAIL.fullmatch(contact.strip()) is not None or len(_DIGIT.findall(contact)) >= _FEWEST_DIGITS


def normal_contact(contact: str, country: str | None) -> str:
    """One form of an e-mail address or a telephone number; anything else without case and needless blanks."""
    text = " ".join(contact.split()).casefold()
    if "@" in text:
        return text.removeprefix("mailto:").replace(" ", "")
    try:
        number = phonenumbers.parse(text.removeprefix("tel:"), country)
    except phonenumbers.NumberParseException:
        return text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def limits_of(settings: Settings) -> Limits:
    return Limits(
        units_per_sku=settings.limit_units_per_sku,
        open_holds=settings.limit_open_holds,
        holds_per_minute=settings.limit_holds_per_minute,
        share_percent=settings.limit_share_percent,
    )
