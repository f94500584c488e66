"""Free time out of the database: opening minus claims minus blocks, and what blocks, sessions and the clock do to it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from lift.core import clock
from lift.core.actor import SYSTEM
from lift.core.db import Instants, db
from lift.core.errors import Conflict, Forbidden, NotFound, Refused
from lift.core.models import Job, Tally
from lift.labs import queries, services
from lift.labs.enums import BlockKind, BookingStatus, ResourceKind
from lift.labs.models import Asset, Block, Booking, Claim, ClaimReleased, OpenRange
from lift.labs.policy.spans import span
from lift.labs.policy.wallclock import day_bounds, local_day
from tests.factories.labs import OFFICE, make_asset, make_lab, manager_of, member_of, monday, request_for
from tests.factories.people import make_organisation, make_person

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("database")]


def hours(*pairs: tuple[datetime, datetime]) -> list[Instants]:
    return [span(start, end) for start, end in pairs]


def free(asset: Asset, start: datetime, end: datetime, minutes: int = 30) -> list[Instants]:
    return queries.free_windows(asset, start, end, minutes)


# ---- free windows


def test_free_windows_keep_the_buffers_of_both_neighbours() -> None:
    asset = make_asset(make_lab(rules={"step_minutes": 10}), setup_minutes=10, teardown_minutes=30)
    services.book_assets(request_for(asset, monday(10)), actor=manager_of(asset.lab))
    assert free(asset, monday(6), monday(14)) == hours((monday(6), monday(9, 20)), (monday(11, 40), monday(14)))


def test_free_windows_begin_where_a_booking_may_begin() -> None:
    asset = make_asset(setup_minutes=10)
    services.book_assets(request_for(asset, monday(10)), actor=manager_of(asset.lab))
    assert free(asset, monday(10), monday(14)) == hours((monday(11, 30), monday(14)))
    assert free(asset, monday(10), monday(14), 151) == []


def test_free_windows_are_long_enough_or_left_out() -> None:
    asset = make_asset()
    for start in (monday(9), monday(10, 30)):
        services.book_assets(request_for(asset, start), actor=manager_of(asset.lab))
    assert free(asset, monday(9), monday(13), 30) == hours((monday(10), monday(10, 30)), (monday(11, 30), monday(13)))
    assert free(asset, monday(9), monday(13), 31) == hours((monday(11, 30), monday(13)))


def test_free_windows_stop_at_closed_hours_and_blocks() -> None:
    lab = make_lab(hours=OFFICE, zone="UTC")
    asset = make_asset(lab)
    resource = queries.resource_of_asset(asset.id)
    services.block_resource(
        lab.id, resource.id, BlockKind.MAINTENANCE, span(monday(9), monday(10)), "Oil", actor=manager_of(lab)
    )
    assert free(asset, monday(0), monday(23)) == hours(
        (monday(8), monday(9)), (monday(10), monday(12)), (monday(13), monday(18))
    )


def test_two_units_free_one_after_the_other_are_no_window() -> None:
    asset = make_asset(units=2)
    actor = manager_of(asset.lab)
    services.book_assets(request_for(asset, monday(9), 120), actor=actor)
    services.book_assets(request_for(asset, monday(9), 60), actor=actor)
    services.book_assets(request_for(asset, monday(11), 60), actor=actor)  # takes the unit that is free from 11
    first, second = monday(9), monday(12)
    assert free(asset, first, second, 60) == hours((monday(10), monday(12)))
    assert free(asset, first, second, 150) == []


def test_expired_hold_leaves_its_window_free_before_anybody_ends_it() -> None:
    asset = make_asset()
    held = services.hold_bundle(request_for(asset, monday(10)), actor=manager_of(asset.lab))
    held.expires_at = clock.now() - timedelta(seconds=1)
    db.session.commit()
    assert free(asset, monday(9), monday(12)) == hours((monday(9), monday(12)))
    assert held.status == BookingStatus.HOLD


def test_m18_nearest_starts_avoid_closed_hours_buffers_and_the_persons_other_booking() -> None:
    lab = make_lab(hours=OFFICE, zone="UTC", rules={"step_minutes": 30})
    asset, other = make_asset(lab, setup_minutes=30), make_asset(lab)
    actor = member_of(lab)
    services.book_assets(request_for(other, monday(8), 60, holder_id=actor.person_id), actor=actor)
    services.book_assets(request_for(asset, monday(10)), actor=manager_of(lab))
    with pytest.raises(Refused) as refused:
        services.book_assets(request_for(asset, monday(10), holder_id=actor.person_id), actor=actor)
    # 9:00 runs into the set-up of 10:00, 8:00 into the person's own hour, 11:30 to 12:30 into lunch
    assert refused.value.problems[0].passes == [monday(13), monday(13, 30), monday(14)]


def test_m18_refused_by_the_quota_of_the_week_the_nearest_starts_lie_in_the_next() -> None:
    lab = make_lab(rules={"person_per_week": 1}, zone="UTC")
    actor = member_of(lab)
    services.book_assets(request_for(make_asset(lab), holder_id=actor.person_id), actor=actor)
    with pytest.raises(Refused) as refused:
        services.book_assets(request_for(make_asset(lab), monday(14), holder_id=actor.person_id), actor=actor)
    first = monday(0, weeks=2)
    assert refused.value.problems[0].passes == [first, first + timedelta(minutes=30), first + timedelta(minutes=60)]


# ---- blocks


def test_b6_block_refuses_with_its_reason() -> None:
    asset = make_asset()
    resource = queries.resource_of_asset(asset.id)
    during = span(monday(9), monday(12))
    services.block_resource(
        asset.lab_id, resource.id, BlockKind.FAILURE, during, "Door sensor", actor=manager_of(asset.lab)
    )
    with pytest.raises(Refused) as refused:
        services.book_assets(request_for(asset, monday(10)), actor=manager_of(asset.lab))
    problem = refused.value.problems[0]
    assert (problem.rule, problem.text.params["reason"], problem.passes) == (
        "B6", "Door sensor", [monday(7, 30), monday(8), monday(12)],
    )  # fmt: skip


def test_block_displaces_what_stands_in_its_way_and_nothing_else() -> None:
    lab = make_lab()
    asset, other = make_asset(lab), make_asset(lab)
    actor = manager_of(lab)
    hit = services.book_assets(request_for(asset, monday(9)), actor=actor)
    late = services.book_assets(request_for(asset, monday(15)), actor=actor)
    beside = services.book_assets(request_for(other, monday(9)), actor=actor)
    resource = queries.resource_of_asset(asset.id)
    _block, displaced = services.block_resource(
        lab.id, resource.id, BlockKind.FAILURE, span(monday(8), monday(12)), "Spindle", actor=actor
    )
    assert [b.id for b in displaced] == [hit.id]
    assert [b.status for b in (hit, late, beside)] == [
        BookingStatus.DISPLACED, BookingStatus.CONFIRMED, BookingStatus.CONFIRMED,
    ]  # fmt: skip
    released = db.session.execute(sa.select(ClaimReleased.booking_id, ClaimReleased.why)).all()
    assert [tuple(row) for row in released] == [(hit.id, "displaced")]
    assert list(db.session.scalars(sa.select(Tally.count))) == [2]


def test_block_of_the_lab_blocks_every_asset_until_it_is_removed() -> None:
    lab = make_lab()
    actor = manager_of(lab)
    asset = make_asset(lab)
    block, _ = services.block_resource(
        lab.id, None, BlockKind.CLOSURE, span(monday(8), monday(18)), "Open day", actor=actor
    )
    assert free(asset, monday(9), monday(12)) == []
    services.remove_block(block.id, actor=actor)
    services.remove_block(block.id, actor=actor)
    assert free(asset, monday(9), monday(12)) == hours((monday(9), monday(12)))


def test_member_of_the_lab_may_not_block_and_nobody_blocks_anothers_asset() -> None:
    asset, foreign = make_asset(), make_asset()
    during = span(monday(8), monday(9))
    with pytest.raises(Forbidden):
        services.block_resource(asset.lab_id, None, BlockKind.EVENT, during, "Party", actor=member_of(asset.lab))
    resource = queries.resource_of_asset(foreign.id)
    with pytest.raises(NotFound):
        services.block_resource(asset.lab_id, resource.id, BlockKind.EVENT, during, "x", actor=manager_of(asset.lab))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Block)) == 0


# ---- sessions


def bundle(asset: Asset, *parts: Instants, trainer: UUID) -> services.SessionBundle:
    return services.SessionBundle((asset.id,), parts, ("Room 2.14",), (trainer,))


def test_session_takes_asset_room_and_trainer_in_one_booking_or_nothing() -> None:
    asset = make_asset()
    trainer, session_id = make_person().id, uuid4()
    organisation = make_organisation().id
    part = span(monday(9), monday(11))
    booking = services.book_for_session(
        bundle(asset, part, trainer=trainer), session_id, organisation_id=organisation, title="OEE", actor=SYSTEM
    )
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Claim)) == 3
    assert (booking.session_id, booking.during) == (session_id, part)
    second = make_asset(asset.lab)
    with pytest.raises(Refused) as refused:
        services.book_for_session(
            bundle(second, part, trainer=trainer), uuid4(), organisation_id=organisation, title="Two", actor=SYSTEM
        )
    assert [p.rule for p in refused.value.problems] == ["B14", "B12"]  # the room, and the trainer by name
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Claim)) == 3
    assert services.release_for_session(session_id, actor=SYSTEM) == 1
    assert services.release_for_session(session_id, actor=SYSTEM) == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Claim)) == 0


def test_two_parts_of_one_session_have_no_buffers_between_them() -> None:
    asset = make_asset(setup_minutes=20, teardown_minutes=20)
    parts = (span(monday(9), monday(10)), span(monday(10), monday(11)))
    made = services.book_for_session(
        services.SessionBundle((asset.id,), parts),
        uuid4(),
        organisation_id=make_organisation().id,
        title="",
        actor=SYSTEM,
    )
    during = db.session.scalars(sa.select(Claim.during).where(Claim.booking_id == made.id)).all()
    assert during == [span(monday(8, 40), monday(11, 20))]


def test_trainer_is_not_a_holder_elsewhere_at_the_same_time() -> None:
    lab = make_lab()
    actor = member_of(lab)
    services.book_assets(request_for(make_asset(lab), monday(9), holder_id=actor.person_id), actor=actor)
    with pytest.raises(Refused) as refused:
        services.book_for_session(
            services.SessionBundle((make_asset(lab).id,), (span(monday(9), monday(10)),), (), (actor.person_id,)),  # type: ignore[arg-type]
            uuid4(), organisation_id=lab.organisation_id, title="", actor=SYSTEM,
        )  # fmt: skip
    assert [p.rule for p in refused.value.problems] == ["B12"]


def test_booking_of_a_session_changes_with_the_session_only() -> None:
    asset = make_asset()
    booking = services.book_for_session(
        services.SessionBundle((asset.id,), (span(monday(9), monday(10)),)), uuid4(),
        organisation_id=asset.lab.organisation_id, title="", actor=SYSTEM,
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        services.cancel_booking(booking.code, actor=manager_of(asset.lab))
    assert [p.rule for p in refused.value.problems] == ["session"]


def test_session_that_runs_already_gives_rights_at_its_asset_now() -> None:
    asset = make_asset()
    now = clock.now()
    part = span(now - timedelta(minutes=30), now + timedelta(minutes=30))
    booking = services.book_for_session(
        services.SessionBundle((asset.id,), (part,)),
        uuid4(),
        organisation_id=asset.lab.organisation_id,
        title="",
        actor=SYSTEM,
    )
    assert queries.is_live_at(booking.id, asset.id, now)
    assert not queries.is_live_at(booking.id, asset.id, now + timedelta(minutes=30))
    services.finish_bookings(now)
    assert queries.is_live_at(booking.id, asset.id, now)
    services.release_for_session(booking.session_id, actor=SYSTEM)  # type: ignore[arg-type]
    assert not queries.is_live_at(booking.id, asset.id, now)


def test_person_is_live_at_the_asset_of_their_own_booking_while_its_time_runs() -> None:
    lab = make_lab(rules={"lead_minutes": 0, "step_minutes": 1, "min_minutes": 1})
    asset, other = make_asset(lab), make_asset(lab, setup_minutes=5)
    actor = member_of(lab)
    assert actor.person_id is not None
    start = clock.now().replace(second=0, microsecond=0) + timedelta(minutes=2)
    booking = services.book_assets(request_for(asset, start, 30, holder_id=actor.person_id), actor=actor)
    live = {
        minutes: queries.live_booking(actor.person_id, asset.id, start + timedelta(minutes=minutes))
        for minutes in (-1, 0, 29, 30)
    }
    assert live == {-1: None, 0: booking, 29: booking, 30: None}
    assert queries.live_booking(actor.person_id, other.id, start) is None
    services.move_booking(booking.code, start + timedelta(hours=1), start + timedelta(hours=2), actor=actor)
    assert queries.live_booking(actor.person_id, asset.id, start) is None


# ---- the clock


def test_bookings_begin_and_end_by_state_and_keep_their_claims() -> None:
    asset = make_asset()
    booking = services.book_assets(request_for(asset, monday(9)), actor=manager_of(asset.lab))
    assert (services.finish_bookings(monday(9) - timedelta(seconds=1)), booking.status) == (0, BookingStatus.CONFIRMED)
    services.finish_bookings(monday(9))
    db.session.refresh(booking)
    assert booking.status == BookingStatus.ACTIVE
    services.finish_bookings(monday(10))
    db.session.refresh(booking)
    assert (booking.status, booking.ended_at) == (BookingStatus.DONE, monday(10))
    assert services.finish_bookings(monday(11)) == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Claim)) == 1
    with pytest.raises(Conflict):
        services.cancel_booking(booking.code, actor=manager_of(asset.lab))


def test_opening_is_materialised_once_and_extended_each_night() -> None:
    lab = make_lab()
    now = clock.now()
    before = db.session.scalars(sa.select(OpenRange.during).where(OpenRange.lab_id == lab.id)).one()
    assert services.materialise_opening(lab.id, now) == 0
    services.materialise_opening(lab.id, now + timedelta(days=1))
    after = db.session.scalars(sa.select(OpenRange.during).where(OpenRange.lab_id == lab.id)).one()
    assert (after.lower, after.upper - before.upper >= timedelta(hours=23)) == (before.lower, True)


def test_closing_a_day_takes_it_out_of_the_long_range() -> None:
    lab = make_lab(zone="UTC")
    day = local_day(monday(9), lab.zone)
    services.set_exception(lab.id, day, None, actor=SYSTEM, reason={"en": "Holiday"})
    asset = make_asset(lab)
    start, end = day_bounds(day, lab.zone)
    assert free(asset, start - timedelta(hours=1), end + timedelta(hours=1)) == hours(
        (start - timedelta(hours=1), start), (end, end + timedelta(hours=1))
    )
    services.set_exception(lab.id, day, (time(10), time(12)), actor=SYSTEM)
    assert free(asset, start, end) == hours((monday(10), monday(12)))


# ---- resources, events


def test_resource_of_a_person_is_made_once() -> None:
    person = make_person()
    first = services.ensure_resource(ResourceKind.PERSON, "person", person_id=person.id)
    again = services.ensure_resource(ResourceKind.PERSON, "person", person_id=person.id)
    more = services.ensure_resource(ResourceKind.PERSON, "person", person_id=person.id, units=2)
    assert (first.id == again.id == more.id, len(more.units)) == (True, 2)


def test_leaver_gives_back_what_lies_ahead() -> None:
    lab = make_lab()
    actor = member_of(lab)
    booking = services.book_assets(request_for(make_asset(lab), holder_id=actor.person_id), actor=actor)
    assert actor.person_id is not None
    assert [h.id for h in services.HOLDER.holdings(actor.person_id)] == [booking.code]
    services.HOLDER.release(actor.person_id, None)
    assert (booking.status, services.HOLDER.holdings(actor.person_id)) == (BookingStatus.DISPLACED, [])
    assert [b["code"] for b in services.HOLDER.personal_data(actor.person_id)["bookings"]] == [booking.code]


def test_refused_verb_leaves_no_job_and_no_row() -> None:
    asset = make_asset()
    services.book_assets(request_for(asset), actor=manager_of(asset.lab))
    jobs = db.session.scalar(sa.select(sa.func.count()).select_from(Job))
    with pytest.raises(Refused):
        services.book_assets(request_for(asset), actor=manager_of(asset.lab))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Booking)) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == jobs


def test_days_that_differ_are_listed_from_today() -> None:
    lab = make_lab(zone="UTC")
    services.set_exception(lab.id, date(2026, 1, 1), None, actor=SYSTEM)
    soon = clock.now().date() + timedelta(days=3)
    services.set_exception(lab.id, soon, None, actor=SYSTEM)
    assert [row.day for row in queries.days_that_differ(lab.id, clock.now().date())] == [soon]
