"""Blocks of a lab: what stands, a new one with a look at whose bookings give way, and another time for one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from lift.core import clock
from lift.core.db import Instants
from lift.core.errors import LiftError, Problem, Refused, require, require_found
from lift.core.i18n import Text
from lift.labs import queries, services, texts
from lift.labs.enums import BlockKind
from lift.labs.forms import ALL_LABS, BlockForm, BlockTimeForm
from lift.labs.models import Block, Booking, Lab
from lift.labs.permissions import can_run_lab
from lift.labs.policy.spans import ends, length, span
from lift.labs.policy.wallclock import local_day
from lift.labs.queries import blocks as found
from lift.labs.queries.blocks import Hit, Place
from lift.labs.views import shown
from lift.labs.views.blueprint import bp
from lift.labs.views.desk import Page, chosen_day, desk_lab, labs_of
from lift.web.current import current_actor
from lift.web.guard import signed_in
from lift.web.i18n import gettext as _
from lift.web.i18n import ngettext


@bp.get("/desk/blocks")
@signed_in
def blocks() -> Page:
    """Blocks that stand or lie ahead, each with another time and an end."""
    lab = run_by_reader(desk_lab(current_actor()))
    rows = found.standing_blocks(lab, clock.now())
    return render_template("labs/blocks.html", lab=lab, rows=rows, shown=shown, words=texts, mine=run_labs())


@bp.route("/desk/block", methods=["GET", "POST"])
@signed_in
def block() -> Page:
    """Take time away. Where bookings would give way, they are shown first; the second press does it."""
    lab = run_by_reader(desk_lab(current_actor()))
    form = BlockForm()
    form.offer(lab.assets, all_labs=len(run_labs()) > 1)
    if not form.validate_on_submit():
        return block_page(lab, form, 422 if form.is_submitted() else 200)
    try:
        during = span(*form.instants(lab.zone))
        hits = found.impact(places_of(form, lab), during)
        if not all_seen(form, hits):
            return block_page(lab, form, 200, hits=hits)
        kind, reason = BlockKind(form.kind.data), form.reason.data or ""
        _rows, gone = services.block_places(places_of(form, lab), kind, during, reason, actor=current_actor())
    except Refused as refused:
        return block_page(lab, form, 409, refused.problems)
    return told_blocked(lab, during, gone)


@bp.route("/desk/blocks/<uuid:block_id>", methods=["GET", "POST"])
@signed_in
def change_block(block_id: UUID) -> Page:
    """Another time for a block, with the same look first."""
    row, lab = block_of_reader(block_id)
    form = time_form(row, lab)
    if not form.validate_on_submit():
        return change_page(row, lab, form, 422 if form.is_submitted() else 200)
    try:
        during = span(*form.instants(lab.zone))
        hits = found.impact([(lab.id, row.resource_id)], during)
        if not all_seen(form, hits):
            return change_page(row, lab, form, 200, hits=hits)
        _row, gone = services.change_block(block_id, during, actor=current_actor())
    except LiftError as refused:
        return change_page(row, lab, form, refused.status, refused.problems)
    return told_blocked(lab, during, gone)


@bp.post("/desk/blocks/<uuid:block_id>/remove")
@signed_in
def remove_block(block_id: UUID) -> Page:
    """The time is free again; who gave way may have it back."""
    _row, lab = block_of_reader(block_id)
    services.remove_block(block_id, actor=current_actor())
    flash(_("The block is gone. Those who gave way are offered their old time for a day; whoever is first has it."))
    return redirect(url_for("labs.blocks", lab=lab.slug))


def run_by_reader(lab: Lab) -> Lab:
    """The lab, or 403 for people who do not run it."""
    may = Problem("R2", Text(texts.MAY_NOT_RUN, {"lab": lab.name}), owner=lab.name)
    require(can_run_lab(current_actor(), lab), may)
    return lab


def run_labs() -> list[Lab]:
    """The labs that the reader runs."""
    actor = current_actor()
    return [lab for lab in labs_of(actor) if can_run_lab(actor, lab)]


def block_of_reader(block_id: UUID) -> tuple[Block, Lab]:
    """The block with its lab: 404 unknown or of a lab where the reader has no desk, 403 without running it."""
    row = require_found(found.block_by_id(block_id))
    lab = next((lab for lab in labs_of(current_actor()) if lab.id == row.lab_id), None)
    return row, run_by_reader(require_found(lab))


def places_of(form: BlockForm, lab: Lab) -> list[Place]:
    """What the form names: one asset, the lab, or every lab that the reader runs."""
    if form.asset.data == ALL_LABS:
        return [(each.id, None) for each in run_labs()]
    asset = next((asset for asset in lab.assets if asset.key == form.asset.data), None)
    return [(lab.id, queries.resource_of_asset(asset.id).id if asset else None)]


def all_seen(form: BlockForm | BlockTimeForm, hits: Sequence[Hit]) -> bool:
    """True when the preview has shown every booking that would give way now; otherwise it is put into the form."""
    codes = {hit.code for hit in hits}
    if codes <= set((form.seen.data or "").split()):
        return True
    form.seen.data = " ".join(sorted(codes))
    return False


def time_form(row: Block, lab: Lab) -> BlockTimeForm:
    """The form, filled with the block's time when it was not sent."""
    form = BlockTimeForm()
    minutes = int(length(row.during) / timedelta(minutes=1))
    form.offer_block_lengths(also=[minutes])
    if not form.is_submitted():
        form.show(ends(row.during)[0], minutes, lab.zone)
    return form


def told_blocked(lab: Lab, during: Instants, gone: Sequence[Booking]) -> Response:
    """Back to the day of the block."""
    if gone:
        said = ngettext(
            "Blocked. %(num)s booking gave way; its people are told why, with other times.",
            "Blocked. %(num)s bookings gave way; their people are told why, with other times.",
            len(gone),
        )
        flash(said)
    else:
        flash(_("Blocked. No booking was in the way."))
    return redirect(url_for("labs.desk", lab=lab.slug, day=local_day(ends(during)[0], lab.zone).isoformat()))


def block_page(lab: Lab, form: BlockForm, status: int, problems: Any = (), hits: Sequence[Hit] = ()) -> tuple[str, int]:
    """The page of a new block."""
    if not form.is_submitted():
        form.day.data = chosen_day(lab)
    page = render_template("labs/block.html", lab=lab, row=None, form=form, problems=problems, hits=hits, shown=shown)
    return page, status


def change_page(
    row: Block, lab: Lab, form: BlockTimeForm, status: int, problems: Any = (), hits: Sequence[Hit] = ()
) -> tuple[str, int]:
    """The page of a block that stands."""
    page = render_template("labs/block.html", lab=lab, row=row, form=form, problems=problems, hits=hits, shown=shown)
    return page, status
