"""Certificates: issued once per learner and session, printed, checked by anybody, revocable at once (L6, E19)."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import segno
import sqlalchemy as sa
from babel.dates import format_date

from config import ROOT
from lift.content.models import ModuleVersion
from lift.core import audit, clock, events, files
from lift.core.actor import SYSTEM, Actor
from lift.core.db import db, transaction
from lift.core.errors import Conflict, Problem, require, require_found
from lift.core.i18n import Text, in_language, pick
from lift.core.ids import public_code
from lift.core.later import Later
from lift.core.locks import lock_rows
from lift.people.models import Organisation, Person
from lift.training import queries, texts
from lift.training.models import Answer, Certificate, PilotSession, StepProgress
from lift.training.permissions import can_revoke_certificate

if TYPE_CHECKING:
    import typst
else:
    typst = Later("typst")

ISSUED = "training.certificate_issued"
TEMPLATE = Path(__file__).parents[1] / "certificate" / "certificate.typ"
MARK = ROOT / "static" / "src" / "icons" / "lift.svg"


def issue_certificate(person_id: UUID, session_id: UUID, *, check_url: str, now: datetime) -> Certificate | None:
    """Issue the one certificate of a learner in a session whose required steps are all done; again is the same one.

    ``check_url``: address of the public check, to which the code is added. None when something is still open, or when
    the person was erased.
    """
    with transaction() as session:
        row = require_found(session.get(PilotSession, session_id))
        person = session.get(Person, person_id, with_for_update={"key_share": True})
        found = queries.certificate_of(person_id, session_id)
        if found is not None or person is None or person.erased_at is not None:
            return found
        standing = queries.standing_of(person_id, row.version_id)
        if not standing.complete or queries.seat_of(person_id, session_id) is None:
            return None
        certificate = _written(person, row, standing.version, check_url, now)
        audit.record(
            SYSTEM, "training.issue_certificate", "certificate", certificate.id, after={"number": certificate.number}
        )
        events.announce(ISSUED, certificate_id=certificate.id)
        return certificate


def revoke_certificate(certificate_id: UUID, *, actor: Actor, reason: str) -> Certificate:
    """Revoke it; the public check says so from now on. Raises Conflict the second time."""
    with transaction():
        row = require_found(next(iter(lock_rows(Certificate, [certificate_id])), None))
        session = db.session.get_one(PilotSession, row.session_id)
        require(can_revoke_certificate(actor, session), Problem("E19", Text(texts.NO_REVOKE), owner="training"))
        if row.revoked_at is not None:
            raise Conflict(Problem("E19", Text(texts.REVOKED_ALREADY), owner="training"))
        row.revoked_at, row.revoked_reason = clock.now(), reason
        audit.record(actor, "training.revoke_certificate", "certificate", row.id, reason=reason)
        return row


def _written(
    person: Person, session: PilotSession, version: ModuleVersion, check_url: str, now: datetime
) -> Certificate:
    serial = db.session.scalar(sa.text("SELECT nextval(pg_get_serial_sequence('certificate', 'serial'))"))
    language = person.language if person.language in version.languages else version.languages[0]
    row = Certificate(
        serial=serial, code=public_code(), number=f"LIFT-{now.year}-{serial:06}", person_id=person.id,
        version_id=version.id, session_id=session.id, language=language, issued_at=now,
        minutes_attended=minutes_attended(person.id, session, now), content={},
    )  # fmt: skip
    row.content = printed(row, person, session, version, f"{check_url}/{row.code}")
    pdf = to_pdf(row.content)
    row.file_id = files.put(pdf, name=f"{row.number}.pdf", media_type="application/pdf").id
    db.session.add(row)
    db.session.flush()
    return row


def minutes_attended(person_id: UUID, session: PilotSession, now: datetime) -> int:
    """Minutes of the session's parts between the learner's first step or answer in them and now, begun minutes whole."""
    started = sa.select(sa.func.min(StepProgress.started_at)).filter_by(
        person_id=person_id, version_id=session.version_id, session_id=session.id
    )
    answered = sa.select(sa.func.min(Answer.answered_at)).where(
        Answer.person_id == person_id, Answer.version_id == session.version_id, Answer.answered_at >= session.starts_at
    )
    signs = [at for at in (db.session.scalar(started), db.session.scalar(answered)) if at is not None]
    if not signs:
        return 0
    spans = [min(p.ends_at, now) - max(p.starts_at, min(signs)) for p in session.parts]
    seconds = sum((max(span, timedelta()) for span in spans), timedelta()).total_seconds()
    return int(-(-seconds // 60))


def printed(
    row: Certificate, person: Person, session: PilotSession, version: ModuleVersion, url: str
) -> dict[str, Any]:
    """Everything that stands on the page, in its language."""
    language = row.language
    issuer = db.session.get_one(Organisation, session.organisation_id)
    words = {key: in_language(Text(msgid), language) for key, msgid in texts.CERTIFICATE.items()}
    day = format_date(row.issued_at.date(), "d MMMM yyyy", locale=language)
    group = queries.group_of(version)
    hours = in_language(Text(texts.HOURS, {"n": f"{row.minutes_attended / 60:.1f}".removesuffix(".0")}), language)
    facts = [
        [
            words["held"],
            f"{format_date(session.starts_at.date(), 'd MMMM yyyy', locale=language)}, {pick(session.place, language)}".rstrip(
                ", "
            ),
        ],
        [words["hours"], hours],
        [words["group"], pick(group.title if group else {}, language)],
        [words["proof"], words["proof_text"]],
    ]
    return {
        "title": f"{words['heading']}: {pick(version.title, language)}", "language": language, "name": person.name,
        "module": pick(version.title, language), "number": row.number, "issuer": issuer.name, "check_url": url,
        "version": in_language(Text(texts.VERSION_LINE, {"n": version.number, "minutes": version.minutes}), language),
        "date": [row.issued_at.year, row.issued_at.month, row.issued_at.day],
        "place_and_day": f"{issuer.city}, {day}".lstrip(", "), "facts": facts, "texts": words,
        "skills": [_skill(skill, language) for skill in version.skills],
    }  # fmt: skip


def _skill(skill: dict[str, Any], language: str) -> dict[str, str]:
    label = skill.get("label", "")
    words = pick(label, language) if isinstance(label, dict) else str(label)
    level = in_language(Text(texts.LEVELS.get(skill.get("level", ""), "")), language) if skill.get("level") else ""
    return {"label": words or skill.get("uri", ""), "level": level}


def to_pdf(content: dict[str, Any]) -> bytes:
    """The page as PDF/A-2b with alternative texts. Data goes in as JSON; no text of the page is built from it."""
    data = {**content, "qr": qr_svg(content["check_url"]), "mark": MARK.read_text(encoding="utf-8")}
    made = typst.compile(
        TEMPLATE.read_bytes(), sys_inputs={"data": json.dumps(data)}, ignore_system_fonts=True, pdf_standards=["a-2b"],
        format="pdf",
    )  # fmt: skip
    return bytes(made)


def qr_svg(url: str) -> str:
    """The QR code of the public check."""
    out = io.BytesIO()
    segno.make(url, error="m").save(out, kind="svg", border=2, xmldecl=False, dark="#14213D", light="#FFFFFF")
    return out.getvalue().decode()
