"""Opening hours in the store's own time, holidays included; what cannot be read is unknown."""

from datetime import UTC, datetime, timedelta

import pytest

from search.models import Store
from search.opening_hours import hours_today, in_store_time, next_change, open_now, open_spans, spans_today

WEEK = "Mo-Fr 10:00-21:00; Sa 10:00-12:00,14:00-19:00; Su,PH off"


def a_store(hours: str | None, timezone: str | None = "America/Los_Angeles", country: str = "US") -> Store:
    return Store("s", "Store", 37.0, -122.0, hours=hours, timezone=timezone, country=country)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_store_is_open_by_its_own_clock() -> None:
    assert open_now(a_store(WEEK), utc("2026-11-25T18:30")) is True  # 10:30 in California
    assert open_now(a_store(WEEK), utc("2026-11-25T17:30")) is False
    assert open_now(a_store(WEEK, "America/New_York"), utc("2026-11-25T17:30")) is True


def test_a_public_holiday_of_the_country_counts() -> None:
    thanksgiving = utc("2026-11-26T20:00")
    assert open_now(a_store(WEEK), thanksgiving) is False
    assert hours_today(a_store(WEEK), thanksgiving) == "closed"
    assert open_now(a_store(WEEK, country="XX"), thanksgiving) is True


def test_the_hours_of_the_day_are_shown_as_spans() -> None:
    assert hours_today(a_store(WEEK), utc("2026-11-28T20:00")) == "10:00-12:00, 14:00-19:00"
    assert hours_today(a_store("24/7"), utc("2026-11-28T20:00")) == "00:00-24:00"
    assert hours_today(a_store("Mo-Su 18:00-24:00"), utc("2026-11-28T20:00")) == "18:00-24:00"


def test_a_night_belongs_to_the_day_on_which_it_starts() -> None:
    night = a_store("Fr 20:00-02:00")
    assert hours_today(night, utc("2026-11-27T20:00")) == "20:00-02:00"
    assert spans_today(night, utc("2026-11-28T20:00")) == ()
    assert open_now(night, utc("2026-11-28T09:00")) is True  # 01:00 on Saturday


def test_the_next_change_is_told_in_local_time() -> None:
    change = next_change(a_store(WEEK), utc("2026-11-25T18:30"))
    assert change is not None
    assert change.isoformat() == "2026-11-25T21:00:00-08:00"


def test_the_hour_that_comes_twice_is_open_to_its_last_minute() -> None:
    always = a_store("24/7", "Europe/Paris", "FR")
    assert all(open_now(always, utc("2026-10-25T00:00") + timedelta(minutes=minute)) for minute in range(120))


def test_open_spans_are_real_time_and_joined_where_they_touch() -> None:
    store = a_store('Mo-Su 20:00-24:00, Mo-Su 00:00-05:00 "night"', "Europe/Paris", "FR")
    spans = open_spans(store, utc("2026-10-24T12:00"), utc("2026-10-25T12:00"))
    assert spans == ((utc("2026-10-24T18:00"), utc("2026-10-25T04:00")),)
    assert open_spans(a_store("off"), utc("2026-10-24T12:00"), utc("2026-10-25T12:00")) == ()
    assert open_spans(a_store("unknown"), utc("2026-10-24T12:00"), utc("2026-10-25T12:00")) is None
    assert open_spans(a_store("whenever"), utc("2026-10-24T12:00"), utc("2026-10-25T12:00")) is None


def test_a_moment_is_told_by_the_clock_of_the_store() -> None:
    assert in_store_time(a_store(WEEK), utc("2026-11-25T18:30")).isoformat() == "2026-11-25T10:30:00-08:00"
    assert in_store_time(a_store(WEEK, None), utc("2026-11-25T18:30")) == utc("2026-11-25T18:30")


@pytest.mark.parametrize("hours", [None, "", "whenever", "Mo 25:99", "x" * 5_000, "Mo-Su 10:00-20:00; \u202e"])
def test_hours_that_cannot_be_read_are_unknown(hours: str | None) -> None:
    assert open_now(a_store(hours)) is None
    assert hours_today(a_store(hours)) is None
    assert next_change(a_store(hours)) is None


@pytest.mark.parametrize("timezone", [None, "", "Mars/Olympus", "../../etc/passwd"])
def test_a_store_without_a_time_zone_has_unknown_hours(timezone: str | None) -> None:
    assert open_now(a_store(WEEK, timezone)) is None
