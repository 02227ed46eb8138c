"""When a hold can be picked up: ready, reminder, deadline, in the store's own opening hours and time zone.

Pure: the moment is given, and the same moment gives the same times. All times are in UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from search.models import Product, Store
from search.pickup_rules import PickupPolicy, PickupRule, PickupUnit
from search.store_calendar import StoreCalendar

_DEFAULT = PickupPolicy()


@dataclass(frozen=True, slots=True)
class PickupTimes:
    """`remind_at` is None where a reminder would come before the thing is ready.

    `in_time` is False where the store is not open any more, once the thing is ready, before the longest wait ends:
    then nothing can be promised, and `pickup_by` is that end.
    """

    ready_by: datetime
    pickup_by: datetime
    remind_at: datetime | None
    no_show_at: datetime
    in_time: bool = True


def plan_pickup(
    store: Store, products: Sequence[Product], at: datetime, policy: PickupPolicy = _DEFAULT
) -> PickupTimes:
    """All times of a hold that is confirmed at a moment; of several rules the strictest holds."""
    plan = _Plan.of(store, at, policy)
    ready = plan.ready(policy.preparation)
    pickup_by = min(plan.deadline(rule, ready) for rule in policy.rules_for(products))
    return PickupTimes(
        ready_by=ready,
        pickup_by=pickup_by,
        remind_at=reminder_at(pickup_by, ready, before=policy.reminder),
        no_show_at=pickup_by + policy.grace,
        in_time=plan.collectable(ready) is not None,
    )


def ready_by(store: Store, at: datetime, *, preparation: timedelta, longest: timedelta = _DEFAULT.longest) -> datetime:
    """When the store will have been open for the time of preparation; at most `longest` from now.

    Where the hours are not known the time of preparation runs at once.
    """
    return _Plan.of(store, at, PickupPolicy(longest=longest)).ready(preparation)


def pickup_deadline(
    store: Store, at: datetime, rule: PickupRule, *, ready: datetime | None = None, policy: PickupPolicy = _DEFAULT
) -> datetime:
    """Until when the hold waits. Hours count from the first open moment at which it is ready, days from today.

    It is always a moment at which the store is open or just closing, and there is open time between it and `ready`
    (now by default), except where the store does not open before the longest wait ends: then it is that end.
    """
    plan = _Plan.of(store, at, policy)
    return plan.deadline(rule, min(ready.astimezone(UTC), plan.latest) if ready else plan.at)


def reminder_at(pickup_by: datetime, at: datetime, *, before: timedelta) -> datetime | None:
    """So long before the deadline; None where that is not in the future, or none is wanted."""
    moment = pickup_by - before
    return moment if before and moment > at else None


@dataclass(frozen=True, slots=True)
class _Plan:
    """One store, seen from one moment to the end of the longest wait. `calendar` is None for unknown hours."""

    at: datetime
    latest: datetime
    window: timedelta
    calendar: StoreCalendar | None

    @classmethod
    def of(cls, store: Store, at: datetime, policy: PickupPolicy) -> _Plan:
        at = at.astimezone(UTC)
        latest = at + policy.longest
        return cls(at, latest, policy.window, StoreCalendar.of(store, at, latest))

    def ready(self, preparation: timedelta) -> datetime:
        if self.calendar is None:
            return min(self.at + preparation, self.latest)
        ready = self.calendar.after_open_time(self.at, preparation)
        return self.latest if ready is None else min(ready, self.latest)

    def collectable(self, ready: datetime) -> datetime | None:
        """From when on it can be collected; None where that is not before the longest wait ends."""
        start = ready if self.calendar is None else self.calendar.next_open(ready)
        return start if start is not None and start < self.latest else None

    def deadline(self, rule: PickupRule, ready: datetime) -> datetime:
        start = self.collectable(ready)
        if start is None:
            return self.latest
        if self.calendar is None:
            return min(self._unknown(rule, start), self.latest)
        match rule.unit:
            case PickupUnit.BUSINESS_DAYS:
                close = self.calendar.closing(rule.amount, start)
                if close is not None and close <= self.latest:
                    return close
                # Rather a closing time than the same minute some days later.
                return self.calendar.last_closing(start, self.latest) or self._open_before(self.latest)
            case PickupUnit.OPEN_HOURS:
                end = self.calendar.after_open_time(start, rule.hours)
                return self._open_before(self.latest if end is None else min(end, self.latest))
            case PickupUnit.HOURS:
                return self._open_before(min(start + rule.hours, self.latest))

    def _open_before(self, moment: datetime) -> datetime:
        assert self.calendar is not None
        return self.calendar.last_open(moment) or moment

    def _unknown(self, rule: PickupRule, start: datetime) -> datetime:
        if rule.unit is not PickupUnit.BUSINESS_DAYS:
            return start + rule.hours
        end = self.at + self.window
        return end if end > start else start + self.window
