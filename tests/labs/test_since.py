"""M23: the desk opens with what changed since the person's last visit, each with one act."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lift.core import clock
from lift.core.db import db
from lift.labs import services
from lift.labs.enums import BlockKind, BookingStatus
from lift.labs.models import Asset, Booking, DeskVisit
from lift.labs.policy.spans import span
from lift.labs.queries.since import since_left
from lift.people.models import Organisation
from tests.factories.labs import make_asset, manager_of, member_of, monday, request_for
from tests.factories.people import make_person
from tests.labs.test_pages import make_manager, text_of

pytestmark = pytest.mark.usefixtures("database")
SignIn = Callable[..., Any]


@pytest.fixture
def asset() -> Asset:
    """In a lab with a booking today's week, a report, a displaced booking, a no-show and a review that is due."""
    made = make_asset(name="Oven", risk_review_on=clock.now().date() + timedelta(days=10))
    actor = manager_of(made.lab)
    for hour in (9, 12, 15):
        services.book_assets(request_for(made, monday(hour)), actor=actor)
    services.block_resource(made.lab_id, None, BlockKind.CLOSURE, span(monday(11), monday(13)), "Strike", actor=actor)
    services.report_problem(made.id, "Hot", actor=member_of(made.lab))
    late = db.session.scalars(sa.select(Booking).where(Booking.during.contains(monday(15)))).one()
    late.status, late.ended_at = BookingStatus.NO_SHOW, clock.now()
    db.session.commit()
    return made


def test_m23_counts_are_since_the_last_visit(asset: Asset) -> None:
    now, next_week = clock.now(), monday(0, weeks=2)
    found = since_left(asset.lab, now - timedelta(days=1), now, next_week)
    told = (found.failures, found.no_shows, found.displaced, found.new_bookings, found.reviews, found.requests)
    assert told == (1, 1, 1, 3, 1, 0)
    later = since_left(asset.lab, now + timedelta(hours=1), now + timedelta(hours=1), next_week)
    told = (later.failures, later.no_shows, later.displaced, later.new_bookings, later.reviews, later.requests)
    assert told == (1, 0, 0, 0, 1, 0)  # what is open stands until somebody acts


def test_m23_reload_is_the_same_visit_and_the_next_day_another(asset: Asset) -> None:
    person = make_person().id
    now = clock.now()
    first = services.note_visit(asset.lab_id, person, now)
    again = services.note_visit(asset.lab_id, person, now + timedelta(minutes=20))
    next_day = services.note_visit(asset.lab_id, person, now + timedelta(days=1))
    assert (first, again, next_day) == (now - timedelta(days=7), now - timedelta(days=7), now + timedelta(minutes=20))


def test_m23_desk_opens_with_it_for_those_who_run_the_lab_only(
    client: FlaskClient, sign_in: SignIn, asset: Asset
) -> None:
    sign_in(client, make_manager(asset.lab))
    page = client.get("/desk").get_data(as_text=True)
    lines = ("Open problems: 1", "Bookings that gave way: 1", "Bookings to which nobody came: 1", "Risk reviews due")
    assert [line in text_of(page) for line in lines] == [True] * 4
    assert [f'href="/desk/{name}?lab={asset.lab.slug}"' in page for name in ("problems", "blocks")] == [True, True]
    organisation = db.session.get_one(Organisation, asset.lab.organisation_id)
    member = make_person("Ada Rossi", organisation, email="ada@lift.example")
    db.session.commit()
    sign_in(client, member)
    assert "Since you left" not in client.get("/desk").get_data(as_text=True)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(DeskVisit)) == 1
