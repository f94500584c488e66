"""T3, M7: trainers of a session that loses its machine are told why, once; nobody else's booking concerns them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from lift.core.actor import SYSTEM
from lift.core.db import db
from lift.core.models import MailMessage
from lift.labs import services as labs
from lift.labs.enums import BlockKind
from lift.labs.policy.spans import span
from lift.training.models import SessionTrainer
from tests.factories.labs import make_asset, monday, request_for
from tests.factories.people import make_person
from tests.factories.training import make_session
from workers import training as worker

pytestmark = pytest.mark.usefixtures("database")


def test_t3_trainer_reads_that_the_lab_took_the_machine_back() -> None:
    asset = make_asset()
    session = make_session(lab=asset.lab, starts_at=monday(9))
    trainer = make_person("Gio Formatore", email="trainer@lift.example")
    db.session.add(SessionTrainer(session_id=session.id, person_id=trainer.id))
    db.session.commit()
    bundle = labs.SessionBundle((asset.id,), (span(monday(9), monday(13)),))
    held = labs.book_for_session(bundle, session.id, organisation_id=session.organisation_id, title="OEE", actor=SYSTEM)
    other = labs.book_assets(request_for(asset, monday(14)), actor=SYSTEM)
    during = span(monday(8), monday(18))
    labs.block_resource(asset.lab_id, None, BlockKind.FAILURE, during, "Spindle broke", actor=SYSTEM)
    for booking_id in (held.id, held.id, other.id):
        worker.tell_displaced(str(booking_id))
    told = db.session.scalars(sa.select(MailMessage).filter_by(kind="training.lost")).one()
    wanted = ("Spindle broke", f"/sessions/{session.code}", "Move the session or cancel it")
    assert (told.recipient, [part in told.body for part in wanted]) == ("trainer@lift.example", [True] * 3)
