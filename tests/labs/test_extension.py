"""L5: a booking that runs is made longer, on the units it holds, only if all of them are free with their buffers."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from lift.core import clock
from lift.core.actor import Actor
from lift.core.db import db
from lift.core.errors import Conflict, Forbidden, NotFound, Refused
from lift.core.models import AuditEntry
from lift.labs import services
from lift.labs.models import Asset, Booking, Claim, ClaimReleased, Resource, Unit
from lift.labs.policy.spans import ends
from tests.factories.labs import OFFICE, acting_for, make_asset, make_lab, manager_of, member_of, monday, request_for
from tests.factories.people import make_organisation

pytestmark = pytest.mark.usefixtures("database")

DAY = monday(0)


def at(hour: int, minute: int = 0) -> datetime:
    """An instant of that Monday, whatever the clock is told to say meanwhile."""
    return DAY + timedelta(hours=hour, minutes=minute)


@pytest.fixture
def asset() -> Asset:
    """Ten minutes of set-up, half an hour of tear-down."""
    return make_asset(make_lab(rules={"step_minutes": 10, "lead_minutes": 0}), setup_minutes=10, teardown_minutes=30)


@pytest.fixture
def manager(asset: Asset) -> Actor:
    """Who runs the lab."""
    return manager_of(asset.lab)


@pytest.fixture
def booking(asset: Asset, manager: Actor, monkeypatch: pytest.MonkeyPatch) -> Booking:
    """From nine to ten; it is half past nine."""
    made = services.book_assets(request_for(asset, at(9)), actor=manager)
    db.session.commit()
    monkeypatch.setattr(clock, "now", lambda: at(9, 30))
    return made


def ends_of(booking: Booking) -> tuple[datetime, datetime]:
    """The visible end, and the end of the claim."""
    claimed = db.session.scalars(sa.select(Claim.during).where(Claim.booking_id == booking.id)).one()
    return ends(booking.during)[1], ends(claimed)[1]


def test_l5_extension_moves_the_end_and_the_claim_with_its_tear_down(booking: Booking, manager: Actor) -> None:
    services.extend_booking(booking.code, 20, actor=manager)
    assert ends_of(booking) == (at(10, 20), at(10, 50))
    assert db.session.scalar(sa.select(ClaimReleased.why)) == "moved"
    said = db.session.scalars(sa.select(AuditEntry).filter_by(action="labs.extend")).one()
    assert (said.before, said.after) == ({"end": str(at(10))}, {"end": str(at(10, 20))})


@pytest.mark.parametrize(("minutes", "granted"), [(20, True), (30, False)])
def test_l5_extension_ends_where_the_set_up_of_the_next_begins(
    booking: Booking, manager: Actor, asset: Asset, minutes: int, granted: bool
) -> None:
    services.book_assets(request_for(asset, at(11)), actor=manager)  # set up from 10:50; our tear-down takes 30 min
    db.session.commit()
    if granted:
        services.extend_booking(booking.code, minutes, actor=manager)
    else:
        with pytest.raises(Refused) as refused:
            services.extend_booking(booking.code, minutes, actor=manager)
        assert [p.rule for p in refused.value.problems] == ["B14"]
        assert refused.value.problems[0].passes, "the nearest free starts are told"
    assert ends_of(booking)[0] == at(10, minutes if granted else 0)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ClaimReleased)) == int(granted)


def test_l5_extension_stays_on_its_unit_of_several(monkeypatch: pytest.MonkeyPatch) -> None:
    asset = make_asset(make_lab(rules={"lead_minutes": 0}))
    resource = db.session.scalars(sa.select(Resource).filter_by(asset_id=asset.id)).one()
    resource.units.append(Unit(number=2))
    db.session.flush()
    runs = manager_of(asset.lab)
    first = services.book_assets(request_for(asset, at(9)), actor=runs)
    second = services.book_assets(request_for(asset, at(9)), actor=runs)
    services.book_assets(request_for(asset, at(10)), actor=runs)  # on the unit of the first
    db.session.commit()
    monkeypatch.setattr(clock, "now", lambda: at(9, 30))
    with pytest.raises(Refused):
        services.extend_booking(first.code, 30, actor=runs)
    services.extend_booking(second.code, 30, actor=runs)
    assert ends_of(second)[0] == at(10, 30)


def test_l5_extension_over_the_closing_hour_or_the_longest_booking_is_refused_with_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lab = make_lab(zone="UTC", hours=OFFICE, rules={"max_minutes": 60, "lead_minutes": 0})
    asset = make_asset(lab)
    booking = services.book_assets(request_for(asset, at(11)), actor=manager_of(lab))
    db.session.commit()
    monkeypatch.setattr(clock, "now", lambda: at(11, 30))
    with pytest.raises(Refused) as refused:
        services.extend_booking(booking.code, 30, actor=manager_of(lab))
    assert [p.rule for p in refused.value.problems] == ["B4", "B5"]


@pytest.mark.parametrize("now", [at(8), at(10, 1)])
def test_l5_extension_is_of_a_booking_that_runs(
    booking: Booking, manager: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: now)
    with pytest.raises(Refused) as refused:
        services.extend_booking(booking.code, 10, actor=manager)
    assert [p.rule for p in refused.value.problems] == ["L5"]


def test_l5_extension_of_a_cancelled_booking_is_a_conflict(
    booking: Booking, manager: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(clock, "now", lambda: at(8))
        services.cancel_booking(booking.code, actor=manager)
    with pytest.raises(Conflict):
        services.extend_booking(booking.code, 10, actor=manager)


def test_l5_extension_by_strangers_is_not_found_and_by_colleagues_forbidden(booking: Booking, asset: Asset) -> None:
    with pytest.raises(NotFound):
        services.extend_booking(booking.code, 10, actor=acting_for(make_organisation().id))
    with pytest.raises(Forbidden):
        services.extend_booking(booking.code, 10, actor=member_of(asset.lab))
    assert ends_of(booking) == (at(10), at(10) + timedelta(minutes=30))
