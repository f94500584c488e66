"""Whatever people do in whatever order: no unit is held twice, claims exist exactly while a booking holds, counts are true."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lift.core import clock
from lift.core.db import db
from lift.core.errors import LiftError
from lift.core.models import Tally
from lift.labs import services
from lift.labs.enums import BookingStatus
from lift.labs.models import Asset, Booking, Claim, ClaimReleased
from lift.labs.policy.quota import tally_keys
from tests.factories.labs import make_asset, make_lab, manager_of, member_of, monday, request_for

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("database")]

KEEPS = {BookingStatus.HOLD, BookingStatus.PENDING, BookingStatus.CONFIRMED, BookingStatus.ACTIVE, BookingStatus.DONE}

starts = st.integers(0, 11)  # half hours from nine
lengths = st.sampled_from([30, 60, 90])
which = st.integers(0, 5)
acts = st.one_of(
    st.tuples(st.just("book"), which, starts, lengths),
    st.tuples(st.just("hold"), which, starts, lengths),
    st.tuples(st.just("move"), which, starts, lengths),
    st.tuples(st.just("cancel"), which, st.just(0), st.just(0)),
    st.tuples(st.just("restore"), which, st.just(0), st.just(0)),
    st.tuples(st.just("confirm"), which, st.just(0), st.just(0)),
    st.tuples(st.just("expire"), which, st.just(0), st.just(0)),
    st.tuples(st.just("sweep"), which, st.just(0), st.just(0)),
)


class World:
    """Two assets with buffers and two people; acts on bookings by their number."""

    def __init__(self) -> None:
        lab = make_lab(rules={"person_per_week": 3})
        self.assets = [make_asset(lab, setup_minutes=10), make_asset(lab, teardown_minutes=20, units=2)]
        self.people = [member_of(lab), member_of(lab)]
        self.manager = manager_of(lab)
        self.codes: list[str] = []
        db.session.commit()

    def act(self, name: str, number: int, half_hours: int, minutes: int) -> None:
        """One act; what is refused is refused."""
        start = monday(9) + timedelta(minutes=30 * half_hours)
        if name in ("book", "hold"):
            asset: Asset = self.assets[number % 2]
            person = self.people[number % 3 % 2]
            verb = services.book_assets if name == "book" else services.hold_bundle
            request = request_for(asset, start, minutes, holder_id=person.person_id if number % 2 else None)
            self.codes.append(verb(request, actor=person).code)
        elif name == "sweep":
            services.sweep_holds(clock.now())
        elif self.codes:
            self.change(name, self.codes[number % len(self.codes)], start, minutes)

    def change(self, name: str, code: str, start: Any, minutes: int) -> None:
        """One act on a booking that exists."""
        if name == "move":
            services.move_booking(code, start, start + timedelta(minutes=minutes), actor=self.manager)
        elif name == "cancel":
            services.cancel_booking(code, actor=self.manager, reason="because")
        elif name == "restore":
            services.restore_booking(code, actor=self.manager)
        elif name == "confirm":
            services.confirm_hold(code, actor=self.manager)
        else:
            hold = sa.update(Booking).where(Booking.code == code, Booking.status == BookingStatus.HOLD)
            db.session.execute(hold.values(expires_at=clock.now() - timedelta(seconds=1)))
            db.session.commit()


def check() -> None:
    """The three invariants, straight from the tables."""
    db.session.expire_all()
    claims = db.session.execute(sa.select(Claim.unit_id, Claim.during, Claim.booking_id)).all()
    for n, one in enumerate(claims):
        assert not [o for o in claims[n + 1 :] if o.unit_id == one.unit_id and o.during.overlaps(one.during)]
    bookings = db.session.scalars(sa.select(Booking)).all()
    assert {c.booking_id for c in claims} == {b.id for b in bookings if b.status in KEEPS}
    gone = set(db.session.scalars(sa.select(ClaimReleased.id)))
    assert not gone & set(db.session.scalars(sa.select(Claim.id)))
    true = Counter(key for b in bookings if b.status in KEEPS for key in tally_keys(b))
    kept = {(t.whom, t.window): t.count for t in db.session.scalars(sa.select(Tally)) if t.count}
    assert kept == {(key.whom, key.window): n for key, n in true.items()}
    assert all(n <= 3 for (whom, _window), n in kept.items() if whom.startswith("person:"))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(acts, min_size=3, max_size=14))
def test_any_sequence_of_acts_keeps_claims_bookings_and_counts_true(sequence: list[tuple[str, int, int, int]]) -> None:
    world = World()
    for act in sequence:
        with suppress(LiftError):
            world.act(*act)
        check()
