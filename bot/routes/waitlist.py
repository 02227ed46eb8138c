"""The waiting line."""

from __future__ import annotations

from typing import Any

from bot.answers.waitlist import WaitJson
from bot.endpoint import Endpoint
from bot.handlers import waitlist
from bot.problems import Code
from bot.requests.waitlist import JoinWaitlist, LeaveWaitlist, ShowWait

_LEAVE = (Code.NOT_FOUND, Code.HOLD_STATE)


def _place(method: str, path: str, handler: Any, asks: Any, summary: str, *problems: Code) -> Endpoint[Any]:
    path = f"/v1/waitlist/{{wait_id}}{path}"
    return Endpoint(method, path, handler, asks, {200: WaitJson}, summary, "waitlist", problems=problems)


ENDPOINTS: tuple[Endpoint[Any], ...] = (
    Endpoint(
        "POST",
        "/v1/waitlist",
        waitlist.join,
        JoinWaitlist,
        {201: WaitJson},
        "Tell me when it is back: the next units are held for whoever came first",
        "waitlist",
        problems=(
            Code.NOT_FOUND,
            Code.NOT_CARRIED,
            Code.PICKUP_UNAVAILABLE,
            Code.PLACE_UNKNOWN,
            Code.LIMIT_EXCEEDED,
            Code.IDEMPOTENCY_KEY_REQUIRED,
            Code.IDEMPOTENCY_CONFLICT,
            Code.IDEMPOTENCY_IN_FLIGHT,
        ),
        answer_headers={"Idempotent-Replayed": "`true` when the same key took this place before"},
    ),
    _place("GET", "", waitlist.show, ShowWait, "One place in line as it is now", Code.NOT_FOUND),
    _place("POST", "/leave", waitlist.leave, LeaveWaitlist, "Give up the place, or what was offered", *_LEAVE),
    _place("DELETE", "", waitlist.remove, ShowWait, "The same as leaving", *_LEAVE),
)
