"""Times of an answer by the clock of the store they are about: the interface tells moments, people read a clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.local_api import ApiAnswer, LocalApi
from search.opening_hours import in_store_time

#: Makes of a time as the interface tells it one for people.
Clock = Callable[[str], str]


def as_told(moment: str) -> str:
    """The time as it is, where no store is known."""
    return moment


async def clock_of(api: LocalApi, store_id: str | None) -> Clock:
    """The clock of a store, which shows times as holds do."""
    store = None if store_id is None else (await api.services.directory.current()).by_id(store_id)
    if store is None or store.timezone is None:
        return as_told
    return lambda moment: in_store_time(store, datetime.fromisoformat(moment)).isoformat(timespec="seconds")


async def clock_of_refusal(
    api: LocalApi, answer: ApiAnswer, *, store_id: str | None = None, path: str | None = None
) -> Clock:
    """Where a refusal tells a time: the clock of a store, or of that of the hold or group at a path."""
    if answer.ok or not (answer.body["error"].get("details") or {}).get("until"):
        return as_told
    if path is not None:
        shown = (await api.get(path, {})).body
        store_id = (shown.get("holds") or [shown])[0].get("store_id")
    return await clock_of(api, store_id)
