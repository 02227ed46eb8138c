"""The open times of one store over some days, and the business days that they make. Pure; every moment is in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from search.models import Store
from search.opening_hours import in_store_time, open_spans

_DAY = timedelta(days=1)
#: What stays open for longer than this past midnight has opened for another day.
_LONGEST_NIGHT = timedelta(hours=12)

Spans = tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True, slots=True)
class StoreCalendar:
    """`closings` has the last closing time of each day on which the store opens, by its own calendar.

    A night belongs to the day on which it starts. A store that never closes closes at every midnight.
    """

    today: date
    spans: Spans
    closings: tuple[tuple[date, datetime], ...]

    @classmethod
    def of(cls, store: Store, at: datetime, until: datetime) -> StoreCalendar | None:
        """Right for every moment from `at` to `until`; None where the opening hours are not known."""
        local = in_store_time(store, at)
        zone = local.tzinfo or UTC
        # From yesterday, because of two midnights in one night the library begins at the later one; two days more, so
        # that nothing looks closed for being cut off.
        spans = open_spans(store, _midnight(local.date() - _DAY, zone), until + 2 * _DAY)
        if spans is None:
            return None
        days = {day: closes for opens, ends in spans for day, closes in _days(opens, ends, zone)}
        return cls(local.date(), spans, tuple(sorted(days.items())))

    def next_open(self, moment: datetime) -> datetime | None:
        """The first moment from then on after which the store is open for a while."""
        return next((max(opens, moment) for opens, closes in self.spans if closes > moment), None)

    def last_open(self, moment: datetime) -> datetime | None:
        """The moment itself where the store is open or just closing, else the closing before it."""
        return next((min(closes, moment) for opens, closes in reversed(self.spans) if opens < moment), None)

    def after_open_time(self, moment: datetime, amount: timedelta) -> datetime | None:
        """When the store will have been open for so long, counted from a moment; closed time does not count."""
        for opens, closes in self.spans:
            start = max(opens, moment)
            if closes <= start:
                continue
            if closes - start >= amount:
                return start + amount
            amount -= closes - start
        return None

    def closing(self, business_days: int, after: datetime) -> datetime | None:
        """The close of the n-th business day after today, or of the first one that closes after a moment if later."""
        later = [closes for day, closes in self.closings if day > self.today][business_days - 1 :]
        if not later:
            return None
        first = later[0]
        return first if first > after else next((closes for closes in later if closes > after), None)

    def last_closing(self, after: datetime, until: datetime) -> datetime | None:
        return next((closes for _, closes in reversed(self.closings) if after < closes <= until), None)


def _days(opens: datetime, closes: datetime, zone: tzinfo) -> list[tuple[date, datetime]]:
    """The days that a span belongs to, each with the moment at which it ends there."""
    day = opens.astimezone(zone).date()
    days: list[tuple[date, datetime]] = []
    while True:
        midnight = _midnight(day + _DAY, zone)
        whole_day = opens <= _midnight(day, zone)
        if closes <= midnight or (closes - midnight <= _LONGEST_NIGHT and not whole_day):
            return [*days, (day, closes)]
        days.append((day, midnight))
        day, opens = day + _DAY, midnight


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(0), zone).astimezone(UTC)
