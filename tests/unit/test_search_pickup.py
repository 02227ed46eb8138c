"""Ready, reminder and deadline in the store's own time: rule by rule, then as laws over odd hours and zones."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.models import Product, Store
from search.opening_hours import in_store_time, open_now
from search.pickup import PickupTimes, pickup_deadline, plan_pickup, ready_by, reminder_at
from search.pickup_rules import NEXT_BUSINESS_DAY, PickupPolicy, PickupRule, parse_rules

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WEEK = "Mo-Fr 10:00-19:00; Sa 10:00-12:00,14:00-18:00; Su,PH off"
PARIS, NEW_YORK, KOLKATA = ("Europe/Paris", "FR"), ("America/New_York", "US"), ("Asia/Kolkata", "IN")


def a_store(hours: str | None, place: tuple[str | None, str] = PARIS) -> Store:
    return Store("s", "Store", 48.85, 2.35, hours=hours, timezone=place[0], country=place[1])


def local(store: Store, text: str) -> datetime:
    """A moment by the store's own clock."""
    return datetime.fromisoformat(text).replace(tzinfo=in_store_time(store, datetime.now(UTC)).tzinfo)


def shown(store: Store, moment: datetime) -> str:
    return in_store_time(store, moment).isoformat(timespec="minutes")[:16]


def deadline(store: Store, at: str, rule: str = "1bd", **more: datetime) -> str:
    return shown(store, pickup_deadline(store, local(store, at), PickupRule.parse(rule), **more))


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-11-25T11:00", "2026-11-26T19:00"),  # Wednesday
        ("2026-11-25T23:30", "2026-11-26T19:00"),  # after hours it is still Wednesday
        ("2026-11-27T11:00", "2026-11-28T18:00"),  # the lunch break of Saturday does not end the day
        ("2026-11-28T11:00", "2026-11-30T19:00"),  # over Sunday
        ("2026-12-24T11:00", "2026-12-26T18:00"),  # over Christmas, a holiday of the country
    ],
)
def test_held_today_it_waits_until_the_next_business_day_closes(at: str, until: str) -> None:
    assert deadline(a_store(WEEK), at) == until


def test_days_are_those_of_the_store_and_not_of_the_server() -> None:
    evening = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)  # 00:30 on Thursday in Paris, 18:30 on Wednesday in New York
    paris, new_york = a_store("Mo-Su 10:00-19:00"), a_store("Mo-Su 10:00-19:00", NEW_YORK)
    assert shown(paris, pickup_deadline(paris, evening, NEXT_BUSINESS_DAY)) == "2026-11-27T19:00"
    assert shown(new_york, pickup_deadline(new_york, evening, NEXT_BUSINESS_DAY)) == "2026-11-26T19:00"
    kolkata = a_store("Mo-Su 10:00-19:00", KOLKATA)  # half an hour off
    assert pickup_deadline(kolkata, evening, NEXT_BUSINESS_DAY) == datetime(2026, 11, 27, 13, 30, tzinfo=UTC)


def test_business_days_skip_days_off() -> None:
    store = a_store(WEEK)
    assert deadline(store, "2026-11-27T11:00", "2bd") == "2026-11-30T19:00"
    assert deadline(store, "2026-11-27T11:00", "3bd") == "2026-12-01T19:00"


def test_no_wait_is_longer_than_a_week_and_it_still_ends_when_the_store_closes() -> None:
    assert deadline(a_store(WEEK), "2026-11-25T11:00", "99bd") == "2026-12-01T19:00"
    assert deadline(a_store(WEEK), "2026-11-25T20:00", "99bd") == "2026-12-02T19:00"
    assert deadline(a_store(WEEK), "2026-11-25T11:00", "999h") == "2026-12-02T11:00"
    assert deadline(a_store(WEEK), "2026-11-25T11:00", "999oh") == "2026-12-02T11:00"


def test_a_night_ends_on_the_day_after_and_belongs_to_the_day_before() -> None:
    bar = a_store("Mo-Sa 18:00-02:00")
    assert deadline(bar, "2026-11-25T19:00") == "2026-11-27T02:00"
    assert deadline(bar, "2026-11-28T01:00") == "2026-12-01T02:00"  # the night of Friday; Sunday has none
    assert deadline(a_store("Mo-Su 20:00-26:00"), "2026-11-25T21:00") == "2026-11-27T02:00"


def test_a_store_that_never_closes_closes_at_midnight() -> None:
    for hours in ("24/7", "Mo-Su 00:00-24:00", "00:00-24:00"):
        assert deadline(a_store(hours), "2026-11-25T11:00") == "2026-11-27T00:00"
    assert deadline(a_store("24/7; Fr 00:00-10:00"), "2026-11-26T11:00") == "2026-11-27T10:00"


def test_on_the_days_when_the_clock_changes_hours_are_real_hours() -> None:
    paris, new_york = a_store("Mo-Su 09:00-18:00"), a_store("Mo-Su 09:00-18:00", NEW_YORK)
    assert deadline(paris, "2026-10-24T12:00") == "2026-10-25T18:00"  # back by an hour in the night between
    assert deadline(new_york, "2027-03-13T12:00") == "2027-03-14T18:00"  # forward by an hour
    night = a_store("Mo-Su 20:00-06:00")
    assert shown(night, ready_by(night, local(night, "2026-10-24T23:00"), preparation=5 * HOUR)) == "2026-10-25T03:00"
    assert shown(night, ready_by(night, local(night, "2027-03-27T23:00"), preparation=5 * HOUR)) == "2027-03-28T05:00"
    whole_night = timedelta(hours=10, minutes=30)
    assert (
        shown(night, ready_by(night, local(night, "2026-10-24T19:00"), preparation=whole_night)) == "2026-10-25T05:30"
    )
    assert deadline(night, "2026-10-24T23:00", "5h") == "2026-10-25T03:00"
    assert deadline(night, "2027-03-27T23:00", "5oh") == "2027-03-28T05:00"


def test_a_perishable_waits_some_hours_from_when_it_can_be_collected_and_not_overnight() -> None:
    store = a_store(WEEK)
    assert deadline(store, "2026-11-25T11:00", "4h") == "2026-11-25T15:00"
    assert deadline(store, "2026-11-25T17:00", "4h") == "2026-11-25T19:00"
    assert deadline(store, "2026-11-25T21:00", "4h") == "2026-11-26T14:00"
    assert deadline(store, "2026-11-28T11:00", "2h") == "2026-11-28T12:00"  # the lunch break
    assert deadline(store, "2026-11-25T11:00", "4h", ready=local(store, "2026-11-25T13:00")) == "2026-11-25T17:00"


def test_hours_of_opening_time_go_on_the_next_day() -> None:
    assert deadline(a_store(WEEK), "2026-11-25T17:00", "4oh") == "2026-11-26T12:00"
    assert deadline(a_store(WEEK), "2026-11-28T11:00", "2oh") == "2026-11-28T15:00"


def test_preparation_counts_opening_time_only() -> None:
    store = a_store(WEEK)

    def ready(at: str, preparation: timedelta) -> str:
        return shown(store, ready_by(store, local(store, at), preparation=preparation))

    assert ready("2026-11-25T11:00", HOUR) == "2026-11-25T12:00"
    assert ready("2026-11-25T18:30", HOUR) == "2026-11-26T10:30"
    assert ready("2026-11-25T18:00", HOUR) == "2026-11-25T19:00"
    assert ready("2026-11-28T17:30", 2 * HOUR) == "2026-11-30T11:30"
    assert ready("2026-11-25T21:00", timedelta(0)) == "2026-11-26T10:00"


def test_what_is_ready_only_after_the_deadline_waits_for_the_close_after_that() -> None:
    store = a_store("Mo-Su 10:00-12:00")
    times = plan_pickup(store, [], local(store, "2026-11-25T11:00"), PickupPolicy(preparation=5 * HOUR))
    assert (shown(store, times.ready_by), shown(store, times.pickup_by)) == ("2026-11-27T12:00", "2026-11-28T12:00")
    assert times.in_time


def test_what_is_ready_at_a_close_waits_for_the_next_one() -> None:
    store = a_store("24/7")
    times = plan_pickup(store, [], local(store, "2026-11-25T20:00"), PickupPolicy(preparation=28 * HOUR))
    assert (shown(store, times.ready_by), shown(store, times.pickup_by)) == ("2026-11-27T00:00", "2026-11-28T00:00")


def test_what_is_ready_shortly_before_the_longest_wait_ends_waits_until_then() -> None:
    store = a_store("Mo-Su 10:00-12:00")
    times = plan_pickup(store, [], local(store, "2026-11-25T11:30"), PickupPolicy(preparation=13 * HOUR))
    assert (shown(store, times.ready_by), shown(store, times.pickup_by)) == ("2026-12-02T10:30", "2026-12-02T11:30")
    assert times.in_time


@pytest.mark.parametrize("hours", [None, "", "whenever", "unknown", 'Mo-Su 10:00-19:00 unknown "call us"'])
def test_with_unknown_hours_it_waits_for_a_plain_window(hours: str | None) -> None:
    store, at = a_store(hours), datetime(2026, 11, 25, 11, tzinfo=UTC)
    assert plan_pickup(store, [], at) == PickupTimes(
        at + HOUR, at + 2 * DAY, at + 2 * DAY - 2 * HOUR, at + 2 * DAY + 30 * MINUTE
    )
    assert pickup_deadline(store, at, PickupRule.parse("4h")) == at + 4 * HOUR
    assert pickup_deadline(store, at, NEXT_BUSINESS_DAY, ready=at + 3 * DAY) == at + 5 * DAY
    assert pickup_deadline(store, at, PickupRule.parse("999oh")) == at + 7 * DAY


def test_hours_without_a_time_zone_are_unknown() -> None:
    at = datetime(2026, 11, 25, 11, tzinfo=UTC)
    assert pickup_deadline(a_store(WEEK, (None, "FR")), at, NEXT_BUSINESS_DAY) == at + 2 * DAY


def test_days_of_which_nothing_is_known_are_not_counted_on() -> None:
    assert deadline(a_store("Mo-Fr 10:00-19:00; Sa,Su unknown"), "2026-11-27T11:00") == "2026-11-30T19:00"


@pytest.mark.parametrize("hours", ["off", "closed", "2099 Mo-Su 10:00-19:00", "Mo-Su 10:00-19:00; Nov 01-Dec 24 off"])
def test_a_store_that_stays_closed_promises_nothing(hours: str) -> None:
    store = a_store(hours)
    at = local(store, "2026-11-25T11:00").astimezone(UTC)
    assert plan_pickup(store, [], at) == PickupTimes(
        at + 7 * DAY, at + 7 * DAY, None, at + 7 * DAY + 30 * MINUTE, in_time=False
    )


def test_a_store_that_opens_again_within_the_week_is_waited_for() -> None:
    store = a_store("Mo-Su 10:00-19:00; Nov 20-Nov 30 off")
    times = plan_pickup(store, [], local(store, "2026-11-25T11:00"))
    assert (shown(store, times.ready_by), shown(store, times.pickup_by)) == ("2026-12-01T11:00", "2026-12-01T19:00")
    assert times.in_time


def test_of_several_products_the_strictest_rule_holds() -> None:
    store = a_store(WEEK)
    policy = PickupPolicy(rules=parse_rules("produce=4h;appliances=3bd"))
    salad, fridge, toy = (Product(name, name, category=name) for name in ("Produce", "Appliances", "Toys"))

    def until(*products: Product) -> str:
        return shown(store, plan_pickup(store, products, local(store, "2026-11-25T11:00"), policy).pickup_by)

    assert until(fridge) == "2026-11-28T18:00"
    assert until(fridge, toy) == "2026-11-26T19:00"
    assert until(fridge, toy, salad) == "2026-11-25T16:00"  # four hours from when it is ready


def test_a_reminder_comes_before_the_deadline_or_not_at_all() -> None:
    at = datetime(2026, 11, 25, 11, tzinfo=UTC)
    assert reminder_at(at + 3 * HOUR, at, before=2 * HOUR) == at + HOUR
    assert reminder_at(at + 2 * HOUR, at, before=2 * HOUR) is None
    assert reminder_at(at + HOUR, at, before=2 * HOUR) is None
    assert reminder_at(at + 3 * HOUR, at, before=timedelta(0)) is None


def test_nobody_is_reminded_before_the_thing_is_ready() -> None:
    store = a_store("Mo-Su 10:00-19:00")
    policy = PickupPolicy(rules=parse_rules("*=2h"))
    times = plan_pickup(store, [Product("s", "t")], local(store, "2026-11-25T11:00"), policy)
    assert (shown(store, times.ready_by), shown(store, times.pickup_by)) == ("2026-11-25T12:00", "2026-11-25T14:00")
    assert times.remind_at is None


ODD_HOURS = st.sampled_from(
    [
        WEEK,
        "24/7",
        "24/7; Su 00:00-18:00",
        "Mo-Su 20:00-05:00",
        "Fr,Sa 22:00-28:00; PH off",
        'Mo-Fr 08:00-12:30,13:30-17:45; Sa 09:00-12:00 "by appointment"; PH,Su off',
        "Mo-Su 00:00-03:30,03:45-24:00",
        "sunrise-sunset",
        "Mo-Fr 10:00+",
        "week 1-53/2 Sa 10:00-12:00",
        "Mo[1] 09:00-10:00; Th[-1] 09:00-10:00",
        "easter -2 days off; Mo-Su 10:00-12:00",
        "Mo-Su 10:00-16:00/01:30",
        "Mo-Su 06:00-30:00",
        "Mar 28-Mar 29 02:00-03:30; Oct 25 01:00-04:00; Nov 01 00:30-02:30; We 12:00-12:01",
        "Mo-Sa 10:00-20:00 || Su 12:00-18:00",
        "unknown",
        "off",
    ]
)
PLACES = st.sampled_from([PARIS, NEW_YORK, KOLKATA, ("America/Havana", "CU"), ("Australia/Lord_Howe", "AU")])
STORES = st.builds(a_store, ODD_HOURS, PLACES)
CHANGES_OF_CLOCK = [datetime(*day, tzinfo=UTC) for day in [(2026, 10, 25), (2026, 11, 1), (2027, 3, 14), (2027, 3, 28)]]
MOMENTS = st.one_of(
    st.builds(
        lambda change, minutes: change + minutes * MINUTE,
        st.sampled_from(CHANGES_OF_CLOCK),
        st.integers(-3 * 1440, 3 * 1440),
    ),
    st.integers(0, 800 * 1440).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + minutes * MINUTE),
)
RULES = st.sampled_from(["1bd", "2bd", "5bd", "30bd", "1h", "4h", "36h", "200h", "1oh", "6oh", "90oh"])
POLICIES = st.builds(
    lambda minutes, rule: PickupPolicy(preparation=minutes * MINUTE, rules=parse_rules(f"*={rule}")),
    st.sampled_from([0, 1, 60, 90, 600, 3_000]),
    RULES,
)
ANY_PRODUCT = [Product("s", "t")]


@settings(max_examples=400)
@given(STORES, MOMENTS, POLICIES)
def test_a_promise_is_within_the_week_and_leaves_open_time_to_collect(
    store: Store, at: datetime, policy: PickupPolicy
) -> None:
    times = plan_pickup(store, ANY_PRODUCT, at, policy)
    assert at <= times.ready_by <= times.pickup_by <= at + policy.longest
    if not times.in_time:
        assert times.pickup_by == at + policy.longest
        assert times.ready_by == times.pickup_by or not open_now(store, times.ready_by)
        return
    assert times.ready_by < times.pickup_by
    assert times.remind_at is None or times.ready_by < times.remind_at < times.pickup_by
    if open_now(store, at) is not None:
        assert open_now(store, times.pickup_by - timedelta(microseconds=1)), "the store has closed before"


@settings(max_examples=400)
@given(STORES, MOMENTS, POLICIES, st.integers(0, 3 * 1440))
def test_who_holds_later_never_has_to_come_earlier(
    store: Store, at: datetime, policy: PickupPolicy, minutes: int
) -> None:
    earlier, later = (plan_pickup(store, ANY_PRODUCT, moment, policy) for moment in (at, at + minutes * MINUTE))
    assert earlier.ready_by <= later.ready_by
    assert earlier.pickup_by <= later.pickup_by


@settings(max_examples=400)
@given(STORES, MOMENTS, st.integers(1, 5))
def test_business_days_end_when_the_store_closes_or_at_midnight(store: Store, at: datetime, days: int) -> None:
    if open_now(store, at) is None:
        return
    patient = PickupPolicy(longest=40 * DAY)
    until = pickup_deadline(store, at, PickupRule.parse(f"{days}bd"), policy=patient)
    if until > at + 38 * DAY:
        return  # so many business days there are not
    day, day_after = (in_store_time(store, moment).date() for moment in (until - MINUTE, until))
    assert not open_now(store, until) or day != day_after
    assert day_after > in_store_time(store, at).date()


@settings(max_examples=25, deadline=None)
@given(STORES, MOMENTS, st.sampled_from([1, 60, 333]))
def test_ready_by_is_what_counting_open_minutes_says(store: Store, at: datetime, minutes: int) -> None:
    counted = 0
    moment = at
    while counted < minutes and moment < at + 7 * DAY:
        counted += open_now(store, moment) is not False  # unknown hours run at once
        moment += MINUTE
    assert ready_by(store, at, preparation=minutes * MINUTE) == moment


DAY_HOURS = [WEEK, "24/7", "Mo-Fr 10:00+", "We 12:00-12:01; Sa 23:00-23:59", "Mo-Su 10:00-16:00/01:30; PH off"]


@settings(max_examples=25, deadline=None)
@given(st.builds(a_store, st.sampled_from(DAY_HOURS), PLACES), MOMENTS)
def test_the_next_business_day_is_what_looking_at_every_minute_says(store: Store, at: datetime) -> None:
    """For hours that never pass midnight."""
    today = in_store_time(store, at).date()
    last = None
    for moment in (at + minutes * MINUTE for minutes in range(7 * 1440)):
        day = in_store_time(store, moment).date()
        if last is not None and day != in_store_time(store, last).date():
            break
        if day > today and open_now(store, moment):
            last = moment
    until = pickup_deadline(store, at, NEXT_BUSINESS_DAY)
    assert last is None or until == last + MINUTE
