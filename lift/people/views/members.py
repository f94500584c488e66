"""Members and roles: of a company for its owner or HR, of a partner for its administrator; network roles for coordinators."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lift.core.actor import Grant, Role, Scope
from lift.core.errors import LiftError, Problem, require_found
from lift.people import forms, permissions, policy, queries, services, texts
from lift.people.enums import OrganisationKind
from lift.people.models import Organisation
from lift.people.views.blueprint import bp
from lift.people.views.ways import cursor, full_link
from lift.web.current import current_actor
from lift.web.guard import signed_in
from lift.web.i18n import gettext as _
from lift.web.limits import limiter

PAGE = 50
Page = str | Response | tuple[str, int]


def here() -> Organisation:
    """The acting organisation, for who looks after its people."""
    actor = current_actor()
    return services.managed(actor, require_found(actor.organisation_id))


def grant_here(organisation: Organisation, role: str) -> Grant:
    """A role in the acting organisation."""
    scope = Scope.COMPANY if organisation.kind == OrganisationKind.COMPANY else Scope.PARTNER
    return Grant(Role(role), scope, organisation.id)


def members_page(status: int = 200, problems: tuple[Problem, ...] = (), **shown: object) -> tuple[str, int]:
    """The page; ``shown`` replaces the empty forms by those that came back."""
    organisation, actor = here(), current_actor()
    after = cursor(request.args.get("after", ""))
    rows = queries.members(organisation.id, after, PAGE)
    roles = policy.may_give(actor, grant_here(organisation, Role.LEARNER).scope, organisation.id)
    context: dict[str, object] = {
        "organisation": organisation,
        "members": rows[:PAGE],
        "following": rows[PAGE - 1].person.id if len(rows) > PAGE else None,
        "may_end": lambda held: not policy.end_problems(actor, Grant(held.role, held.scope, held.scope_id)),
        "invitations": queries.open_invitations(organisation.id),
        "requests": queries.join_requests_to(organisation.id),
        "roles": texts.ROLES,
        "scopes": texts.SCOPES,
        "invite_form": forms.InviteForm(roles, None),
        "role_form": forms.GiveRoleForm(names(rows), roles, None),
        "network": network_part(rows) if permissions.decides_for_network(actor) else None,
        "problems": problems,
        **shown,
    }
    return render_template("people/members.html", **context), status


def names(rows: list[queries.Member]) -> list[tuple[str, str]]:
    """Ids and names for a choice."""
    return [(str(row.person.id), row.person.name) for row in rows[:PAGE]]


def network_part(rows: list[queries.Member]) -> dict[str, object]:
    """What coordinators see besides."""
    form = forms.GiveRoleForm(names(rows), list(texts.NETWORK_ROLES), None, prefix="network")
    return {"form": form, "proposals": queries.open_proposals(), "me": current_actor().person_id}


@bp.get("/members")
@signed_in
def members() -> Page:
    """Who belongs here and may do what."""
    return members_page()


@bp.post("/members/invitations")
@signed_in
@limiter.limit("60 per hour")
def invite() -> Page:
    """Mail an invitation."""
    organisation, actor = here(), current_actor()
    roles = policy.may_give(actor, grant_here(organisation, Role.LEARNER).scope, organisation.id)
    form = forms.InviteForm(roles)
    if not form.validate_on_submit():
        return members_page(422, invite_form=form)
    try:
        grant = grant_here(organisation, form.role.data)
        services.invite(actor, organisation.id, form.email.data or "", grant, full_link("people.invitation"))
    except LiftError as refused:
        return members_page(refused.status, refused.problems, invite_form=form)
    flash(_("The invitation is on its way. It works once, for 14 days."), "done")
    return redirect(url_for("people.members", _anchor="invitations"))


@bp.post("/members/invitations/<uuid:invitation_id>/revoke")
@signed_in
def revoke_invitation(invitation_id: UUID) -> Response:
    """The link opens nothing any more."""
    services.revoke_invitation(current_actor(), invitation_id)
    flash(_("The invitation does not work any more."), "done")
    return redirect(url_for("people.members", _anchor="invitations"))


@bp.post("/members/roles")
@signed_in
def give_role() -> Page:
    """Give a role to somebody who is here."""
    organisation, actor = here(), current_actor()
    roles = policy.may_give(actor, grant_here(organisation, Role.LEARNER).scope, organisation.id)
    form = forms.GiveRoleForm([(str(i), str(i)) for i in queries.member_ids(organisation.id)], roles)
    if not form.validate_on_submit():
        return members_page(422, role_form=form)
    person_id, grant = UUID(form.person_id.data), grant_here(organisation, form.role.data)
    try:
        services.grant_role(
            actor, person_id, organisation.id, grant.role, grant.scope, grant.scope_id, reason=form.reason.data or ""
        )
    except LiftError as refused:
        return members_page(refused.status, refused.problems)
    flash(_("The role is given. It counts while the person acts for this organisation."), "done")
    return redirect(url_for("people.members"))


@bp.post("/members/roles/<uuid:grant_id>/end")
@signed_in
def end_role(grant_id: UUID) -> Page:
    """The role ends at once."""
    try:
        services.end_role(current_actor(), grant_id)
    except LiftError as refused:
        if refused.status != 409:
            raise
        return members_page(409, refused.problems)
    flash(_("The role has ended."), "done")
    return redirect(url_for("people.members"))


@bp.post("/members/requests/<uuid:request_id>/<any(accept,refuse):answer>")
@signed_in
def answer_request(request_id: UUID, answer: str) -> Page:
    """Yes or no to somebody who asks to belong here."""
    try:
        services.answer_join_request(current_actor(), request_id, accept=answer == "accept")
    except LiftError as refused:
        if refused.status != 409:
            raise
        return members_page(409, refused.problems)
    flash(_("They belong to you now.") if answer == "accept" else _("The request is refused."), "done")
    return redirect(url_for("people.members"))


@bp.post("/members/network-roles")
@signed_in
def propose_network_role() -> Page:
    """The first of two coordinators."""
    organisation, actor = here(), current_actor()
    people = [(str(i), str(i)) for i in queries.member_ids(organisation.id)]
    form = forms.GiveRoleForm(people, list(texts.NETWORK_ROLES), prefix="network")
    if not form.validate_on_submit():
        return members_page(422)
    try:
        services.propose_network_role(
            actor, UUID(form.person_id.data), organisation.id, Role(form.role.data), form.reason.data or ""
        )
    except LiftError as refused:
        return members_page(refused.status, refused.problems)
    flash(_("Proposed. Another coordinator has to agree."), "done")
    return redirect(url_for("people.members", _anchor="network"))


@bp.post("/members/network-roles/<uuid:proposal_id>/<any(agree,drop):answer>")
@signed_in
def answer_proposal(proposal_id: UUID, answer: str) -> Page:
    """The second coordinator, or the end of a proposal."""
    act = services.second_network_role if answer == "agree" else services.drop_proposal
    try:
        act(current_actor(), proposal_id)
    except LiftError as refused:
        if refused.status == 404:
            raise
        return members_page(refused.status, refused.problems)
    flash(_("The role is given.") if answer == "agree" else _("The proposal is dropped."), "done")
    return redirect(url_for("people.members", _anchor="network"))
