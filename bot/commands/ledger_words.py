"""What an entry of the ledger says, in plain words. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.api_keys import ANONYMOUS
from inventory.stream import LedgerEntry

Details = Mapping[str, str]

#: Details that stand elsewhere on the line, and those that the words tell.
_ELSEWHERE = frozenset({"hold", "store", "sku", "by", "shortfall", "later_shortfall"})
_OF_HOLDS = _ELSEWHERE | {"from", "to", "reason", "group", "to_hold", "from_hold", "wait", "quantity"}
_OF_MOVEMENTS = _ELSEWHERE | {"source", "seq", "at"}

_MOVEMENTS = {
    "receive": "received",
    "sell": "sold",
    "return": "returned by a customer",
    "adjust": "adjusted",
    "count": "counted",
    "transfer_in": "transferred in",
    "transfer_out": "transferred out",
    "allocate": "allocated to an order",
    "deallocate": "allocation to an order taken back",
    "ship": "shipped",
    "pass_inspection": "inspected and put on the shelf",
    "fail_inspection": "inspected and written off",
}
_SHORTED = {
    "not_found": "ended: the store could not find the units, and the count was corrected",
    "oversold": "ended: its units had been sold already",
}


def words_of(entry: LedgerEntry) -> str:
    """One sentence without a full stop. An operation that is not known here is named, with all that it says."""
    details = entry.details
    tell = _HOLDS.get(entry.op)
    if tell is not None:
        words, told = tell(details), _OF_HOLDS
    elif "source" in details:
        words, told = _MOVEMENTS.get(entry.op, _plain(entry.op)) + _told_by(details), _OF_MOVEMENTS
    else:
        words, told = _plain(entry.op) + _by(details), _ELSEWHERE
    return words + _shortfall(details) + _rest(details, told)


def _by(details: Details) -> str:
    """Who did it; of somebody without a key there is nothing to tell."""
    return f" by {details['by']}" if details.get("by", "") not in ("", ANONYMOUS) else ""


def _told_by(details: Details) -> str:
    number = f" as number {details['seq']}" if "seq" in details else ""
    at = f", happened at {details['at']}" if details.get("at") else ""
    return f", told by {details['source']}{number}{at}"


def _placed(details: Details) -> str:
    group = f", with group {details['group']}" if details.get("group") else ""
    instead = f", in place of hold {details['from_hold']}" if details.get("from_hold") else ""
    state = "" if details.get("to") == "held" else f", {details.get('to', '')} at once"
    return f"placed{_by(details)}{state}{group}{instead}"


def _shorted(details: Details) -> str:
    return _SHORTED.get(details.get("reason", ""), "ended: the units are not there") + _by(details)


def _moved(details: Details) -> str:
    target = f" to hold {details['to_hold']}" if details.get("to_hold") else ""
    return f"moved{target}{_by(details)}"


def _no_show(details: Details) -> str:
    told = f", told{_by(details)}" if _by(details) else ""
    return f"ended: nobody came for it{told if details.get('by') else ' in time'}"


_HOLDS: dict[str, Callable[[Details], str]] = {
    "hold_placed": _placed,
    "hold_confirmed": lambda details: f"confirmed{_by(details)}: it waits at the store",
    "hold_ready": lambda details: f"put aside{_by(details)}, ready to be picked up",
    "hold_extended": lambda details: f"extended{_by(details)}",
    "hold_picked_up": lambda details: f"picked up: handed over{_by(details)}",
    "hold_cancelled": lambda details: f"cancelled{_by(details)}",
    "hold_expired": lambda _details: "ended by itself: it was not confirmed in time",
    "hold_no_show": _no_show,
    "hold_shorted": _shorted,
    "hold_moved": _moved,
    "hold_retaken": lambda details: f"had run out; taken again and confirmed{_by(details)}",
    "wait_offered": lambda details: f"placed for wait {details.get('wait', '')}, whose turn it was",
    "wait_joined": lambda details: (
        f"wait {details.get('wait', '')} for {details.get('quantity', '')} joined{_by(details)}"
    ),
    "wait_returned": lambda details: f"wait {details.get('wait', '')} has its place back: what it got was not there",
    "wait_left": lambda details: f"wait {details.get('wait', '')} left{_by(details)}",
    "wait_lapsed": lambda details: f"wait {details.get('wait', '')} ended: its time was over",
    "hold_reminder": lambda _details: "time to remind the customer",
}


def _plain(op: str) -> str:
    return op.replace("_", " ")


def _shortfall(details: Details) -> str:
    words = ""
    if int(details.get("shortfall") or 0):
        words += f"; {details['shortfall']} more than were there"
    if int(details.get("later_shortfall") or 0):
        words += f"; later movements now lack {details['later_shortfall']}"
    return words


def _rest(details: Details, told: frozenset[str]) -> str:
    rest = [f"{_plain(name)} {value}" for name, value in details.items() if name not in told and value]
    return f" ({', '.join(rest)})" if rest else ""
