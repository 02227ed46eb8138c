"""Is a store open: OpenStreetMap opening_hours values in the store's own time zone, public holidays of its country too.

None means that it is not known; a value that cannot be read is never a crash and never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, ParserError, State, UnknownCountryError  # type: ignore[attr-defined] # its stub leaves them out

from search.models import Store

MAX_HOURS_CHARS = 1_000
#: Open for longer than this past midnight is shown as open to the end of the day.
_LONGEST_NIGHT = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Span:
    """Open from one wall-clock time to another; an end of 00:00 is midnight at the end of the day."""

    start: time
    end: time

    def __str__(self) -> str:
        end = "24:00" if self.end == time(0) else f"{self.end:%H:%M}"
        return f"{self.start:%H:%M}-{end}"


def open_now(store: Store, at: datetime | None = None) -> bool | None:
    """Open at that moment, now by default."""
    hours = _of(store)
    if hours is None:
        return None
    # By the wall clock: asked with a time zone, the library finds every store closed for the last minute of the hour
    # that comes twice when the clock goes back.
    state, _ = hours.value.state(_local(hours, at).replace(tzinfo=None))
    return None if state == State.UNKNOWN else bool(state == State.OPEN)


def next_change(store: Store, at: datetime | None = None) -> datetime | None:
    """When an open store closes or a closed one opens, in its own time zone; None where it never does."""
    hours = _of(store)
    return None if hours is None else hours.value.next_change(_local(hours, at))


def spans_today(store: Store, at: datetime | None = None) -> tuple[Span, ...] | None:
    """When the store is open on that day of its own calendar; empty for a day off."""
    hours = _of(store)
    if hours is None:
        return None
    midnight = _local(hours, at).replace(hour=0, minute=0, second=0, microsecond=0)
    next_midnight = midnight + timedelta(days=1)
    spans = []
    for start, end, state, _ in hours.value.intervals(midnight, next_midnight):
        if state == State.UNKNOWN:
            return None
        if state != State.OPEN:
            continue
        whole_day = start <= midnight and end >= next_midnight
        if start <= midnight and not whole_day and hours.value.is_open(midnight - timedelta(minutes=1)):
            continue  # the end of last night, which yesterday shows
        spans.append(Span(start.time(), _end(hours.value, end, next_midnight, whole_day)))
    return tuple(spans)


def open_spans(store: Store, start: datetime, end: datetime) -> tuple[tuple[datetime, datetime], ...] | None:
    """When the store is open from one moment to another, in UTC and in order; the first and last span may be cut off.

    Times of which the hours say that they are not known count as closed; None where nothing else is said.
    """
    hours = _of(store)
    if hours is None:
        return None
    spans: list[tuple[datetime, datetime]] = []
    unsure = False
    for from_local, to_local, state, _ in hours.value.intervals(_local(hours, start), _local(hours, end)):
        # Between two times of one zone Python counts wall-clock hours: only UTC knows how long a night of change is.
        opens, closes = from_local.astimezone(UTC), to_local.astimezone(UTC)
        unsure = unsure or bool(state == State.UNKNOWN)
        if state != State.OPEN or opens >= closes:
            continue
        if spans and spans[-1][1] >= opens:
            spans[-1] = (spans[-1][0], closes)
        else:
            spans.append((opens, closes))
    return None if unsure and not spans else tuple(spans)


def in_store_time(store: Store, moment: datetime) -> datetime:
    """The moment by the store's own clock; in UTC where its time zone is not known."""
    return moment.astimezone(_zone(store.timezone or "UTC") or UTC)


def hours_today(store: Store, at: datetime | None = None) -> str | None:
    """The spans as text: "10:00-12:00, 14:00-19:00", or "closed"."""
    spans = spans_today(store, at)
    if spans is None:
        return None
    return ", ".join(map(str, spans)) or "closed"


@dataclass(frozen=True, slots=True)
class _Hours:
    value: OpeningHours
    zone: ZoneInfo


def _of(store: Store) -> _Hours | None:
    if not store.hours or not store.timezone or len(store.hours) > MAX_HOURS_CHARS:
        return None
    return _parse(store.hours, store.timezone, (store.country or "").upper())


@lru_cache(maxsize=8_192)
def _parse(value: str, timezone: str, country: str) -> _Hours | None:
    zone = _zone(timezone)
    try:
        return _Hours(_with_holidays(value, zone, country), zone) if zone else None
    except (ParserError, ValueError):
        return None


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return None


def _with_holidays(value: str, zone: ZoneInfo, country: str) -> OpeningHours:
    try:
        return OpeningHours(value, timezone=zone, country=country or None, auto_country=False, auto_timezone=False)
    except UnknownCountryError:
        return OpeningHours(value, timezone=zone, auto_country=False, auto_timezone=False)


def _local(hours: _Hours, at: datetime | None) -> datetime:
    return (at or datetime.now(UTC)).astimezone(hours.zone)


def _end(hours: OpeningHours, end: datetime, next_midnight: datetime, whole_day: bool) -> time:
    if end < next_midnight:
        return end.time()
    if whole_day or not hours.is_open(next_midnight):
        return time(0)
    closing = hours.next_change(next_midnight)
    return closing.time() if closing is not None and closing - next_midnight <= _LONGEST_NIGHT else time(0)
