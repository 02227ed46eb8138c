"""One word for each answer of the ledger, as the functions say it."""

from inventory.models import (
    GroupChanged,
    GroupNotFound,
    GroupPlaced,
    HoldChanged,
    HoldHasExpired,
    HoldLimitReached,
    HoldNotFound,
    HoldPlaced,
    HoldWrongState,
    IdempotencyConflict,
    InsufficientStock,
    LimitReached,
    UnknownProduct,
    UnknownStore,
)

_WORDS: dict[type[object], str] = {
    GroupNotFound: "not_found",
    HoldNotFound: "not_found",
    HoldHasExpired: "expired",
    HoldLimitReached: "limit",
    HoldWrongState: "wrong_state",
    IdempotencyConflict: "conflict",
    InsufficientStock: "insufficient",
    UnknownProduct: "unknown_product",
    UnknownStore: "unknown_store",
}


def word_of(outcome: object) -> str:
    """What the ledger said; of a limit, which one."""
    match outcome:
        case LimitReached():
            return outcome.limit
        case HoldPlaced() | GroupPlaced():
            return "replayed" if outcome.replayed else "placed"
        case HoldChanged() | GroupChanged():
            return "repeated" if outcome.repeated else "changed"
    return _WORDS[type(outcome)]
