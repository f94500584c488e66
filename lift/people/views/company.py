"""My company: profile, size, people, cards. For its owners only; for strangers it does not exist."""

from __future__ import annotations

from uuid import UUID

from flask import flash, make_response, redirect, render_template, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from lift.core.errors import LiftError, NotFound, Problem, require_found
from lift.people import card_print, forms, policy, queries, services
from lift.people.enums import SizeClass
from lift.people.texts import LINK_KINDS, ROLE_MEANINGS, ROLES, SIZES, VAT_STATES
from lift.people.views.blueprint import bp
from lift.people.views.ways import full_link
from lift.web.current import current_actor
from lift.web.guard import signed_in
from lift.web.i18n import gettext as _
from lift.web.i18n import language, say

Page = str | Response | tuple[str, int]
NEW_CARD = "new_card"  # cookie key: the card that was just issued, so that its page can be printed again


def company_page(status: int = 200, problems: tuple[Problem, ...] = (), **shown: object) -> tuple[str, int]:
    """The page; ``shown`` replaces the empty forms by those that came back."""
    actor = current_actor()
    company = services.owned_company(actor, actor.organisation_id)
    organisation = company.organisation
    context: dict[str, object] = {
        "company": company,
        "organisation": organisation,
        "people": queries.colleagues(organisation.id),
        "history": queries.size_history(organisation.id),
        "thresholds": policy.THRESHOLDS,
        "sizes": SIZES,
        "roles": ROLES,
        "role_meanings": ROLE_MEANINGS,
        "profile_form": forms.ProfileForm(
            None, city=organisation.city, website=organisation.website, contact_email=company.contact_email
        ),
        "ties": queries.links_of(organisation.id),
        "vat_states": VAT_STATES,
        "link_kinds": LINK_KINDS,
        "vat_form": forms.VatForm(None, vat_number=company.vat_number),
        "link_form": forms.LinkForm(None),
        "size_form": forms.SizeForm(None, heads=company.heads),
        "employee_form": forms.EmployeeForm(None, language=language()),
        "problems": problems,
        **shown,
    }
    return render_template("people/my_company.html", **context), status


@bp.get("/my-company")
@signed_in
def my_company() -> Page:
    """The acting company, for its owner."""
    return company_page()


@bp.post("/my-company/profile")
@signed_in
def change_profile() -> Page:
    """Where the firm is found, who gets its mail."""
    form, actor = forms.ProfileForm(), current_actor()
    if not form.validate_on_submit():
        return company_page(422, profile_form=form)
    services.change_profile(
        actor,
        require_found(actor.organisation_id),
        contact_email=form.contact_email.data,
        website=form.website.data,
        city=form.city.data or "",
    )
    flash(_("The profile is saved."), "done")
    return redirect(url_for("people.my_company"))


@bp.post("/my-company/size")
@signed_in
def declare_size() -> Page:
    """A dated declaration of size."""
    form, actor = forms.SizeForm(), current_actor()
    if not form.validate_on_submit():
        return company_page(422, size_form=form)
    answers = policy.SizeAnswers(
        int(form.heads.data or 0), float(form.turnover_meur.data or 0), float(form.balance_meur.data or 0)
    )
    found: SizeClass = services.declare_size(actor, require_found(actor.organisation_id), answers)
    flash(_("Saved: by the European rule you are a %(size)s.", size=say(SIZES[found])), "done")
    return redirect(url_for("people.my_company", _anchor="size"))


@bp.post("/my-company/people")
@signed_in
def add_employee() -> Page:
    """A name and a language make an employee."""
    form, actor = forms.EmployeeForm(), current_actor()
    if not form.validate_on_submit():
        return company_page(422, employee_form=form)
    new = services.NewEmployee(form.name.data or "", form.language.data, form.email.data or None)
    try:
        link = full_link("people.new_password")
        person = services.add_employee(actor, require_found(actor.organisation_id), new, link)
    except LiftError as refused:
        if not refused.problems or refused.status == 403:
            raise
        return company_page(refused.status, refused.problems, employee_form=form)
    flash(
        _("%(name)s belongs to your company now. Print a card, or enrol them in a session.", name=person.name), "done"
    )
    return redirect(url_for("people.my_company", _anchor="people"))


@bp.post("/my-company/people/<uuid:person_id>/end")
@signed_in
def end_membership(person_id: UUID) -> Page:
    """The person leaves the company."""
    actor = current_actor()
    try:
        services.end_membership(actor, require_found(actor.organisation_id), person_id)
    except LiftError as refused:
        if refused.status != 409:
            raise
        return company_page(409, refused.problems)
    flash(_("The membership has ended. Certificates stay with the person."), "done")
    return redirect(url_for("people.my_company", _anchor="people"))


@bp.post("/my-company/people/<uuid:person_id>/card")
@signed_in
def print_card(person_id: UUID) -> Response:
    """A new card; the old one is dead."""
    actor = current_actor()
    card = services.issue_card(actor, require_found(actor.organisation_id), person_id)
    cookie[NEW_CARD] = {"person": str(person_id), "code": card.code}
    return redirect(url_for("people.show_card", person_id=person_id))


@bp.get("/my-company/people/<uuid:person_id>/card")
@signed_in
def show_card(person_id: UUID) -> Response:
    """The card just issued, to be printed; its code is shown this once."""
    paper = fresh_card(person_id)
    page = make_response(render_template("people/show_card.html", card=paper))
    page.headers["Cache-Control"] = "no-store"
    return page


@bp.get("/my-company/people/<uuid:person_id>/card.pdf")
@signed_in
def card_pdf(person_id: UUID) -> Response:
    """The same as PDF, the size of a bank card."""
    paper = fresh_card(person_id)
    answer = make_response(card_print.pdf(paper))
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers["Content-Disposition"] = 'attachment; filename="lift-card.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def fresh_card(person_id: UUID) -> card_print.PaperCard:
    """What goes onto the paper; NotFound once another card was issued or the sign-in ended."""
    actor = current_actor()
    person = services.employee_of(actor, require_found(actor.organisation_id), person_id)
    kept = cookie.get(NEW_CARD)
    if not kept or kept["person"] != str(person_id) or not queries.is_live_code(person_id, kept["code"]):
        raise NotFound
    company = services.owned_company(actor, actor.organisation_id).organisation.name
    return card_print.paper_card(person.name, company, kept["code"], person.language)


@bp.post("/my-company/people/<uuid:person_id>/card/revoke")
@signed_in
def revoke_card(person_id: UUID) -> Response:
    """The card opens nothing any more."""
    actor = current_actor()
    services.revoke_card(actor, require_found(actor.organisation_id), person_id)
    flash(_("The card does not work any more."), "done")
    return redirect(url_for("people.my_company", _anchor="people"))


@bp.post("/my-company/people/<uuid:person_id>/owner")
@signed_in
def make_owner(person_id: UUID) -> Response:
    """Somebody else of the company becomes owner or HR too."""
    actor = current_actor()
    services.make_owner(actor, require_found(actor.organisation_id), person_id)
    flash(_("They may now do here what you may do."), "done")
    return redirect(url_for("people.my_company", _anchor="people"))
