"""A company's places in a session and what can be done with each; an employee's own request; the accountant's figure."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lift.core.errors import NotFound, require_found
from lift.training import queries
from lift.training import services as verbs
from lift.training.enums import AidAnswer, EnrolmentStatus
from lift.training.forms import AidForm
from lift.training.permissions import can_enrol_for
from lift.training.views.blueprint import bp
from lift.training.views.enrol import acting_company
from lift.training.views.sessions import row_of
from lift.web.current import current_actor
from lift.web.guard import signed_in
from lift.web.i18n import gettext as _


@bp.get("/sessions/<code>/places")
@signed_in
def places(code: str) -> str:
    """What the company has in this session: seats, and places in the queue with how many stand ahead."""
    return _page(code, AidForm(formdata=None))


def _page(code: str, form: AidForm) -> str:
    company = acting_company()
    card = require_found(queries.session_card(code, queries.firm_of(company)))
    session = require_found(queries.enrollable_session(card.id))
    people = [c.person for c in queries.company_people(session, company) if c.free]
    return render_template("training/places.html", card=card, row=row_of(card), people=people, form=form,
                           places=queries.session_places(card.id, company), Status=EnrolmentStatus, Aid=AidAnswer,
                           asks_aid=session.list_price_cents > session.partner_price_cents)  # fmt: skip


@bp.post("/places/<uuid:enrolment_id>/withdraw")
@signed_in
def withdraw(enrolment_id: UUID) -> Response:
    """Give a place up."""
    gone = verbs.withdraw(enrolment_id, actor=current_actor())
    late = gone.status is EnrolmentStatus.WITHDRAWN_LATE
    flash(_("The place is given up. It was after the free days, so the lab may charge it.") if late
          else _("The place is given up. It costs nothing."), "done")  # fmt: skip
    return redirect(_after(gone.session.code))


@bp.post("/places/<uuid:enrolment_id>/accept")
@signed_in
def accept(enrolment_id: UUID) -> Response:
    """Say yes to an offered seat."""
    taken = verbs.accept_offer(enrolment_id, actor=current_actor())
    flash(_("The seat is yours."), "done")
    return redirect(_after(taken.session.code))


@bp.post("/places/<uuid:enrolment_id>/decline")
@signed_in
def decline(enrolment_id: UUID) -> Response:
    """Say no to an offered seat."""
    row = verbs.decline_offer(enrolment_id, actor=current_actor())
    gone = row.status is EnrolmentStatus.DECLINED
    flash(_("The seat goes to the next in line. It was the second no, so the place in the queue ends.") if gone
          else _("The seat goes to the next in line; the place in the queue stays. A second no ends it."), "done")  # fmt: skip
    return redirect(_after(row.session.code))


@bp.post("/places/<uuid:enrolment_id>/yes")
@signed_in
def say_yes(enrolment_id: UUID) -> Response | tuple[str, int]:
    """The company's yes to an employee's request."""
    place = require_found(queries.place_of(enrolment_id, acting_company()))
    form = AidForm()
    if place.session.list_price_cents == place.session.partner_price_cents:
        form.ask_no_aid()
    if not form.validate_on_submit():
        return _page(place.session.code, form), 422
    verbs.say_yes(enrolment_id, actor=current_actor(), aid=form.answer, declared=form.told_cents)
    flash(_("The seat is confirmed."), "done")
    return redirect(_after(place.session.code))


@bp.post("/places/<uuid:enrolment_id>/no")
@signed_in
def say_no(enrolment_id: UUID) -> Response:
    """The company's no."""
    row = verbs.say_no(enrolment_id, actor=current_actor(), reason=request.form.get("reason", "")[:500])
    flash(_("The seat is given back, and your colleague is told."), "done")
    return redirect(_after(row.session.code))


@bp.post("/places/<uuid:enrolment_id>/name")
@signed_in
def name_seat(enrolment_id: UUID) -> Response:
    """Put a name to a nameless seat."""
    named = verbs.name_seat(enrolment_id, _person(), actor=current_actor())
    flash(_("The seat has a name now."), "done")
    return redirect(_after(named.session.code))


@bp.post("/places/<uuid:enrolment_id>/substitute")
@signed_in
def substitute(enrolment_id: UUID) -> Response:
    """Somebody else comes."""
    row = verbs.substitute(enrolment_id, _person(), actor=current_actor())
    flash(_("The seat has another name now; price and number stay."), "done")
    return redirect(_after(row.session.code))


@bp.post("/places/<uuid:enrolment_id>/aid")
@signed_in
def answer_aid(enrolment_id: UUID) -> Response | tuple[str, int]:
    """The figure that the accountant told."""
    place = require_found(queries.place_of(enrolment_id, acting_company()))
    form = AidForm()
    form.aid.data = AidAnswer.WITH_AID.value
    if not form.validate() or form.told_cents is None:
        return _page(place.session.code, form), 422
    verbs.answer_aid(enrolment_id, form.told_cents, actor=current_actor())
    flash(_("Thank you; the public support of this seat is settled."), "done")
    return redirect(_after(place.session.code))


@bp.post("/sessions/<code>/ask")
@signed_in
def ask_for_seat(code: str) -> Response:
    """An employee asks for a seat of their own."""
    card = require_found(queries.session_card(code))
    row = verbs.ask_for_seat(card.id, actor=current_actor(), code=request.form.get("code", "")[:40])
    waits = row.status is EnrolmentStatus.WAITING
    flash(_("You are on the waiting list. Your company is asked when a seat is free.") if waits
          else _("A seat is kept for you. Your company has two working days to say yes."), "done")  # fmt: skip
    return redirect(url_for("training.my"))


def _person() -> UUID:
    try:
        return UUID(request.form.get("person", ""))
    except ValueError as error:
        raise NotFound from error


def _after(code: str) -> str:
    """Owners see the company's places, learners their own page."""
    actor = current_actor()
    owner = actor.organisation_id is not None and can_enrol_for(actor, actor.organisation_id)
    return url_for("training.places", code=code) if owner else url_for("training.my")
