"""The host's sessions board: go or no-go, seats of a pool, and the figures for its accounting; the company's team view."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response as Plain
from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lift.core import clock
from lift.core.actor import Role, Scope
from lift.core.errors import LiftError, Problem, require_found
from lift.training import queries
from lift.training import services as verbs
from lift.training.enums import EnrolmentStatus
from lift.training.forms import CancelForm, PoolSizeForm
from lift.training.queries.board import PAGE, board_rows
from lift.training.queries.places import TEAM_PAGE
from lift.training.views.blueprint import bp
from lift.training.views.enrol import acting_company
from lift.web.current import current_actor
from lift.web.guard import role_needed, signed_in
from lift.web.i18n import gettext as _

Page = str | Response | tuple[str, int]
HOSTS = (Role.PARTNER_ADMIN, Role.LAB_MANAGER)


@bp.get("/sessions/board")
@role_needed(*HOSTS)
def board() -> str:
    """Sessions of the acting host that are not over."""
    return _board(CancelForm(formdata=None))


@bp.post("/sessions/<uuid:session_id>/go")
@role_needed(*HOSTS)
def decide_go(session_id: UUID) -> Response:
    """It takes place."""
    row = verbs.decide_go(session_id, actor=current_actor())
    flash(_("%(code)s takes place.", code=row.code), "done")
    return redirect(url_for("training.board"))


@bp.post("/sessions/<uuid:session_id>/cancel")
@role_needed(*HOSTS)
def cancel_session(session_id: UUID) -> Page:
    """It does not take place; everybody is told once."""
    form = CancelForm()
    if not form.validate():
        return _board(form), 422
    row = verbs.decide_cancel(session_id, actor=current_actor(), reason=form.reason.data or "")
    flash(_("%(code)s is cancelled. Everything it held is free again, and everybody is told.", code=row.code), "done")
    return redirect(url_for("training.board"))


@bp.post("/pools/<uuid:pool_id>/size")
@role_needed(*HOSTS)
def resize_pool(pool_id: UUID) -> Page:
    """More or fewer seats."""
    form = PoolSizeForm()
    if not form.validate():
        return _board(form), 422
    try:
        verbs.resize_pool(pool_id, form.size.data or 0, actor=current_actor())
    except LiftError as refused:
        if refused.status in (403, 404):
            raise
        return _board(form, refused.problems), refused.status
    flash(_("The number of seats is changed; who waits is asked first."), "done")
    return redirect(url_for("training.board"))


@bp.get("/sessions/accounting.csv")
@role_needed(Role.PARTNER_ADMIN)
def accounting() -> Plain:
    """Places of the last 12 and the next 12 months for the host's own accounting; no name of a person leaves."""
    now, year = clock.now(), timedelta(days=365)
    host = require_found(current_actor().organisation_id)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_("Code"), _("First day"), _("Company"), _("VAT number"), _("Country"), _("Place"), _("State"),
                     _("List price, EUR"), _("Voucher"), _("Voucher, EUR"), _("Public aid, EUR"), _("To pay, EUR")])  # fmt: skip
    writer.writerows(_line(line) for line in queries.account_lines(host, now - year, now + year))
    return Plain(out.getvalue(), mimetype="text/csv; charset=utf-8",
                 headers={"Content-Disposition": "attachment; filename=accounting.csv"})  # fmt: skip


@bp.get("/my-company/team")
@signed_in
def team() -> str:
    """Who is enrolled, has attended, is certified; answers and marks stay the learner's own (S10)."""
    number = _page_asked()
    places = queries.team_places(acting_company(), number)
    more = len(places) > TEAM_PAGE
    return render_template(
        "training/team.html", places=places[:TEAM_PAGE], page=number, more=more, Status=EnrolmentStatus
    )


def _page_asked() -> int:
    """The number in the address; the first page for what is no number."""
    asked = request.args.get("page", "1")
    return max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1


def _board(form: CancelForm | PoolSizeForm, problems: tuple[Problem, ...] = ()) -> str:
    number = _page_asked()
    actor = current_actor()
    host = require_found(actor.organisation_id)
    labs = None if actor.has(Role.PARTNER_ADMIN, Scope.PARTNER, host) else actor.scope_ids(Role.LAB_MANAGER, Scope.LAB)
    rows = board_rows(host, labs, clock.now(), number)
    more: dict[str, Any] = {"page": number, "more": len(rows) > PAGE, "accounts": labs is None}
    return render_template("training/board.html", rows=rows[:PAGE], form=form, problems=problems, **more)


def _line(line: queries.AccountLine) -> list[object]:
    row = line.enrolment
    listed = row.price_cents + row.aid_cents + row.voucher_cents
    return [line.session.code, line.session.starts_at.date().isoformat(), _cell(line.company), line.vat_number,
            line.country, row.ticket, row.status.value, listed / 100, _cell(line.voucher), row.voucher_cents / 100,
            row.aid_cents / 100, row.price_cents / 100]  # fmt: skip


def _cell(text: str) -> str:
    """A spreadsheet reads what begins like a formula as one."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
