"""The lab desk: a day by asset, and booking a free hour of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lift.core import clock
from lift.core.actor import Actor, Role, Scope
from lift.core.errors import Forbidden, Problem, Refused, require, require_found
from lift.core.i18n import Text
from lift.labs import queries, services, texts
from lift.labs.enums import Purpose
from lift.labs.forms import FIRST_YEAR, LAST_YEAR, BookForm, instant_of
from lift.labs.models import Booking, Lab
from lift.labs.permissions import can_run_lab, can_see_desk
from lift.labs.policy.wallclock import local_day
from lift.labs.queries import feeds
from lift.labs.views import shown
from lift.labs.views.blueprint import bp
from lift.labs.views.since import told_since
from lift.web.current import current_actor
from lift.web.guard import signed_in
from lift.web.i18n import gettext as _

Page = str | Response | tuple[str, int]
USUAL_MINUTES = 60
MORNING = time(8)


@bp.get("/desk")
@signed_in
def desk() -> Page:
    """The day of a lab; ``?lab=&day=`` choose, ``?asset=&start=&minutes=`` fill the form."""
    lab = desk_lab(current_actor())
    form = BookForm(formdata=None)
    form.offer(lab.assets)
    fill(form, lab)
    return desk_page(lab, chosen_day(lab), form)


@bp.post("/desk/book")
@signed_in
def book() -> Page:
    """Book; a refusal comes back to the form with the nearest free starts."""
    actor = current_actor()
    lab = desk_lab(actor)
    form = BookForm()
    form.offer(lab.assets)
    if not form.validate_on_submit():
        return desk_page(lab, chosen_day(lab), form, status=422)
    try:
        booking = services.book_assets(asked(form, lab, actor), actor=actor)
    except Refused as refused:
        return desk_page(lab, form.wall()[0], form, problems=refused.problems, status=409)
    return told(booking, _("Booked: %(when)s.", when=shown.between(booking.during, lab.zone)), "labs.cancel")


def desk_lab(actor: Actor) -> Lab:
    """The lab that the address names, or the actor's first. 404 unknown, 403 for people who do not work there."""
    slug = request.values.get("lab", "")
    if not slug:
        mine = labs_of(actor)
        if not mine:
            raise Forbidden(Problem("R2", texts.NO_DESK, owner="labs"))
        return mine[0]
    lab = require_found(queries.lab_by_slug(slug))
    problem = Problem("R2", Text(texts.MAY_NOT_SEE_DESK, {"lab": lab.name}), owner=lab.name)
    require(can_see_desk(actor, lab), problem)
    return lab


def labs_of(actor: Actor) -> Sequence[Lab]:
    """The labs that the actor runs or works in; asked once per request."""
    if "labs_of" not in g:
        g.labs_of = queries.labs_of(actor.organisation_id, actor.scope_ids(Role.LAB_MANAGER, Scope.LAB))
    found: Sequence[Lab] = g.labs_of
    return found


def chosen_day(lab: Lab) -> date:
    """The day in the address or form; today by the lab's calendar when it names none that a calendar can show."""
    try:
        day = date.fromisoformat(request.values.get("day", ""))
    except ValueError:
        day = date.min
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else local_day(clock.now(), lab.zone)


def fill(form: BookForm, lab: Lab) -> None:
    """What a press on a free hour of the timeline chose."""
    form.asset.data = request.args.get("asset") or (lab.assets[0].key if lab.assets else None)
    start = instant_of(request.args.get("start"))
    if start is not None:
        form.show(start, USUAL_MINUTES, lab.zone)
    else:
        form.day.data = chosen_day(lab)
    wanted = request.args.get("minutes", USUAL_MINUTES, type=int)
    form.minutes.data = wanted if wanted in form.lengths else next(iter(form.lengths), None)


def start_where_free(form: BookForm, found: queries.Day) -> None:
    """A form without a start begins at the first free one of its asset, by day if there is one."""
    slots = [s for row in found.rows if row.asset and row.asset.key == form.asset.data for s in row.slots]
    starts = [slot.start.astimezone(ZoneInfo(found.lab.zone)).time() for slot in slots]
    by_day = [start for start in starts if start >= MORNING] or starts
    if form.start.data is None and by_day and not form.errors:
        form.start.data = by_day[0]


def asked(form: BookForm, lab: Lab, actor: Actor) -> services.BookingRequest:
    """The request that the form describes. Raises Refused for a time that the lab's clock does not show once."""
    start, end = form.instants(lab.zone)
    asset = next(asset for asset in lab.assets if asset.key == form.asset.data)
    return services.BookingRequest(
        (asset.id,),
        start,
        end,
        Purpose(form.purpose.data),
        form.title.data or "",
        holder_id=form.holder(actor.person_id),
    )


def desk_page(lab: Lab, day: date, form: BookForm, *, problems: Any = (), status: int = 200) -> tuple[str, int]:
    """The page."""
    now = clock.now()
    found = queries.lab_day(lab, day, now, all_hours="whole" in request.args)
    actor = current_actor()
    runs = can_run_lab(actor, lab)
    since, changes = told_since(lab, actor, now) if runs else (now, [])
    start_where_free(form, found)
    page = render_template(
        "labs/desk.html",
        lab=lab,
        found=found,
        day=day,
        today=local_day(now, lab.zone),
        earlier=day - timedelta(days=1),
        later=day + timedelta(days=1),
        timeline=shown.timeline_of(found, now, form.minutes.data or USUAL_MINUTES, choose=True),
        mine=labs_of(actor),
        runs=runs,
        alarms=feeds.alarms(lab.id, now) if runs else [],
        clashes=feeds.clashes(lab, now) if runs else [],
        since=since,
        changes=changes,
        form=form,
        problems=shown.without_ways(problems),
        starts=shown.offered_starts(problems),
        shown=shown,
        words=texts,
        now=now,
    )
    return page, status


def told(booking: Booking, sentence: str, undo: str, **values: Any) -> Response:
    """Back to the day of the booking, with a quiet line and its undo."""
    line: Any = {"text": sentence, "undo_url": url_for(undo, code=booking.code, **values)}
    flash(line)
    start = booking.during.lower or clock.now()
    day = local_day(start, booking.lab.zone).isoformat()
    return redirect(url_for("labs.desk", lab=booking.lab.slug, day=day))
