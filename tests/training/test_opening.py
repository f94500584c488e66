"""Opening a session claims everything it needs, or nothing happens."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from lift.content.enums import VersionState
from lift.core import clock
from lift.core.actor import SYSTEM, Actor, Role, Scope
from lift.core.db import db
from lift.core.errors import Conflict, Forbidden, Refused
from lift.labs.models import Asset, Booking, Claim
from lift.people.models import Organisation, Person
from lift.training.enums import EnrolmentStatus, SessionMode, SessionStatus
from lift.training.models import Enrolment, PilotSession, SessionTrainer
from lift.training.policy import EnrolRequest
from lift.training.services import enrolment, sessions
from lift.training.services.sessions import PartDraft, PoolDraft, SessionDraft
from tests.factories.content import make_version
from tests.factories.labs import make_asset, make_lab
from tests.factories.people import actor_for, give_role, make_company, make_owner, make_person

pytestmark = pytest.mark.usefixtures("database")


class Host:
    """A lab open day and night with one asset, its manager and a trainer."""

    def __init__(self) -> None:
        self.lab = make_lab()
        self.asset: Asset = make_asset(self.lab)
        owner = db.session.get_one(Organisation, self.lab.organisation_id)
        self.manager: Person = make_person("Mara Gestora", owner)
        give_role(self.manager, owner, Role.LAB_MANAGER, Scope.LAB, self.lab.id)
        self.trainer: Person = make_person("Tea Docente", owner)
        self.actor: Actor = actor_for(self.manager, owner)
        self.version = make_version()
        db.session.commit()

    def draft(self, day: int = 3) -> SessionDraft:
        start = (clock.now() + timedelta(days=day)).replace(hour=9, minute=0, second=0, microsecond=0)
        parts = tuple(
            PartDraft(start + timedelta(days=n), start + timedelta(days=n, hours=4), SessionMode.ON_SITE)
            for n in (0, 1)
        )
        return SessionDraft(
            version_id=self.version.id, lab_id=self.lab.id, parts=parts, pools=(PoolDraft(5),), mode=SessionMode.ON_SITE,
            asset_ids=(self.asset.id,), trainer_ids=(self.trainer.id,), room_names=("Room 1",), language="en",
        )  # fmt: skip


def claims(session: PilotSession) -> int:
    query = sa.select(sa.func.count()).select_from(Claim).join(Booking).where(Booking.session_id == session.id)
    return db.session.scalar(query) or 0


def test_x1_opening_claims_asset_room_and_trainer_for_every_part() -> None:
    host = Host()
    session = sessions.open_session(host.draft(), actor=host.actor)
    assert (session.status, session.total_minutes, session.capacity) == (SessionStatus.OPEN, 480, 5)
    assert claims(session) == 6
    assert db.session.scalars(sa.select(SessionTrainer.person_id)).one() == host.trainer.id


def test_x1_a_trainer_who_is_taken_leaves_nothing_behind() -> None:
    host = Host()
    first = sessions.open_session(host.draft(), actor=host.actor)
    other = make_asset(host.lab)
    db.session.commit()
    with pytest.raises(Refused) as refused:
        sessions.open_session(replace(host.draft(), asset_ids=(other.id,), room_names=()), actor=host.actor)
    assert [p.rule for p in refused.value.problems] == ["B12"]
    assert list(db.session.scalars(sa.select(PilotSession.id))) == [first.id]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Booking)) == 1


def test_opening_tells_all_problems_at_once() -> None:
    host = Host()
    draft = host.draft()
    backwards = PartDraft(draft.parts[0].ends_at, draft.parts[0].starts_at, SessionMode.REMOTE)
    version = make_version(state=VersionState.DRAFT)
    db.session.commit()
    with pytest.raises(Refused) as refused:
        sessions.open_session(replace(draft, parts=(backwards,), pools=(), version_id=version.id), actor=host.actor)
    assert [p.rule for p in refused.value.problems] == ["A7", "B1", "E1", "E4"]


def test_r2_only_the_people_of_the_lab_open_its_sessions() -> None:
    host = Host()
    with pytest.raises(Forbidden):
        sessions.open_session(host.draft(), actor=actor_for(host.trainer))


def test_clock_moves_sessions_by_state_and_twice_is_once() -> None:
    host = Host()
    session = sessions.open_session(host.draft(), actor=SYSTEM)
    begun, over = session.starts_at + timedelta(minutes=1), session.ends_at
    moved = [sessions.follow_clock(now) for now in (session.starts_at - timedelta(1), begun, begun, over, over)]
    db.session.refresh(session)
    assert (moved, session.status) == ([0, 1, 0, 1, 0], SessionStatus.OVER)


def test_e16_cancelling_gives_everything_back_and_ends_every_place_once() -> None:
    host, company = Host(), make_company()
    owner = make_owner(company)
    session = sessions.open_session(host.draft(), actor=host.actor)
    enrolment.enrol(session.id, EnrolRequest((), 6), actor=actor_for(owner, company))
    sessions.cancel_session(session.id, actor=host.actor, reason="The machine is away.")
    assert claims(session) == 0
    assert set(db.session.scalars(sa.select(Enrolment.status))) == {EnrolmentStatus.SESSION_CANCELLED}
    with pytest.raises(Conflict):
        sessions.cancel_session(session.id, actor=host.actor, reason="again")
