"""Remarks on passages: written, answered, settled, opened again."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from lift.content import queries, services
from lift.content.forms import RemarkForm, whole_number
from lift.content.models import ModuleVersion
from lift.content.views.blueprint import bp
from lift.content.views.review import Page, kept_view, review_page
from lift.content.views.shown import chosen_language, told, version_for
from lift.core.errors import LiftError, NotFound
from lift.web.current import current_actor
from lift.web.guard import signed_in
from lift.web.i18n import gettext as _


@bp.post("/modules/<slug>/v<int:number>/remarks")
@signed_in
def remark(slug: str, number: int) -> Page:
    """A remark on words of a step."""
    version, form = version_for(slug, number), RemarkForm()
    if not form.validate_on_submit():
        return review_page(version, remark=form, status=422, at="remark")
    language = chosen_language(version, request.form.get("in"))
    try:
        services.comment_passage(
            version.id, request.form.get("step", ""), language, form.quote.data or "", form.text.data or "",
            actor=current_actor(), must_fix=bool(form.must_fix.data),
            at=whole_number(form.at.data),
        )  # fmt: skip
    except LiftError as refused:
        return review_page(version, remark=form, at="remark", **told(refused))
    flash(_("Your remark stands beside its passage."), "done")
    return _back(version)


@bp.post("/modules/<slug>/v<int:number>/remarks/<uuid:remark_id>/answer")
@signed_in
def answer_remark(slug: str, number: int, remark_id: UUID) -> Page:
    """A word back."""
    version = _version_with(slug, number, remark_id)
    try:
        services.answer_comment(remark_id, request.form.get("text", "")[:4000], actor=current_actor())
    except LiftError as refused:
        return review_page(version, at="remark", **told(refused))
    return _back(version)


@bp.post("/modules/<slug>/v<int:number>/remarks/<uuid:remark_id>/<any(settle,open):act>")
@signed_in
def settle_remark(slug: str, number: int, remark_id: UUID, act: str) -> Page:
    """Settled, or open again."""
    version = _version_with(slug, number, remark_id)
    services.settle_comment(remark_id, act == "settle", actor=current_actor())
    return _back(version)


def _version_with(slug: str, number: int, remark_id: UUID) -> ModuleVersion:
    """The version, if its module has the remark; else 404."""
    version = version_for(slug, number)
    if remark_id not in {r.comment.id for r in queries.remarks_of(version.module_id)}:
        raise NotFound
    return version


def _back(version: ModuleVersion) -> Answer:
    address = url_for(
        "content.review", slug=version.module.slug, number=version.number, **kept_view(), _anchor="remarks"
    )
    return redirect(address, 303)
