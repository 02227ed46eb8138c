"""Checks that every number in a reply comes from the structured fields beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.messages import TurnAnswer
from bot.wording import KM_PER_MILE
from search.models import Product, Store

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


def ungrounded(answer: TurnAnswer) -> list[str]:
    """The numbers of the reply that nothing beside it explains."""
    text = answer.reply.text.replace("\u202f", " ").replace("\u00a0", " ")
    names = {name for name in _names(answer) if name and re.search(r"[^\W\d]|\d{5}|\d.{5}", name)}
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(' '.join(name.split()))}(?!\w)", " ", text)
    text = re.sub(r"(?<=\d)[ ,](?=\d{3}(?!\d))", "", text)
    known = {_plain(number) for number in _numbers(answer)}
    return [number for number in _NUMBER.findall(text) if _plain(number) not in known]


def _plain(number: str) -> str:
    number = number.replace(",", ".")
    return number if ":" in number else f"{float(number):g}" if number.count(".") < 2 else number


def _products(answer: TurnAnswer) -> Iterator[Product]:
    yield from answer.products
    yield from (item.product for result in answer.results for item in result.items)
    if answer.nearest_beyond_radius:
        yield from (item.product for item in answer.nearest_beyond_radius.items)
    if answer.proposal:
        yield answer.proposal.product


def _stores(answer: TurnAnswer) -> Iterator[Store]:
    yield from answer.stores
    yield from (result.store for result in answer.results)
    if answer.nearest_beyond_radius:
        yield answer.nearest_beyond_radius.store
    if answer.proposal:
        yield answer.proposal.store


def _names(answer: TurnAnswer) -> Iterator[str | None]:
    for product in _products(answer):
        yield from (product.title, product.title_in("fr"), product.brand)
    for store in _stores(answer):
        yield from (store.name, store.address, store.city, store.postal_code, store.phone)
    yield from (skipped.name for skipped in answer.skipped)
    yield from (answer.understood.place, answer.understood.product, answer.understood.sku)
    yield answer.hold.hold_id if answer.hold else None


def _numbers(answer: TurnAnswer) -> Iterator[str]:
    distances = [result.distance_km for result in answer.results]
    if answer.nearest_beyond_radius:
        distances.append(answer.nearest_beyond_radius.distance_km)
    if answer.proposal and answer.proposal.distance_km is not None:
        distances.append(answer.proposal.distance_km)
    if answer.understood.radius_km is not None:
        distances.append(answer.understood.radius_km)
    for km in distances:
        for far in (km, km / KM_PER_MILE):
            yield f"{far:.0f}" if far >= 100 else f"{far:.1f}"
    results = [*answer.results, *([answer.nearest_beyond_radius] if answer.nearest_beyond_radius else [])]
    for item in (item for result in results for item in result.items):
        yield str(item.available)
        yield str(item.price)
    yield from (str(product.price) for product in _products(answer) if product.price is not None)
    listed = max(len(results), len(answer.stores), len(answer.products), len(answer.reply.suggestions))
    yield from (str(number) for number in range(1, listed + 1))
    yield from _promised(answer)
    for store in _stores(answer):
        yield from _NUMBER.findall(store.hours or "")


def _promised(answer: TurnAnswer) -> Iterator[str]:
    """Quantities and times."""
    yield from _NUMBER.findall(f"{answer.understood.product} {answer.understood.sku}")
    if answer.understood.quantity is not None:
        yield str(answer.understood.quantity)
    zone = next((store.timezone for store in _stores(answer) if store.timezone), "UTC")
    if answer.proposal:
        yield str(answer.proposal.quantity)
        yield str(answer.proposal.price or 0)
        yield from _clock(answer.proposal.hold_until, answer.proposal.store.timezone or "UTC")
    if answer.hold:
        yield from (str(held.held) for held in answer.hold.lines)
        if answer.hold.expires_at:
            yield from _clock(answer.hold.expires_at, zone)


def _clock(at: datetime, zone: str) -> Iterator[str]:
    local = at.astimezone(ZoneInfo(zone))
    yield f"{local:%H:%M}"
    yield f"{local:%I:%M}".lstrip("0")
    yield str(local.day)
