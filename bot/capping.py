"""What strangers may not count: above the cap of the settings they are told only that there are more. Pure.

A cap of 0 hides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from search.models import AvailabilityAnswer, ItemAvailability, ProductHit, Skipped, StoreAvailability


def capped_count(available: int, cap: int) -> tuple[int, bool]:
    """The number that may be shown, and whether there are more."""
    return (cap, True) if 0 < cap < available else (available, False)


def capped_result(result: StoreAvailability, cap: int) -> StoreAvailability:
    return replace(result, items=tuple(_capped_item(item, cap) for item in result.items)) if cap else result


def capped_skipped(skipped: Iterable[Skipped], quantity: int, cap: int) -> tuple[Skipped, ...]:
    """Whoever asks for more than the cap could reckon what there is from what is missing."""
    return tuple(replace(store, short_by=None) if 0 < cap < quantity else store for store in skipped)


def capped_answer(answer: AvailabilityAnswer, quantity: int, cap: int) -> AvailabilityAnswer:
    """`quantity` is the largest that was asked for."""
    if not cap:
        return answer
    beyond = answer.nearest_beyond_radius
    return replace(
        answer,
        results=tuple(capped_result(result, cap) for result in answer.results),
        skipped=capped_skipped(answer.skipped, quantity, cap),
        nearest_beyond_radius=None if beyond is None else capped_result(beyond, cap),
        # Whoever asks for more than the cap would learn from the parts what each store has.
        splits=answer.splits if quantity <= cap else (),
    )


def capped_hits(hits: Iterable[ProductHit], cap: int) -> tuple[ProductHit, ...]:
    return tuple(_capped_hit(hit, cap) for hit in hits)


def _capped_hit(hit: ProductHit, cap: int) -> ProductHit:
    if hit.nearest is None:
        return hit
    shown, more = capped_count(hit.nearest.available, cap)
    return replace(hit, nearest=replace(hit.nearest, available=shown, capped=more))


def _capped_item(item: ItemAvailability, cap: int) -> ItemAvailability:
    shown, more = capped_count(item.available, cap)
    return replace(item, available=shown, capped=more)
