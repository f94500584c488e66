"""The space of one working group: outcomes, meetings, requests to take part."""

from __future__ import annotations

from contextlib import closing
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, send_file, url_for
from werkzeug.wrappers import Response as Answer

from lift.content import queries as content
from lift.content import texts as content_texts
from lift.content.permissions import can_author
from lift.core import clock, files
from lift.core.actor import Actor
from lift.core.errors import Invalid, LiftError, NotFound, Problem, require_found
from lift.network import queries, services, texts
from lift.network.enums import GroupStanding, OutcomeKind, OutcomeState
from lift.network.forms import AnswerForm, JoinForm, MeetingForm, OutcomeForm
from lift.network.models import Outcome, WorkingGroup
from lift.network.permissions import can_answer_request, can_ask_to_join, can_lead_group, can_work_in_group
from lift.network.policy import outcome_gaps
from lift.network.views.blueprint import bp
from lift.people import queries as people
from lift.web.current import current_actor
from lift.web.guard import public, signed_in
from lift.web.i18n import gettext as _
from lift.web.i18n import language, localdate, say

Page = str | Answer | tuple[str, int]


def group_page(
    slug: str, *, status: int = 200, problems: tuple[Problem, ...] = (), at: str = "", **forms: Any
) -> str | tuple[str, int]:
    """The whole space; ``forms`` are those that came back, ``at`` names the part that ``problems`` belong to."""
    found = require_found(queries.working_group(slug))
    actor = current_actor()
    inside = can_work_in_group(actor, found.id)
    mine = queries.request_of(found.id, actor.organisation_id) if actor.organisation_id else None
    page = render_template(
        "network/group.html", group=found, basis=say(texts.BASES[found.basis]), members=members_of(found), inside=inside,
        leads=can_lead_group(actor, found.id), writes=can_author(actor, found.id), outcomes=outcome_rows(found),
        modules=content.published_modules(group_id=found.id),
        making=content.reviews_in_the_making(found.id) if inside else [], lead=_lead(found) if inside else [],
        states=content_texts.STATES, tones=content_texts.TONES, decisions=content_texts.DECISIONS,
        lineage=content.lineage_gaps(found.id) if inside else None, waiting=content.average_wait(found.id) if inside else None,
        meetings=[_meeting(m, slug) for m in queries.meetings_of(found.id)] if inside else [],
        requests=_requests(found, actor), mine=mine, request_states=texts.REQUEST_STATES,
        may_ask=_may_ask(found, actor), meeting_form=forms.get("meeting") or _meeting_form(),
        outcome_form=forms.get("outcome") or outcome_form(found), join_form=forms.get("join") or JoinForm(formdata=None),
        answer_form=AnswerForm(formdata=None), problems=problems, at=at,
    )  # fmt: skip
    return (page, status) if status != 200 else page


@bp.get("/groups/<slug>")
@public
def group(slug: str) -> Page:
    """One group; for its people also what is in the making."""
    return group_page(slug)


@bp.post("/groups/<slug>/outcomes")
@signed_in
def propose_outcome(slug: str) -> Page:
    """Something the group made."""
    found = require_found(queries.working_group(slug))
    form = outcome_form(found, typed=True)
    if not form.validate_on_submit():
        return group_page(slug, status=422, outcome=form, at="outcome")
    try:
        row = services.record_outcome(found.id, draft_of(form), actor=current_actor())
    except Invalid as invalid:
        return group_page(slug, status=422, problems=invalid.problems, outcome=form, at="outcome")
    flash(_("The outcome is on the list as a proposal."), "done")
    return redirect(url_for("network.outcome", slug=slug, outcome_id=row.id))


@bp.get("/groups/<slug>/outcomes/<uuid:outcome_id>")
@public
def outcome(slug: str, outcome_id: UUID) -> Page:
    """What it is, what came of it, and for the group's people what it still lacks."""
    return outcome_page(slug, outcome_id)


@bp.post("/groups/<slug>/outcomes/<uuid:outcome_id>")
@signed_in
def change_outcome(slug: str, outcome_id: UUID) -> Page:
    """Complete or correct it."""
    row = outcome_of(slug, outcome_id)
    form = outcome_form(row.group, typed=True)
    if not form.validate_on_submit():
        return outcome_page(slug, outcome_id, form=form, status=422)
    try:
        services.change_outcome(row.id, draft_of(form), actor=current_actor())
    except LiftError as refused:
        return outcome_page(slug, outcome_id, form=form, **told(refused))
    flash(_("Saved."), "done")
    return redirect(url_for("network.outcome", slug=slug, outcome_id=row.id))


@bp.post("/groups/<slug>/outcomes/<uuid:outcome_id>/<any(accepted,retired,proposed):state>")
@signed_in
def move_outcome(slug: str, outcome_id: UUID, state: str) -> Page:
    """The lead accepts it, retires it, or takes it up again."""
    row = outcome_of(slug, outcome_id)
    try:
        services.move_outcome(row.id, OutcomeState(state), actor=current_actor())
    except LiftError as refused:
        return outcome_page(slug, outcome_id, **told(refused))
    flash(_("The outcome is now “%(state)s”.", state=say(texts.OUTCOME_STATES[OutcomeState(state)])), "done")
    return redirect(url_for("network.outcome", slug=slug, outcome_id=row.id))


@bp.get("/groups/<slug>/outcomes/<uuid:outcome_id>/file")
@public
def outcome_file(slug: str, outcome_id: UUID) -> Response:
    """The file of an outcome, always as an attachment."""
    return attachment(outcome_of(slug, outcome_id).file_id)


@bp.post("/groups/<slug>/meetings")
@signed_in
def record_meeting(slug: str) -> Page:
    """The group met."""
    found = require_found(queries.working_group(slug))
    form = MeetingForm()
    if not form.validate_on_submit() or form.held_on.data is None:
        return group_page(slug, status=422, meeting=form, at="meeting")
    try:
        services.record_meeting(found.id, form.held_on.data, form.people.data or "", form.decisions.data or "",
                                actor=current_actor(), paper=uploaded(form.file))  # fmt: skip
    except Invalid as invalid:
        return group_page(slug, status=422, problems=invalid.problems, meeting=form, at="meeting")
    flash(_("The meeting is on record."), "done")
    return redirect(url_for("network.group", slug=slug, _anchor="meetings"))


@bp.get("/groups/<slug>/meetings/<uuid:meeting_id>/paper")
@signed_in
def meeting_paper(slug: str, meeting_id: UUID) -> Response:
    """The paper of a meeting, for the group's people."""
    found = require_found(queries.working_group(slug))
    row = queries.meeting(meeting_id)
    if row is None or row.group_id != found.id or not can_work_in_group(current_actor(), found.id):
        raise NotFound
    return attachment(row.file_id)


@bp.post("/groups/<slug>/ask")
@signed_in
def ask_to_join(slug: str) -> Page:
    """A body outside asks to take part."""
    found = require_found(queries.working_group(slug))
    form = JoinForm()
    if not form.validate_on_submit():
        return group_page(slug, status=422, join=form, at="join")
    services.ask_to_join(found.id, form.brings.data or "", actor=current_actor())
    flash(_("Your request is on its way. You get a mail with the answer."), "done")
    return redirect(url_for("network.group", slug=slug, _anchor="join"))


@bp.post("/groups/<slug>/requests/<uuid:request_id>")
@signed_in
def answer_request(slug: str, request_id: UUID) -> Page:
    """Yes or no by the office to which the body is routed."""
    form = AnswerForm()
    asked = require_found(queries.request_told(request_id))
    if asked.group.slug != slug or not form.validate_on_submit():
        raise NotFound
    try:
        services.answer_request(request_id, form.accept.data == "yes", form.answer.data or "", actor=current_actor())
    except Invalid as invalid:
        return group_page(slug, status=422, problems=invalid.problems, at="requests")
    flash(_("Answered; %(body)s gets a mail.", body=asked.body.short_name), "done")
    return redirect(url_for("network.group", slug=slug))


def outcome_page(
    slug: str,
    outcome_id: UUID,
    *,
    form: OutcomeForm | None = None,
    status: int = 200,
    problems: tuple[Problem, ...] = (),
) -> str | tuple[str, int]:
    """One outcome with its form; ``problems`` say why the last act was refused."""
    row, actor = outcome_of(slug, outcome_id), current_actor()
    inside = can_work_in_group(actor, row.group_id)
    names = queries.short_names(row.contributors)
    if form is None:
        form = outcome_form(row.group)
        form.show(row, language())
    page = render_template(
        "network/outcome.html", group=row.group, outcome=row, form=form, problems=problems, inside=inside,
        kind=say(texts.OUTCOME_KINDS[row.kind]), state=say(texts.OUTCOME_STATES[row.state]),
        tone=texts.OUTCOME_TONES[row.state], by=", ".join(names.get(s, s) for s in row.contributors),
        gaps=outcome_gaps(row) if inside and row.state is OutcomeState.PROPOSED else [],
        leads=can_lead_group(actor, row.group_id), writes=can_author(actor, row.group_id),
        line=content.lineage_of(outcome_id, inside=inside), states=content_texts.STATES, tones=content_texts.TONES,
    )  # fmt: skip
    return (page, status) if status != 200 else page


def outcome_of(slug: str, outcome_id: UUID) -> Outcome:
    """The outcome, if the address names its group."""
    row = queries.outcome(outcome_id)
    return require_found(row if row is not None and row.group.slug == slug else None)


def outcome_form(group: WorkingGroup, *, typed: bool = False) -> OutcomeForm:
    """The form with its choices: partners are the group's members."""
    form = OutcomeForm() if typed else OutcomeForm(formdata=None)
    bodies = queries.names_of([m.organisation_id for m in group.members]).values()
    form.offer(sorted((body.slug, body.short_name) for body in bodies))
    return form


def draft_of(form: OutcomeForm) -> services.OutcomeDraft:
    """What was typed; texts count for the reader's language."""
    gain = (form.gain.data or "").strip()
    return services.OutcomeDraft(
        {language(): (form.title.data or "").strip()}, OutcomeKind(form.kind.data), (form.link.data or "").strip() or None,
        form.licence.data or None, {language(): gain} if gain else {}, tuple(form.contributors.data or ()),
        uploaded(form.file),
    )  # fmt: skip


def uploaded(field: Any) -> services.Upload | None:
    """The file that came, if one did."""
    sent = field.data
    if not sent or not getattr(sent, "filename", ""):
        return None
    with closing(sent):
        return services.Upload(sent.filename, sent.read())


def told(refused: LiftError) -> dict[str, Any]:
    """What a page shows of a refusal; one without a word goes on to the error page."""
    if not refused.problems or refused.status in (403, 404):
        raise refused
    return {"problems": refused.problems, "status": refused.status}


def attachment(file_id: UUID | None) -> Response:
    """A stored file to keep; the browser never opens it in place."""
    stored = files.stored(require_found(file_id))
    return send_file(
        files.path_of(stored.sha256), mimetype=stored.media_type, as_attachment=True, download_name=stored.name
    )


def members_of(group: WorkingGroup) -> list[dict[str, Any]]:
    """Bodies, who leads first, each with its people in the group."""
    bodies = queries.names_of([m.organisation_id for m in group.members])
    order = list(GroupStanding)
    ranked = sorted(group.members, key=lambda m: (order.index(m.standing), bodies[m.organisation_id].name))
    return [
        {"name": bodies[m.organisation_id].name, "mark": bodies[m.organisation_id].initials,
         "standing": say(texts.STANDINGS[m.standing]), "leads": m.standing is GroupStanding.LEAD,
         "url": url_for("network.partner", slug=bodies[m.organisation_id].slug)}
        for m in ranked
    ]  # fmt: skip


def outcome_rows(group: WorkingGroup) -> list[dict[str, Any]]:
    """The outcomes of a group as its table shows them."""
    names = queries.short_names({slug for outcome in group.outcomes for slug in outcome.contributors})
    return [
        {"title": o.title, "kind": say(texts.OUTCOME_KINDS[o.kind]), "state": say(texts.OUTCOME_STATES[o.state]),
         "tone": texts.OUTCOME_TONES[o.state], "licence": o.licence,
         "url": url_for("network.outcome", slug=group.slug, outcome_id=o.id),
         "by": ", ".join(names.get(slug, slug) for slug in o.contributors)}
        for o in group.outcomes
    ]  # fmt: skip


def _lead(group: WorkingGroup) -> list[str]:
    """Lead and deputy by name, for the group's people."""
    lines = []
    if group.lead_person_id:
        lines.append(_("Led by %(name)s", name=queries.person_name(group.lead_person_id)))
    if group.deputy_person_id:
        lines.append(_("Deputy: %(name)s", name=queries.person_name(group.deputy_person_id)))
    return lines


def _meeting(row: Any, slug: str) -> dict[str, Any]:
    paper = url_for("network.meeting_paper", slug=slug, meeting_id=row.id) if row.file_id else ""
    return {"day": localdate(row.held_on, pattern="EEE d MMM yyyy"), "people": row.people,
            "decisions": [line for line in row.decisions.splitlines() if line.strip()], "paper": paper}  # fmt: skip


def _meeting_form() -> MeetingForm:
    form = MeetingForm(formdata=None)
    form.held_on.data = clock.now().date()
    return form


def _requests(group: WorkingGroup, actor: Actor) -> list[dict[str, Any]]:
    """What waits for an answer that this reader may give."""
    if actor.person_id is None:
        return []
    return [
        {"id": a.row.id, "body": a.body.name, "name": a.name, "brings": a.row.brings,
         "at": localdate(a.row.asked_at, pattern="d MMM")}
        for a in queries.open_requests(group.id) if can_answer_request(actor, a.body.kind)
    ]  # fmt: skip


def _may_ask(group: WorkingGroup, actor: Actor) -> bool:
    if actor.organisation_id is None or queries.standing_in(group.id, actor.organisation_id):
        return False
    return can_ask_to_join(actor, people.organisation(actor.organisation_id).kind)
