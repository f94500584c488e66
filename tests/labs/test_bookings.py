"""book, hold, confirm, move, cancel, put back: what each writes, refuses and leaves alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from lift.core import clock
from lift.core.db import db
from lift.core.errors import Conflict, Forbidden, NotFound, Refused
from lift.core.models import AuditEntry, Tally
from lift.labs import services
from lift.labs.enums import BookingStatus, Preset
from lift.labs.models import Asset, Booking, Claim, ClaimReleased
from lift.labs.policy.spans import span
from tests.factories.labs import acting_for, make_asset, make_lab, manager_of, member_of, monday, request_for
from tests.factories.people import make_organisation

pytestmark = pytest.mark.usefixtures("database")

HOUR = timedelta(hours=1)


def claims() -> list[tuple[UUID, datetime, datetime]]:
    rows = db.session.execute(sa.select(Claim.booking_id, Claim.during).order_by(Claim.during))
    return [(row.booking_id, row.during.lower, row.during.upper) for row in rows]


def released() -> list[tuple[UUID, str]]:
    rows = db.session.execute(sa.select(ClaimReleased.booking_id, ClaimReleased.why))
    return [(row.booking_id, row.why) for row in rows]


def rules_of(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.rule for problem in refused.value.problems]


def counts() -> list[int]:
    return sorted(db.session.scalars(sa.select(Tally.count).where(Tally.what == "labs.bookings")))


def test_booking_claims_the_visible_time_widened_by_set_up_and_tear_down() -> None:
    asset = make_asset(setup_minutes=10, teardown_minutes=30)
    booking = services.book_assets(request_for(asset, monday(9)), actor=manager_of(asset.lab))
    assert claims() == [(booking.id, monday(8, 50), monday(10, 30))]
    assert (booking.status, booking.during) == (BookingStatus.CONFIRMED, span(monday(9), monday(10)))


@pytest.mark.parametrize(
    ("start", "fits"),
    [(monday(10, 30), False), (monday(10, 40), True), (monday(8, 0), False), (monday(7, 20), True)],
)
def test_b13_gap_between_bookings_is_the_tear_down_of_one_and_the_set_up_of_the_next(
    start: datetime, fits: bool
) -> None:
    lab = make_lab(rules={"step_minutes": 10, "lead_minutes": 0})
    asset = make_asset(lab, setup_minutes=10, teardown_minutes=30)
    services.book_assets(request_for(asset, monday(9)), actor=manager_of(lab))
    if fits:
        services.book_assets(request_for(asset, start), actor=manager_of(lab))
    else:
        with pytest.raises(Refused) as refused:
            services.book_assets(request_for(asset, start), actor=manager_of(lab))
        assert rules_of(refused) == ["B14"]
    assert len(claims()) == 1 + fits


def test_overlapping_booking_is_refused_with_the_three_nearest_free_starts() -> None:
    asset = make_asset(make_lab(rules={"step_minutes": 30}))
    services.book_assets(request_for(asset, monday(9), 120), actor=manager_of(asset.lab))
    with pytest.raises(Refused) as refused:
        services.book_assets(request_for(asset, monday(10), 60), actor=manager_of(asset.lab))
    problem = refused.value.problems[0]
    assert (problem.rule, problem.owner) == ("B14", asset.name)
    assert problem.passes == [monday(8), monday(11), monday(11, 30)]
    assert [dict(way.values)["start"] for way in problem.ways] == [start.isoformat() for start in problem.passes]


def test_refusal_tells_every_rule_that_failed_and_not_the_first_only() -> None:
    asset = make_asset(make_lab(rules={"max_minutes": 120, "horizon_days": 30}))
    with pytest.raises(Refused) as refused:
        services.book_assets(request_for(asset, monday(9, 7, weeks=8), 130), actor=manager_of(asset.lab))
    assert rules_of(refused) == ["B1", "B1", "B3", "B4"]


def test_bundle_of_two_assets_is_booked_as_one_or_not_at_all() -> None:
    lab = make_lab()
    first, second = make_asset(lab), make_asset(lab)
    services.book_assets(request_for(second), actor=manager_of(lab))
    both = services.BookingRequest((first.id, second.id), monday(9), monday(10))
    with pytest.raises(Refused):
        services.book_assets(both, actor=manager_of(lab))
    assert len(claims()) == 1
    later = services.BookingRequest((first.id, second.id), monday(12), monday(13))
    booking = services.book_assets(later, actor=manager_of(lab))
    assert [c[0] for c in claims()].count(booking.id) == 2


def test_assets_of_two_labs_are_no_bundle() -> None:
    first, second = make_asset(), make_asset()
    with pytest.raises(Refused) as refused:
        services.book_assets(
            services.BookingRequest((first.id, second.id), monday(9), monday(10)), actor=manager_of(first.lab)
        )
    assert rules_of(refused) == ["B9"]


def test_asset_with_two_units_takes_two_bookings_and_refuses_the_third() -> None:
    asset = make_asset(units=2)
    for _ in range(2):
        services.book_assets(request_for(asset), actor=manager_of(asset.lab))
    with pytest.raises(Refused) as refused:
        services.book_assets(request_for(asset), actor=manager_of(asset.lab))
    assert rules_of(refused) == ["B14"]


def test_b12_person_is_not_in_two_places() -> None:
    lab = make_lab()
    actor = member_of(lab)
    services.book_assets(request_for(make_asset(lab), holder_id=actor.person_id), actor=actor)
    with pytest.raises(Refused) as refused:
        services.book_assets(request_for(make_asset(lab), holder_id=actor.person_id), actor=actor)
    problem = refused.value.problems[0]
    assert (problem.rule, problem.text.params["name"]) == ("B12", actor.name)
    assert len(problem.passes) == 3


def test_b10_fourth_booking_of_the_week_is_refused_and_giving_one_back_makes_room() -> None:
    lab = make_lab(rules={"person_per_week": 3})
    actor = member_of(lab)
    made = [
        services.book_assets(request_for(make_asset(lab), monday(8 + n), holder_id=actor.person_id), actor=actor)
        for n in range(3)
    ]
    with pytest.raises(Refused) as refused:
        services.book_assets(request_for(make_asset(lab), monday(15), holder_id=actor.person_id), actor=actor)
    assert rules_of(refused) == ["B10"]
    services.book_assets(request_for(make_asset(lab), monday(15, weeks=2), holder_id=actor.person_id), actor=actor)
    services.cancel_booking(made[0].code, actor=actor)
    services.book_assets(request_for(make_asset(lab), monday(15), holder_id=actor.person_id), actor=actor)
    assert counts() == [1, 1, 3, 3]  # person and organisation, this week and the next


def test_moving_into_another_week_moves_the_count_with_it() -> None:
    lab = make_lab()
    actor = member_of(lab)
    booking = services.book_assets(request_for(make_asset(lab), holder_id=actor.person_id), actor=actor)
    services.move_booking(booking.code, monday(9, weeks=2), monday(10, weeks=2), actor=actor)
    assert counts() == [0, 0, 1, 1]


def test_moving_by_less_than_the_length_overlaps_only_itself() -> None:
    asset = make_asset(setup_minutes=30)
    actor = manager_of(asset.lab)
    booking = services.book_assets(request_for(asset, monday(9)), actor=actor)
    services.move_booking(booking.code, monday(9, 30), monday(11), actor=actor)
    assert claims() == [(booking.id, monday(9), monday(11))]
    assert (released(), booking.sequence) == ([(booking.id, "moved")], 1)


def test_refused_move_leaves_the_old_booking_untouched() -> None:
    asset = make_asset()
    actor = manager_of(asset.lab)
    booking = services.book_assets(request_for(asset, monday(9)), actor=actor)
    other = services.book_assets(request_for(asset, monday(12)), actor=actor)
    with pytest.raises(Refused) as refused:
        services.move_booking(booking.code, monday(11, 30), monday(12, 30), actor=actor)
    assert rules_of(refused) == ["B14"]
    assert claims() == [(booking.id, monday(9), monday(10)), (other.id, monday(12), monday(13))]
    assert released() == []


def test_cancelled_booking_releases_its_claims_once() -> None:
    asset = make_asset()
    actor = manager_of(asset.lab)
    booking = services.book_assets(request_for(asset), actor=actor)
    services.cancel_booking(booking.code, actor=actor)
    with pytest.raises(Conflict):
        services.cancel_booking(booking.code, actor=actor)
    assert (claims(), released()) == ([], [(booking.id, "cancelled")])
    assert booking.status == BookingStatus.CANCELLED_IN_TIME
    actions = db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.thing_id == str(booking.id)))
    assert sorted(actions) == ["labs.book", "labs.cancel"]


@pytest.mark.parametrize(
    ("minutes_before", "status"),
    [(122, BookingStatus.CANCELLED_IN_TIME), (118, BookingStatus.CANCELLED_LATE)],
)
def test_cancelling_inside_the_free_period_is_late(minutes_before: int, status: BookingStatus) -> None:
    lab = make_lab(rules={"free_cancel_minutes": 120, "lead_minutes": 0, "step_minutes": 1})
    asset, actor = make_asset(lab), manager_of(lab)
    start = (clock.now() + timedelta(minutes=minutes_before)).replace(second=0, microsecond=0)
    booking = services.book_assets(request_for(asset, start), actor=actor)
    booking.created_at = clock.now() - timedelta(minutes=16)
    db.session.commit()
    services.cancel_booking(booking.code, actor=actor)
    assert booking.status == status


def test_cancelling_within_a_quarter_of_an_hour_after_booking_is_in_time() -> None:
    lab = make_lab(rules={"free_cancel_minutes": 10_000, "lead_minutes": 0})
    actor = manager_of(lab)
    booking = services.book_assets(request_for(make_asset(lab)), actor=actor)
    assert services.cancel_booking(booking.code, actor=actor).status == BookingStatus.CANCELLED_IN_TIME


def test_cancelled_booking_is_put_back_at_its_old_time() -> None:
    asset = make_asset()
    actor = manager_of(asset.lab)
    booking = services.book_assets(request_for(asset), actor=actor)
    services.cancel_booking(booking.code, actor=actor)
    services.restore_booking(booking.code, actor=actor)
    assert (booking.status, claims()) == (BookingStatus.CONFIRMED, [(booking.id, monday(9), monday(10))])
    assert counts() == [1]


def test_cancelled_booking_is_not_put_back_over_a_newer_one() -> None:
    asset = make_asset()
    actor = manager_of(asset.lab)
    booking = services.book_assets(request_for(asset), actor=actor)
    services.cancel_booking(booking.code, actor=actor)
    newer = services.book_assets(request_for(asset), actor=actor)
    with pytest.raises(Refused):
        services.restore_booking(booking.code, actor=actor)
    assert [c[0] for c in claims()] == [newer.id]


def test_begun_booking_can_be_neither_moved_nor_cancelled() -> None:
    asset = make_asset()
    actor = manager_of(asset.lab)
    booking = services.book_assets(request_for(asset), actor=actor)
    booking.during = span(clock.now() - HOUR, clock.now() + HOUR)
    db.session.commit()
    with pytest.raises(Refused) as cancelled:
        services.cancel_booking(booking.code, actor=actor)
    with pytest.raises(Refused) as moved:
        services.move_booking(booking.code, monday(9), monday(10), actor=actor)
    assert rules_of(cancelled) == rules_of(moved) == ["cancel"]


# ---- who may


def test_stranger_gets_404_for_a_booking_and_403_for_an_asset() -> None:
    asset = make_asset()
    booking = services.book_assets(request_for(asset), actor=manager_of(asset.lab))
    stranger = acting_for(make_organisation().id)
    with pytest.raises(NotFound):
        services.cancel_booking(booking.code, actor=stranger)
    with pytest.raises(Forbidden) as forbidden:
        services.book_assets(request_for(asset, monday(14)), actor=stranger)
    assert (forbidden.value.problems[0].rule, forbidden.value.problems[0].owner) == ("R2", asset.lab.name)


def test_member_may_not_book_where_the_lab_only_teaches() -> None:
    asset = make_asset(make_lab(preset=Preset.TEACHING_ONLY))
    with pytest.raises(Forbidden):
        services.book_assets(request_for(asset), actor=member_of(asset.lab))
    assert services.book_assets(request_for(asset), actor=manager_of(asset.lab)).status == BookingStatus.CONFIRMED


def test_colleague_sees_a_booking_and_may_not_cancel_it() -> None:
    asset = make_asset()
    booking = services.book_assets(request_for(asset), actor=member_of(asset.lab))
    with pytest.raises(Forbidden):
        services.cancel_booking(booking.code, actor=member_of(asset.lab))


def test_lab_that_cancels_a_members_booking_says_why_and_displaces_it() -> None:
    asset = make_asset()
    booking = services.book_assets(request_for(asset), actor=member_of(asset.lab))
    with pytest.raises(Refused) as refused:
        services.cancel_booking(booking.code, actor=manager_of(asset.lab))
    assert [p.field for p in refused.value.problems] == ["reason"]
    services.cancel_booking(booking.code, actor=manager_of(asset.lab), reason="The spindle broke.")
    assert (booking.status, booking.reason) == (BookingStatus.DISPLACED, "The spindle broke.")
    assert released() == [(booking.id, "displaced")]


# ---- holds


def hold(asset: Asset, **more: Any) -> Booking:
    return services.hold_bundle(request_for(asset, **more), actor=manager_of(asset.lab))


def let_hold_run_out(booking: Booking) -> None:
    booking.expires_at = clock.now() - timedelta(seconds=1)
    db.session.commit()


def test_hold_keeps_others_out_while_it_lives() -> None:
    asset = make_asset()
    hold(asset)
    with pytest.raises(Refused):
        services.book_assets(request_for(asset), actor=manager_of(asset.lab))


def test_confirmed_hold_is_a_booking_without_an_end_of_its_own() -> None:
    asset = make_asset()
    held = hold(asset)
    services.confirm_hold(held.code, actor=manager_of(asset.lab))
    assert (held.status, held.expires_at) == (BookingStatus.CONFIRMED, None)
    with pytest.raises(Conflict):
        services.confirm_hold(held.code, actor=manager_of(asset.lab))


def test_expired_hold_is_not_confirmed_any_more() -> None:
    asset = make_asset()
    held = hold(asset)
    let_hold_run_out(held)
    with pytest.raises(Refused) as refused:
        services.confirm_hold(held.code, actor=manager_of(asset.lab))
    assert rules_of(refused) == ["holds"]


def test_expired_hold_refuses_nobody_with_no_worker_running() -> None:
    lab = make_lab(rules={"organisation_per_week": 1})
    asset = make_asset(lab)
    held = hold(asset)
    let_hold_run_out(held)
    booking = services.book_assets(request_for(asset), actor=manager_of(lab))
    assert [c[0] for c in claims()] == [booking.id]
    assert (held.status, released()) == (BookingStatus.EXPIRED, [(held.id, "expired")])
    assert counts() == [1]


def test_expired_hold_on_another_asset_does_not_use_up_the_quota() -> None:
    lab = make_lab(rules={"person_per_week": 1})
    actor = member_of(lab)
    held = services.hold_bundle(request_for(make_asset(lab), holder_id=actor.person_id), actor=actor)
    let_hold_run_out(held)
    services.book_assets(request_for(make_asset(lab), monday(15), holder_id=actor.person_id), actor=actor)
    assert (held.status, counts()) == (BookingStatus.EXPIRED, [1, 1])


def test_sweeper_ends_each_expired_hold_once_and_no_living_one() -> None:
    lab = make_lab()
    over, living = hold(make_asset(lab)), hold(make_asset(lab))
    let_hold_run_out(over)
    assert (services.sweep_holds(clock.now()), services.sweep_holds(clock.now())) == (1, 0)
    assert (over.status, living.status) == (BookingStatus.EXPIRED, BookingStatus.HOLD)
    assert (released(), counts()) == ([(over.id, "expired")], [1])
