"""The rules, without a database: every bound at the limit, one step under, one step over; both changes of the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from lift.core.db import Instants
from lift.labs.enums import Preset, RuleSource
from lift.labs.models import Asset, Lab, OpeningException, OpeningRule
from lift.labs.policy.booking import booking_problems, window
from lift.labs.policy.opening import following, open_ranges
from lift.labs.policy.rules import NAMES, effective_rules
from lift.labs.policy.spans import common, merged, span
from lift.labs.policy.wallclock import day_bounds, instant_at, is_repeated, is_skipped, wall_problems
from lift.labs.texts import RULES

pytestmark = pytest.mark.unit

ROME = "Europe/Rome"
NOW = datetime(2026, 11, 23, 9, 42, tzinfo=UTC)  # a Monday, 10:42 in Rome


def at(text: str, zone: str = ROME) -> datetime:
    """An instant by a wall clock."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def asset(of_lab: dict[str, Any] | None = None, preset: Preset = Preset.OPEN_PRACTICE, **more: Any) -> Asset:
    lab = Lab(name="Demo lab", zone=ROME, preset=preset, rules=of_lab or {})
    values = {"name": "Oven", "setup_minutes": 0, "teardown_minutes": 0, "rules": {}} | more
    return Asset(lab=lab, **values)


def rules_broken(thing: Asset, start: str, end: str, opening: list[Instants] | None = None) -> list[str]:
    always = [span(NOW - timedelta(days=1), NOW + timedelta(days=400))]
    rules = effective_rules(thing)
    problems = booking_problems(thing, span(at(start), at(end)), rules, NOW, always if opening is None else opening)
    return [problem.rule for problem in problems]


def week(*hours: tuple[int, str, str]) -> list[OpeningRule]:
    return [OpeningRule(weekday=d, opens=time.fromisoformat(o), closes=time.fromisoformat(c)) for d, o, c in hours]


# ---- rules in force


def test_nearest_rule_counts_and_says_where_it_comes_from() -> None:
    thing = asset({"max_minutes": 120, "person_per_week": 2}, rules={"min_minutes": 60, "person_per_week": 9})
    rules = effective_rules(thing)
    values = {
        name: (getattr(rules, name), rules.source(name)) for name in ("max_minutes", "min_minutes", "lead_minutes")
    }
    assert values == {
        "max_minutes": (120, RuleSource.LAB),
        "min_minutes": (60, RuleSource.ASSET),
        "lead_minutes": (0, RuleSource.PRESET),
    }
    assert rules.person_per_week == 2  # quotas count per lab: an asset does not change them


def test_every_rule_has_a_name_that_pages_show() -> None:
    assert set(RULES) == NAMES


# ---- B1


@pytest.mark.parametrize(
    ("start", "end", "broken"),
    [
        ("2026-11-24T09:00", "2026-11-24T10:00", []),
        ("2026-11-24T09:10", "2026-11-24T10:10", ["B1"]),
        ("2026-11-24T09:00", "2026-11-24T10:10", ["B1"]),
        ("2026-11-24T09:00", "2026-11-24T09:00", ["B1"]),
        ("2026-11-24T10:00", "2026-11-24T09:00", ["B1"]),
    ],
)
def test_b1_start_and_length_stand_on_the_step(start: str, end: str, broken: list[str]) -> None:
    assert rules_broken(asset({"step_minutes": 30, "min_minutes": 30}), start, end) == broken


def test_b1_start_in_the_skipped_hour_is_refused_with_the_next_time_that_exists() -> None:
    problems = wall_problems(date(2027, 3, 28), time(2, 30), ROME, offset_given=False)
    assert [(p.rule, p.passes) for p in problems] == [("B1", datetime(2027, 3, 28, 1, 0, tzinfo=UTC))]


def test_b1_start_in_the_repeated_hour_needs_to_say_which_one() -> None:
    day, wall = date(2026, 10, 25), time(2, 30)
    problems = wall_problems(day, wall, ROME, offset_given=False)
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert [(p.rule, p.passes) for p in problems] == [("B1", [first, second])]
    assert wall_problems(day, wall, ROME, offset_given=True) == []
    assert (instant_at(day, wall, ROME), instant_at(day, wall, ROME, later=True)) == (first, second)


@pytest.mark.parametrize(
    ("day", "wall", "skipped", "repeated"),
    [
        (date(2027, 3, 28), time(1, 59), False, False),
        (date(2027, 3, 28), time(2, 0), True, False),
        (date(2027, 3, 28), time(3, 0), False, False),
        (date(2026, 10, 25), time(1, 59), False, False),
        (date(2026, 10, 25), time(2, 0), False, True),
        (date(2026, 10, 25), time(3, 0), False, False),
    ],
)
def test_edges_of_the_skipped_and_the_repeated_hour(day: date, wall: time, skipped: bool, repeated: bool) -> None:
    assert (is_skipped(day, wall, ROME), is_repeated(day, wall, ROME)) == (skipped, repeated)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2027, 3, 28), 23), (date(2026, 10, 25), 25), (date(2026, 11, 23), 24)]
)
def test_day_of_the_change_has_23_or_25_hours(day: date, hours: int) -> None:
    start, end = day_bounds(day, ROME)
    assert end - start == timedelta(hours=hours)


# ---- B3, B4: at the limit, one step under, one step over (M5)


@pytest.mark.parametrize(("start", "broken"), [("11:42", []), ("11:43", []), ("11:41", ["B3"])])
def test_b3_lead_time_at_under_and_over_the_limit(start: str, broken: list[str]) -> None:
    thing = asset({"lead_minutes": 60, "step_minutes": 1, "min_minutes": 1})
    assert rules_broken(thing, f"2026-11-23T{start}", "2026-11-23T13:00") == broken


@pytest.mark.parametrize(
    ("end", "broken"), [("2026-12-04T00:00", []), ("2026-12-03T23:30", []), ("2026-12-04T00:30", ["B3"])]
)
def test_b3_horizon_applies_to_the_end(end: str, broken: list[str]) -> None:
    assert rules_broken(asset({"horizon_days": 10}), "2026-12-03T23:00", end) == broken


def test_b3_new_day_of_the_horizon_opens_at_its_release_hour() -> None:
    thing = asset({"horizon_days": 10, "release_hour": 8})
    limits = [window(thing.lab, effective_rules(thing), at(f"2026-11-23T{clock}"))[1] for clock in ("07:59", "08:00")]
    assert limits == [at("2026-12-03T00:00"), at("2026-12-04T00:00")]


@pytest.mark.parametrize(
    ("end", "broken"),
    [("10:00", []), ("09:30", ["B4"]), ("10:30", []), ("11:00", []), ("11:30", ["B4"])],
)
def test_b4_length_at_under_and_over_both_limits(end: str, broken: list[str]) -> None:
    thing = asset({"min_minutes": 60, "max_minutes": 120})
    assert rules_broken(thing, "2026-11-24T09:00", f"2026-11-24T{end}") == broken


# ---- B5: opening (M3)

OFFICE = week(*((d, o, c) for d in range(5) for o, c in (("08:00", "12:00"), ("13:00", "18:00"))))


def opening_on(day: str) -> list[Instants]:
    first = date.fromisoformat(day)
    return open_ranges(OFFICE, [], ROME, first, first)


@pytest.mark.parametrize(
    ("start", "end", "broken"),
    [
        ("08:00", "12:00", []),
        ("13:00", "17:00", []),
        ("11:00", "14:00", ["B5"]),  # both ends are open, the lunch between them is not
        ("07:30", "08:30", ["B5"]),
        ("17:30", "18:30", ["B5"]),
    ],
)
def test_b5_booking_across_lunch_closure_is_refused(start: str, end: str, broken: list[str]) -> None:
    day = "2026-11-24"
    assert rules_broken(asset(), f"{day}T{start}", f"{day}T{end}", opening_on(day)) == broken


@pytest.mark.parametrize(("inside", "broken"), [(False, []), (True, ["B5"])])
def test_b5_set_up_counts_where_the_rule_says_so(inside: bool, broken: list[str]) -> None:
    thing = asset({"buffers_in_opening": inside}, setup_minutes=30)
    assert rules_broken(thing, "2026-11-24T08:00", "2026-11-24T09:00", opening_on("2026-11-24")) == broken


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2027-03-28", 23), ("2026-10-25", 25), ("2026-11-23", 24)],
)
def test_lab_open_round_the_clock_is_one_long_range_over_both_changes(day: str, hours: int) -> None:
    rules = week(*((d, "00:00", "00:00") for d in range(7)))
    first = date.fromisoformat(day)
    days = open_ranges(rules, [], ROME, first - timedelta(days=3), first + timedelta(days=3))
    assert days == [span(at(f"{first - timedelta(days=3)}T00:00"), at(f"{first + timedelta(days=4)}T00:00"))]
    (only,) = open_ranges(rules, [], ROME, first, first)
    assert only.upper - only.lower == timedelta(hours=hours)


@pytest.mark.parametrize(("day", "hours"), [("2027-03-27", 7), ("2026-10-24", 9), ("2026-11-21", 8)])
def test_overnight_opening_is_an_hour_shorter_or_longer_when_the_clocks_change(day: str, hours: int) -> None:
    first = date.fromisoformat(day)
    (night,) = open_ranges(week((5, "22:00", "06:00")), [], ROME, first, first)
    assert (night.lower, night.upper - night.lower) == (at(f"{day}T22:00"), timedelta(hours=hours))


def test_opening_inside_the_skipped_hour_begins_at_the_jump() -> None:
    day = date(2027, 3, 28)
    (only,) = open_ranges(week((6, "02:30", "06:00")), [], ROME, day, day)
    assert only == span(datetime(2027, 3, 28, 1, tzinfo=UTC), at("2027-03-28T06:00"))


def test_opening_that_closes_in_the_repeated_hour_closes_the_second_time() -> None:
    day = date(2026, 10, 25)
    (only,) = open_ranges(week((6, "00:00", "02:30")), [], ROME, day, day)
    assert only.upper == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_exception_closes_a_day_or_gives_it_other_hours() -> None:
    closed = OpeningException(day=date(2026, 12, 25), opens=None, closes=None)
    short = OpeningException(day=date(2026, 12, 24), opens=time(8), closes=time(12))
    ranges = open_ranges(OFFICE, [closed, short], ROME, date(2026, 12, 24), date(2026, 12, 25))
    assert ranges == [span(at("2026-12-24T08:00"), at("2026-12-24T12:00"))]


def test_changed_hours_leave_the_past_as_it_was() -> None:
    past = [span(at("2026-11-22T00:00"), at("2026-11-30T00:00"))]
    new = [span(at("2026-11-23T08:00"), at("2026-11-23T18:00"))]
    cut = at("2026-11-23T00:00")
    assert following(past, cut, new) == [span(at("2026-11-22T00:00"), cut), new[0]]


# ---- ranges


def test_touching_ranges_are_merged_and_apart_ones_are_not() -> None:
    a, b, c = (at(f"2026-11-23T{h:02}:00") for h in (8, 9, 10))
    assert merged([span(b, c), span(a, b)]) == [span(a, c)]
    assert merged([span(a, b), span(b + timedelta(minutes=1), c)]) == [span(a, b), span(b + timedelta(minutes=1), c)]


def test_common_time_lies_in_one_range_of_each() -> None:
    hours = [at(f"2026-11-23T{h:02}:00") for h in range(8, 14)]
    first = [span(hours[0], hours[2]), span(hours[3], hours[5])]
    assert common(first, [span(hours[1], hours[4])]) == [span(hours[1], hours[2]), span(hours[3], hours[4])]
