"""Sessions, places of one's own company, and the public check of a certificate under /api/v1."""

from __future__ import annotations

from uuid import UUID

from flask import url_for

from lift.core.errors import Problem, require, require_found
from lift.core.i18n import Text
from lift.training import queries, services, texts
from lift.training.permissions import can_enrol_for
from lift.training.queries import SessionCard, SessionFilters
from lift.training.schemas import (
    CertificateOut,
    EnrolmentIn,
    EnrolmentList,
    EnrolmentOut,
    SessionOut,
    SessionPage,
)
from lift.web.api import PageQuery, api_blueprint, cut, decode_cursor, scoped
from lift.web.current import current_actor
from lift.web.guard import public
from lift.web.idempotency import idempotent
from lift.web.limits import limiter

bp = api_blueprint("training", __name__)


@bp.get("/sessions")
@scoped("sessions:read")
@bp.input(PageQuery, location="query")
@bp.output(SessionPage)
def sessions(query_data: PageQuery) -> SessionPage:
    """Published sessions that are still to come, soonest first."""
    firm = queries.firm_of(current_actor().organisation_id)
    cards = queries.session_catalogue(SessionFilters(), firm).cards
    after = decode_cursor(query_data.cursor)
    place = next((n + 1 for n, card in enumerate(cards) if card.id == after), 0)
    page, following = cut(cards[place : place + query_data.limit + 1], query_data.limit, lambda card: card.id)
    return SessionPage(items=[SessionOut.of(card) for card in page], next=following)


@bp.get("/sessions/<uuid:session_id>")
@scoped("sessions:read")
@bp.output(SessionOut)
def session(session_id: UUID) -> SessionOut:
    """One published session, past ones too."""
    return SessionOut.of(published(session_id))


@bp.get("/sessions/<uuid:session_id>/enrolments")
@scoped("enrolments:read")
@bp.output(EnrolmentList)
def enrolments(session_id: UUID) -> EnrolmentList:
    """Live places of the acting company in the session."""
    found = queries.session_places(published(session_id).id, company())
    return EnrolmentList(items=[EnrolmentOut.of(place.enrolment, place.ahead) for place in found])


@bp.post("/sessions/<uuid:session_id>/enrolments")
@scoped("enrolments:write")
@idempotent
@bp.input(EnrolmentIn)
@bp.output(EnrolmentList, status_code=201)
def enrol(session_id: UUID, json_data: EnrolmentIn) -> tuple[EnrolmentList, int, dict[str, str]]:
    """Enrol people and nameless seats as one act: free seats are taken, the rest waits, unless all or none was asked."""
    done = services.enrol(session_id, json_data.request(), actor=current_actor())
    rows = [*((row, 0) for row in done.seated), *done.waiting]
    where = url_for("training_api.enrolments", session_id=session_id)
    return EnrolmentList(items=[EnrolmentOut.of(row, ahead) for row, ahead in rows]), 201, {"Location": where}


@bp.delete("/enrolments/<uuid:enrolment_id>")
@scoped("enrolments:write")
@bp.output(EnrolmentOut)
def withdraw(enrolment_id: UUID) -> EnrolmentOut:
    """Give a place up; the answer says whether that was in time."""
    return EnrolmentOut.of(services.withdraw(enrolment_id, actor=current_actor()), 0)


@bp.get("/certificates/<code>")
@public
@limiter.limit("10 per minute", deduct_when=lambda response: response.status_code == 404)
@bp.output(CertificateOut)
def certificate(code: str) -> CertificateOut:
    """The public check: valid or revoked, initials and title. Ten wrong codes a minute, then 429."""
    return CertificateOut.of(require_found(queries.checked_certificate(code)))


def published(session_id: UUID) -> SessionCard:
    """The session, or 404."""
    firm = queries.firm_of(current_actor().organisation_id)
    return require_found(queries.published_card(session_id, firm))


def company() -> UUID:
    """The acting company, for those who may enrol its people."""
    actor = current_actor()
    allowed = actor.organisation_id is not None and can_enrol_for(actor, actor.organisation_id)
    require(allowed, Problem("R2", Text(texts.NOT_YOURS), owner="people"))
    return require_found(actor.organisation_id)
