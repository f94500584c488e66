"""My company: its VAT number and the firms it is tied to."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from lift.core.errors import Conflict, Invalid, require_found
from lift.people import forms, services
from lift.people.enums import LinkKind
from lift.people.views.blueprint import bp
from lift.people.views.company import Page, company_page
from lift.web.current import current_actor
from lift.web.guard import signed_in
from lift.web.i18n import gettext as _


@bp.post("/my-company/vat")
@signed_in
def declare_vat_number() -> Page:
    """The number that tells firms apart."""
    form, actor = forms.VatForm(), current_actor()
    if not form.validate_on_submit():
        return company_page(422, vat_form=form)
    try:
        services.declare_vat_number(actor, require_found(actor.organisation_id), form.vat_number.data or "")
    except (Invalid, Conflict) as refused:
        return company_page(refused.status, refused.problems, vat_form=form)
    flash(_("The VAT number is saved. It is not yet checked in the register; you can go on."), "done")
    return redirect(url_for("people.my_company", _anchor="vat"))


@bp.post("/my-company/links")
@signed_in
def declare_link() -> Page:
    """Another firm that counts when the size is told."""
    form, actor = forms.LinkForm(), current_actor()
    if not form.validate_on_submit():
        return company_page(422, link_form=form)
    name, number = form.link_name.data or "", form.link_vat_number.data or ""
    try:
        services.declare_link(actor, require_found(actor.organisation_id), LinkKind(form.kind.data), name, number)
    except (Invalid, Conflict) as refused:
        return company_page(refused.status, refused.problems, link_form=form)
    flash(_("Saved. Count its people and money in when you declare your size."), "done")
    return redirect(url_for("people.my_company", _anchor="links"))


@bp.post("/my-company/links/<uuid:link_id>/end")
@signed_in
def end_link(link_id: UUID) -> Response:
    """The tie is no more."""
    actor = current_actor()
    services.end_link(actor, require_found(actor.organisation_id), link_id)
    flash(_("The declaration has ended today. It stays in the history."), "done")
    return redirect(url_for("people.my_company", _anchor="links"))
