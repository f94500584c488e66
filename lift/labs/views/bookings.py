"""One booking: look, move, cancel, undo."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from lift.core import clock
from lift.core.errors import Problem, Refused, require_found
from lift.labs import queries, services, texts
from lift.labs.enums import BookingStatus
from lift.labs.forms import CancelForm, MoveForm, instant_of
from lift.labs.models import Asset, Booking
from lift.labs.permissions import can_change_booking, can_see_booking
from lift.labs.policy.spans import ends, length
from lift.labs.policy.wallclock import local_day
from lift.labs.texts import blocks
from lift.labs.views import shown
from lift.labs.views.blueprint import bp
from lift.labs.views.desk import Page, told
from lift.web.current import current_actor
from lift.web.guard import signed_in
from lift.web.i18n import gettext as _


@bp.get("/bookings/<code>")
@signed_in
def booking(code: str) -> Page:
    """The booking with what can be done about it."""
    row = visible(code)
    return booking_page(row, move_form(row, filled=True), CancelForm(formdata=None))


@bp.post("/bookings/<code>/move")
@signed_in
def move(code: str) -> Page:
    """Another time; refused, the old one stays and the nearest free starts are offered."""
    row = visible(code)
    before = ends(row.during)
    form = move_form(row)
    if not form.validate_on_submit():
        return booking_page(row, form, CancelForm(formdata=None), status=422)
    try:
        moved = services.move_booking(code, *form.instants(row.lab.zone), actor=current_actor())
    except Refused as refused:
        return booking_page(visible(code), form, CancelForm(formdata=None), refused.problems, 409)
    was = {"start": before[0].isoformat(), "end": before[1].isoformat()}
    return told(
        moved, _("Moved to %(when)s.", when=shown.between(moved.during, moved.lab.zone)), "labs.put_back", **was
    )


@bp.post("/bookings/<code>/cancel")
@signed_in
def cancel(code: str) -> Page:
    """Give it back."""
    row = visible(code)
    form = CancelForm()
    if not form.validate_on_submit():
        return booking_page(row, move_form(row, filled=True), form, status=422)
    try:
        gone = services.cancel_booking(code, actor=current_actor(), reason=form.reason.data or "")
    except Refused as refused:
        row = visible(code)
        return booking_page(row, move_form(row, filled=True), form, refused.problems, 409)
    when = shown.between(gone.during, gone.lab.zone)
    return told(gone, _("Cancelled: %(when)s is free again.", when=when), "labs.put_back")


@bp.post("/bookings/<code>/put-back")
@signed_in
def put_back(code: str) -> Page:
    """Undo: a cancelled booking as it was; a moved one (``?start=&end=``) at its old time."""
    row = visible(code)
    try:
        back = undone(row)
    except Refused as refused:
        row = visible(code)
        return booking_page(row, move_form(row, filled=True), CancelForm(formdata=None), refused.problems, 409)
    return told(back, _("As before: %(when)s.", when=shown.between(back.during, back.lab.zone)), "labs.cancel")


@bp.post("/bookings/<code>/other-time")
@signed_in
def other_time(code: str) -> Page:
    """Another time for a booking that the lab took back; 422 without a start, 409 with the nearest free ones."""
    row = visible(code)
    start = instant_of(request.form.get("instead"))
    forms = (move_form(row, filled=True), CancelForm(formdata=None))
    if start is None:
        return booking_page(row, *forms, [Problem("B1", blocks.CHOOSE_A_TIME)], 422)
    try:
        back = services.take_other_time(code, start, actor=current_actor())
    except Refused as refused:
        return booking_page(visible(code), *forms, refused.problems, 409)
    flash(_("It stands again: %(when)s.", when=shown.between(back.during, back.lab.zone)))
    return redirect(url_for("labs.booking", code=code))


def undone(row: Booking) -> Booking:
    """The verb that takes the last change back."""
    start, end = (instant_of(request.args.get(name)) for name in ("start", "end"))
    if start is None or end is None:
        return services.restore_booking(row.code, actor=current_actor())
    return services.move_booking(row.code, start, end, actor=current_actor())


def visible(code: str) -> Booking:
    """The booking, or 404 for whom it is not."""
    row = queries.booking_by_code(code)
    return require_found(row if row and can_see_booking(current_actor(), row) else None)


def move_form(row: Booking, *, filled: bool = False) -> MoveForm:
    """The form with the lengths that its assets allow; ``filled`` with the present time."""
    form = MoveForm(formdata=None) if filled else MoveForm()
    minutes = int(length(row.during) / timedelta(minutes=1))
    form.offer_lengths(assets_of(row), also=[minutes])
    if filled:
        form.show(ends(row.during)[0], minutes, row.lab.zone)
    return form


def assets_of(row: Booking) -> list[Asset]:
    """The assets it holds, or held."""
    held = queries.resources_held(row)
    return list(queries.assets_with_labs([resource.asset_id for resource in held if resource.asset_id]))


def booking_page(
    row: Booking, move: MoveForm, cancel: CancelForm, problems: Any = (), status: int = 200
) -> tuple[str, int]:
    """The page."""
    actor = current_actor()
    begun = ends(row.during)[0] <= clock.now()
    may = can_change_booking(actor, row) and row.session_id is None
    assets = assets_of(row)
    lost = may and row.status == BookingStatus.DISPLACED
    page = render_template(
        "labs/booking.html",
        booking=row,
        lab=row.lab,
        held=queries.resources_held(row),
        names={asset.id: asset.name for asset in assets},
        keys={asset.id: asset.key for asset in assets},
        holder=queries.names_of([row.holder_id]).get(row.holder_id) if row.holder_id else None,
        may_change=may and not begun,
        standing=row.status in services.CHANGEABLE,
        begun=begun,
        lost=lost,
        others=(shown.offered_starts(problems) or services.other_starts(row)) if lost else [],
        own=actor.person_id in (row.holder_id, row.created_by),
        move=move,
        cancel=cancel,
        problems=shown.without_ways(problems),
        starts=shown.offered_starts(problems),
        shown=shown,
        words=texts,
        desk_url=url_for("labs.desk", lab=row.lab.slug, day=local_day(ends(row.during)[0], row.lab.zone).isoformat()),
    )
    return page, status
