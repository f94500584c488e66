"""Calendars: private addresses for one's own program, what they give, and the outside calendars of a lab."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Response, current_app, flash, redirect, render_template, request, url_for

from lift.core import clock
from lift.core.errors import Invalid, Problem, Refused, require, require_found
from lift.core.i18n import Text
from lift.labs import queries, texts
from lift.labs.enums import FeedOf
from lift.labs.forms.calendar import AddressForm, OutsideForm
from lift.labs.models import BusyFeed, CalendarFeed, Lab
from lift.labs.permissions import can_run_lab, can_see_desk
from lift.labs.policy.ics import calendar_of
from lift.labs.queries import feeds as found
from lift.labs.services import feeds as verbs
from lift.labs.texts.calendar import failure_text
from lift.labs.views.blueprint import bp
from lift.labs.views.desk import Page, labs_of
from lift.people.queries import actor_of
from lift.web.current import current_actor
from lift.web.guard import public, signed_in
from lift.web.i18n import gettext as _
from lift.web.i18n import localtime, say


@bp.get("/calendar/<token>.ics")
@public
def calendar(token: str) -> Response:
    """What a calendar program reads; the token is the key, and its owner's rights are asked each time."""
    feed = require_found(found.feed_by_token(token))
    require_found(feed if still_allowed(feed) else None)
    now = clock.now()
    entries = [
        found.entry_of(row, summary_of(row), outside_url("labs.booking", code=row.booking.code))
        for row in found.bookings_in_feed(feed, now)
    ]
    body = calendar_of(name_of(feed), entries, now)
    return Response(body, mimetype="text/calendar", headers={"Cache-Control": "private, no-store"})


@bp.get("/calendars")
@signed_in
def calendars() -> Page:
    """One's addresses; with ``?lab=`` the outside calendars of that lab for the people who run it."""
    return calendars_page(chosen_lab(), address_form(), outside_form(chosen_lab()))


@bp.post("/calendars")
@signed_in
def give_address() -> Page:
    """A new address. It is shown once: only its hash is kept."""
    form = address_form(posted=True)
    if not form.validate_on_submit():
        return calendars_page(chosen_lab(), form, outside_form(chosen_lab()), status=422)
    of, thing_id = asked(form.what.data)
    token = verbs.give_address(of, thing_id, actor=current_actor())
    address = outside_url("labs.calendar", token=token)
    return calendars_page(chosen_lab(), form, outside_form(chosen_lab()), address=address)


@bp.post("/calendars/<uuid:feed_id>/revoke")
@signed_in
def revoke_address(feed_id: UUID) -> Page:
    """The address works no more."""
    verbs.revoke_address(feed_id, actor=current_actor())
    flash(_("The address works no more. Programs that still ask for it get nothing."))
    return redirect(url_for("labs.calendars"))


@bp.post("/desk/calendars")
@signed_in
def name_calendar() -> Page:
    """Add an outside calendar."""
    lab = run_lab()
    form = outside_form(lab, posted=True)
    if form is None or not form.validate_on_submit():
        return calendars_page(lab, address_form(), form, status=422)
    asset = next((asset for asset in lab.assets if asset.key == form.asset.data), None)
    try:
        verbs.name_calendar(
            lab.id, asset.id if asset else None, form.name.data or "", form.url.data or "", actor=current_actor()
        )
    except Invalid as invalid:
        show_problems(form, invalid.problems)
        return calendars_page(lab, address_form(), form, status=422)
    flash(_("Added. It is being read now, and again every 15 minutes."))
    return redirect(url_for("labs.calendars", lab=lab.slug))


@bp.post("/desk/calendars/<uuid:feed_id>/<any(again, empty, remove):act>")
@signed_in
def change_calendar(feed_id: UUID, act: str) -> Page:
    """Read it now, take it as rightly empty, or remove it."""
    feed = require_found(found.busy_feed(feed_id))
    say_done = {
        "again": _("It is being read now. Reload in a moment."),
        "empty": _("Taken: the calendar is empty, and its time is free again."),
        "remove": _("Removed. The time that it kept busy is free again."),
    }
    change = {"again": verbs.read_again, "empty": verbs.is_empty, "remove": verbs.remove_calendar}[act]
    try:
        change(feed_id, actor=current_actor())
    except Refused as refused:
        flash(say(refused.problems[0].text))
        return redirect(url_for("labs.calendars", lab=feed.lab.slug))
    flash(say_done[act])
    return redirect(url_for("labs.calendars", lab=feed.lab.slug))


def outside_url(endpoint: str, **values: Any) -> str:
    """An address as other programs use it."""
    return str(current_app.config["LIFT"].public_url) + url_for(endpoint, **values)


def show_problems(form: OutsideForm, problems: Iterable[Problem]) -> None:
    """What the verb said, at its fields."""
    for problem in problems:
        field = form[problem.field]
        field.errors = [*field.errors, say(problem.text)]


def still_allowed(feed: CalendarFeed) -> bool:
    """Whether the owner may still see what the address shows: acting for the same organisation as when it was made."""
    owner = actor_of(feed.owner_id, feed.organisation_id)
    if owner.person_id is None or feed.of == FeedOf.PERSON:
        return owner.person_id is not None
    lab = feed.asset.lab if feed.asset else feed.lab
    return lab is not None and owner.organisation_id == feed.organisation_id and can_see_desk(owner, lab)


def name_of(feed: CalendarFeed) -> str:
    """What the calendar is called in the program."""
    thing = feed.asset or feed.lab
    return f"LIFT: {thing.name}" if thing else str(_("LIFT: my bookings"))


def summary_of(row: found.Row) -> str:
    """What was booked, and for whom."""
    title = row.booking.title or say(texts.PURPOSES[row.booking.purpose])
    return f"{title} ({row.who})"


def asked(what: str) -> tuple[FeedOf, UUID | None]:
    """The choice of the form as kind and id."""
    kind, _colon, name = what.partition(":")
    if kind == FeedOf.LAB:
        return FeedOf.LAB, require_found(queries.lab_by_slug(name)).id
    if kind == FeedOf.ASSET:
        return FeedOf.ASSET, require_found(queries.asset_by_key(name)).id
    return FeedOf.PERSON, None


def chosen_lab() -> Lab | None:
    """The lab in the address, where the reader runs it; otherwise the first one that the reader runs."""
    mine = [lab for lab in labs_of(current_actor()) if can_run_lab(current_actor(), lab)]
    slug = request.values.get("lab", "")
    return next((lab for lab in mine if lab.slug == slug), None if slug else next(iter(mine), None))


def run_lab() -> Lab:
    """The lab that the form names. 404 unknown, 403 for people who do not run it."""
    lab = require_found(queries.lab_by_slug(request.values.get("lab", "")))
    said = Text(texts.MAY_NOT_RUN, {"lab": lab.name})
    require(can_run_lab(current_actor(), lab), Problem("R2", said, owner=lab.name))
    return lab


def address_form(*, posted: bool = False) -> AddressForm:
    """The form with what the reader may subscribe to."""
    form = AddressForm() if posted else AddressForm(formdata=None)
    form.offer(labs_of(current_actor()))
    return form


def outside_form(lab: Lab | None, *, posted: bool = False) -> OutsideForm | None:
    """The form with the assets of the lab."""
    if lab is None:
        return None
    form = OutsideForm() if posted else OutsideForm(formdata=None)
    form.offer(lab.assets)
    return form


def calendars_page(
    lab: Lab | None, form: AddressForm, outside: OutsideForm | None, *, status: int = 200, address: str = ""
) -> tuple[str, int]:
    """The page."""
    now = clock.now()
    actor = current_actor()
    mine = found.feeds_of(actor.person_id) if actor.person_id else []
    page = render_template(
        "labs/calendars.html",
        form=form,
        outside=outside,
        address=address,
        mine=[(feed, name_of(feed)) for feed in mine],
        lab=lab,
        labs=[each for each in labs_of(actor) if can_run_lab(actor, each)],
        busy=[shown_busy(feed, now) for feed in found.busy_feeds(lab.id)] if lab else [],
    )
    return page, status


def shown_busy(feed: BusyFeed, now: datetime) -> dict[str, Any]:
    """A line of the table; of the address only its host leaves the database."""
    zone = feed.lab.zone
    failing = localtime(feed.failing_since, zone) if feed.failing_since else ""
    return {
        "id": feed.id,
        "name": feed.name,
        "host": urlsplit(feed.url).hostname,
        "what": feed.asset.name if feed.asset else feed.lab.name,
        "age": age_words(feed.read_at, now),
        "read": localtime(feed.read_at, zone) if feed.read_at else "",
        "failing": failing,
        "why": say(failure_text(feed.failure)) if feed.failure else "",
        "empty": feed.failure == "empty",
    }


def age_words(read_at: datetime | None, now: datetime) -> str:
    """ "read 4 minutes ago"."""
    if read_at is None:
        return str(_("not read yet"))
    minutes = int((now - read_at) / timedelta(minutes=1))
    if minutes < 1:
        return str(_("read just now"))
    if minutes == 1:
        return str(_("read a minute ago"))
    if minutes < 120:
        return str(_("read %(n)s minutes ago", n=minutes))
    return str(_("read %(n)s hours ago", n=minutes // 60))
