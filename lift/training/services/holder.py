"""What training holds of a person, for leavers, exports and erasure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lift.core import clock, files, retention
from lift.core.actor import SYSTEM, Actor
from lift.core.db import db, transaction
from lift.core.i18n import pick
from lift.core.registry import Holder, Holding
from lift.training import queries
from lift.training.models import Answer, Certificate, CheckAnswer, Enrolment, Feedback, HelpRequest, StepProgress
from lift.training.services.places import withdraw

LEFT = "The person who held it has left the organisation."
NOT_WANTED = "The person it was issued to did not want it to stand any longer."


def holdings(person_id: UUID) -> list[Holding]:
    """Places in sessions that lie ahead."""
    mine = queries.my_training(person_id, clock.now())
    return [
        Holding("enrolment", str(m.enrolment.id), pick(m.card.title, "en"), m.card.ends_at.isoformat())
        for m in mine.coming
    ]


def release(person_id: UUID, organisation_id: UUID | None) -> None:
    """Give places that lie ahead back; who follows is enrolled by the company. The person's certificates stay theirs."""
    coming = queries.my_training(person_id, clock.now()).coming
    for m in (m for m in coming if organisation_id in (None, m.enrolment.organisation_id)):
        withdraw(m.enrolment.id, actor=_owner_of(m.enrolment), reason=LEFT)


def _owner_of(enrolment: Enrolment) -> Actor:
    return Actor(enrolment.person_id, None, enrolment.organisation_id, name=SYSTEM.name, is_system=True)


def personal_data(person_id: UUID) -> dict[str, Any]:
    """Places, answers, help, certificates."""

    def rows(model: Any, *names: str) -> list[dict[str, Any]]:
        found = db.session.scalars(sa.select(model).where(model.person_id == person_id).order_by(model.id))
        return [{name: _plain(getattr(row, name)) for name in names} for row in found]

    return {
        "places": rows(Enrolment, "session_id", "status", "price_cents", "created_at"),
        "steps": rows(StepProgress, "step_key", "state", "started_at", "done_at"),
        "answers": rows(Answer, "step_key", "typed", "correct", "answered_at"),
        "help": rows(HelpRequest, "step_key", "sentence", "asked_at"),
        "checks": rows(CheckAnswer, "question", "at_exit", "typed", "correct", "answered_at"),
        "feedback": rows(Feedback, "marks", "sentence", "given_at"),
        "certificates": rows(Certificate, "number", "code", "issued_at", "content"),
    }


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | dict | None) else str(value)


def erase(person_id: UUID) -> None:
    """What the person typed, sent or holds as paper goes; counts, aid records and the fact of a certificate stay."""
    with transaction() as session:
        theirs = queries.files_of_person(person_id)
        typed = sa.update(Answer).where(Answer.person_id == person_id).values(typed="", read_as={})
        asked = sa.update(HelpRequest).where(HelpRequest.person_id == person_id).values(sentence="", context={})
        printed = sa.update(Certificate).where(Certificate.person_id == person_id)
        gone = printed.values(file_id=None, content=Certificate.content.op("-")("name"))
        checked = sa.update(CheckAnswer).where(CheckAnswer.person_id == person_id).values(typed="")
        said = sa.update(Feedback).where(Feedback.person_id == person_id).values(sentence="")
        for statement in (typed, asked, gone, checked, said):
            session.execute(statement.execution_options(synchronize_session=False))
        files.forget(theirs)


def revoke(person_id: UUID) -> int:
    """The person wants no certificate to stand after they are gone; the public check says revoked from now on."""
    standing = sa.update(Certificate).where(Certificate.person_id == person_id, Certificate.revoked_at.is_(None))
    ended = standing.values(revoked_at=clock.now(), revoked_reason=NOT_WANTED).returning(Certificate.id)
    with transaction() as session:
        return len(session.scalars(ended.execution_options(synchronize_session=False)).all())


HOLDER = Holder(
    holdings=holdings,
    release=release,
    personal_data=personal_data,
    erase=erase,
    files=queries.files_of_person,
    revoke=revoke,
)


def _forget_help(before: datetime) -> int:
    return retention.delete_where(sa.delete(HelpRequest).where(HelpRequest.asked_at < before))


retention.keep(
    retention.DataClass(
        "help requests",
        timedelta(days=365),
        "delete",
        "Trainers and authors learn from them for a year; then nobody needs who asked what.",
        _forget_help,
    )
)
