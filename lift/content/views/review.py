"""Review: who is asked, the changed passages with their remarks, the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from lift.content import queries, services, texts
from lift.content.enums import ReviewDecision, VersionState
from lift.content.forms import DecideForm, InviteForm, RemarkForm
from lift.content.marking import Mark, changed_html, marked_html
from lift.content.models import ModuleReview, ModuleStep, ModuleVersion
from lift.content.permissions import can_author, can_publish
from lift.content.policy import Anchor, Change, changed_steps, conditions, locate, words_changed
from lift.content.queries import Remark
from lift.content.views.blueprint import bp
from lift.content.views.shown import chosen_language, head_of, media_of, step_named, step_rows, told, version_for
from lift.core import clock
from lift.core.errors import LiftError, NotFound, Problem
from lift.web.current import current_actor
from lift.web.guard import signed_in
from lift.web.i18n import gettext as _
from lift.web.i18n import localdate, say

Page = str | Answer | tuple[str, int]
VIEWS = ("changes", "text", "beside")


@bp.get("/reviews")
@signed_in
def reviews() -> str:
    """What waits for this person, the nearest date first."""
    person = current_actor().person_id
    found = queries.asked_reviews(person) if person else []
    now = clock.now()
    rows = [
        {"title": r.title, "number": r.number, "url": url_for("content.review", slug=r.slug, number=r.number),
         "due": localdate(r.review.due_at) if r.review.due_at else "", "late": bool(r.review.due_at and r.review.due_at < now),
         "accepted": r.review.accepted_at is not None, "minutes": r.review.effort_minutes, "scope": r.review.scope}
        for r in found
    ]  # fmt: skip
    return render_template("content/reviews.html", rows=rows)


@bp.get("/modules/<slug>/v<int:number>/review")
@signed_in
def review(slug: str, number: int) -> Page:
    """Opens at the first changed step, with what changed (``?step=&in=&since=&view=``)."""
    return review_page(version_for(slug, number))


@bp.post("/modules/<slug>/v<int:number>/invite")
@signed_in
def invite(slug: str, number: int) -> Page:
    """Ask somebody to review; a draft is frozen by it."""
    version = version_for(slug, number)
    form = invite_form(version, typed=True)
    if not form.validate_on_submit():
        return review_page(version, invite=form, status=422, at="invite")
    try:
        services.send_to_review(version.id, *_pair(form), actor=current_actor(), due_at=form.due_at,
                                scope=form.scope.data or "", effort_minutes=form.effort.data or 0)  # fmt: skip
    except LiftError as refused:
        return review_page(version_for(slug, number), invite=form, at="invite", **told(refused))
    flash(_("Asked. They get a mail with the day and what to look at."), "done")
    return redirect(url_for("content.review", slug=slug, number=number), 303)


@bp.post("/modules/<slug>/v<int:number>/reviews/<uuid:review_id>/replace")
@signed_in
def replace_reviewer(slug: str, number: int, review_id: UUID) -> Page:
    """The lead asks somebody else instead."""
    version = version_for(slug, number)
    if review_id not in {a.review.id for a in queries.reviews_of(version.id)}:
        raise NotFound
    try:
        services.replace_reviewer(review_id, *_pair(invite_form(version, typed=True)), actor=current_actor())
    except LiftError as refused:
        return review_page(version_for(slug, number), at="invite", **told(refused))
    flash(_("Somebody else is asked now."), "done")
    return redirect(url_for("content.review", slug=slug, number=number), 303)


@bp.post("/modules/<slug>/v<int:number>/answer/<any(accept,decline,approve,changes):say_what>")
@signed_in
def answer_review(slug: str, number: int, say_what: str) -> Page:
    """The reviewer accepts, names somebody else, says yes to publishing, or asks for changes."""
    version, form = version_for(slug, number), DecideForm()
    if not form.validate_on_submit():
        return review_page(version, decide=form, status=422, at="decide")
    try:
        _answer(version, say_what, form)
    except LiftError as refused:
        return review_page(version_for(slug, number), decide=form, at="decide", **told(refused))
    flash(_("Your answer is on record."), "done")
    return redirect(
        url_for("content.reviews") if say_what == "decline" else url_for("content.review", slug=slug, number=number),
        303,
    )


def _answer(version: ModuleVersion, say_what: str, form: DecideForm) -> None:
    actor = current_actor()
    if say_what == "accept":
        services.accept_review(version.id, actor=actor)
    elif say_what == "decline":
        services.decline_review(version.id, form.instead.data or "", actor=actor)
    else:
        decision = ReviewDecision.APPROVED if say_what == "approve" else ReviewDecision.CHANGES
        services.decide_review(version.id, decision, form.note.data or "", actor=actor)


@bp.post("/modules/<slug>/v<int:number>/checklist")
@signed_in
def tick_checklist(slug: str, number: int) -> Answer:
    """What the reviewer has looked at."""
    version = version_for(slug, number)
    services.tick_checklist(version.id, request.form.getlist("ticked"), actor=current_actor())
    return redirect(url_for("content.review", slug=slug, number=number, **kept_view()), 303)


def kept_view() -> dict[str, Any]:
    """Step, language and view of the page from which a form came."""
    return {name: request.form[name] for name in ("step", "in", "since", "view") if request.form.get(name)}


def invite_form(version: ModuleVersion, *, typed: bool = False) -> InviteForm:
    """With those who review for the group and did not write the version."""
    form = InviteForm() if typed else InviteForm(formdata=None)
    writers = {*version.author_ids, version.created_by}
    form.offer([r for r in queries.reviewers_of(version.module.group_id) if r[0] not in writers])
    if not typed:
        form.due.data, form.effort.data = (clock.now() + timedelta(days=14)).date(), services.USUAL_MINUTES
    return form


def _pair(form: InviteForm) -> tuple[UUID, UUID]:
    """Person and organisation of the choice."""
    try:
        person, body = (form.reviewer.data or "").split(" ")
        return UUID(person), UUID(body)
    except ValueError as error:
        raise NotFound from error


@dataclass(frozen=True)
class View:
    """What the page shows: step, language, the version it is compared with, and how."""

    step: ModuleStep
    language: str
    since: ModuleVersion | None
    how: str

    @property
    def address(self) -> dict[str, Any]:
        """As the page's address says it."""
        return {
            "step": self.step.key,
            "in": self.language,
            "since": self.since.number if self.since else None,
            "view": self.how,
        }


def review_page(
    version: ModuleVersion, *, status: int = 200, problems: tuple[Problem, ...] = (), at: str = "", **forms: Any
) -> Page:
    """The page; ``at`` names the part that ``problems`` belong to."""
    others = [v for v in queries.versions_of(version.module_id) if v.id != version.id]
    view = chosen_view(version, others)
    at_hand = {k: v for k, v in view.address.items() if k != "step"}
    remarks = [r for r in queries.remarks_of(version.module_id) if r.comment.step_key == view.step.key]
    rows, marks = placed(remarks, view)
    page = render_template(
        "content/review.html", **head_of(version, "content.review"), **people_of(version), **gate_of(version), view=view,
        how=view.how, others=others, items=step_rows(version, "content.review", view.step.key, **at_hand),
        changed=changed_keys(view.since, version, view.language) if view.since else [], remarks=rows,
        html=html_of(version, view, marks), old_html=old_html(view, version), counted=counted(view),
        invite_form=forms.get("invite") or invite_form(version), decide_form=forms.get("decide") or DecideForm(formdata=None),
        remark_form=forms.get("remark") or RemarkForm(formdata=None), problems=problems, at_part=at,
    )  # fmt: skip
    return (page, status) if status != 200 else page


def gate_of(version: ModuleVersion) -> dict[str, Any]:
    """The three conditions that matter first, and how many are unmet."""
    found = conditions(queries.gate_facts(version))
    return {"gate": found[:3], "missing": sum(not c.met for c in found)}


def people_of(version: ModuleVersion) -> dict[str, Any]:
    """Who was asked, the reader's own review, what the reader may ask for."""
    own, actor = own_review(version), current_actor()
    ticked = own.checklist if own else []
    invitable = version.state in (VersionState.DRAFT, VersionState.REVIEW)
    return {
        "own": own,
        "asked": asked_rows(version),
        "decisions": texts.DECISIONS,
        "checklist": [(key, say(text), key in ticked) for key, text in texts.CHECKLIST.items()],
        "waits": queries.average_wait(version.module.group_id),
        "open_for_review": version.state in (VersionState.REVIEW, VersionState.APPROVED),
        "may_invite": invitable and can_author(actor, version.module.group_id),
        "may_replace": can_publish(actor, version.module.group_id),
    }


def own_review(version: ModuleVersion) -> ModuleReview | None:
    """The reader's review of this version, if they were asked and not replaced."""
    person = current_actor().person_id
    mine = [a.review for a in queries.reviews_of(version.id) if a.review.reviewer_id == person]
    return next((r for r in mine if r.decision is not ReviewDecision.REPLACED), None)


def chosen_view(version: ModuleVersion, others: list[ModuleVersion]) -> View:
    """As the address says; else the first step that changed since the version that the reader decided on last."""
    asked = request.values
    language = chosen_language(version, asked.get("in"))
    person = current_actor().person_id
    last = queries.last_reviewed(version.module_id, person, version.number) if person else None
    usual = last or max((v.number for v in others if v.number < version.number), default=None)
    since = next((v for v in others if str(v.number) == asked.get("since", str(usual or ""))), None)
    if asked.get("step"):
        step = step_named(version, asked["step"])
    else:
        changed = changed_keys(since, version, language) if since else []
        step = step_named(version, changed[0] if changed else version.steps[0].key)
    how = asked.get("view") if asked.get("view") in VIEWS else "changes" if since else "text"
    return View(step, language, since, str(how) if since or how == "text" else "text")


def changed_keys(since: ModuleVersion, version: ModuleVersion, language: str) -> list[str]:
    """Steps of the version that say something else than in the other one."""
    return changed_steps(_said(since, language), _said(version, language))


def _said(version: ModuleVersion, language: str) -> dict[str, list[object]]:
    return {s.key: [s.title.get(language), s.body.get(language), s.kind, s.minutes, s.completion, s.exercises, s.live]
            for s in version.steps}  # fmt: skip


def placed(remarks: list[Remark], view: View) -> tuple[list[dict[str, Any]], list[Mark]]:
    """Remarks with their numbers in the order of the text, and the marks of those whose words are still there."""
    body = view.step.body.get(view.language, "")
    found = [(locate(body, Anchor(r.comment.quote, r.comment.before, r.comment.after))
              if r.comment.language == view.language else None, r) for r in remarks]  # fmt: skip
    ordered = sorted(found, key=lambda pair: (pair[0] is None, pair[0] or (0, 0), pair[1].comment.at))
    rows = [_row(number, place is not None, remark) for number, (place, remark) in enumerate(ordered, 1)]
    marks = [Mark(*place, row["kind"]) for row, (place, _remark) in zip(rows, ordered, strict=True) if place]
    return rows, marks


def _row(number: int, there: bool, remark: Remark) -> dict[str, Any]:
    c = remark.comment
    kind = "done" if c.settled_at else "must" if c.must_fix else "remark"
    return {"number": number, "there": there, "kind": kind, "id": c.id, "name": remark.name, "at": c.at, "text": c.text,
            "quote": c.quote, "language": c.language, "answers": remark.answers, "open": c.settled_at is None}  # fmt: skip


def changes_of(view: View) -> list[Change]:
    """The step's text against the other version."""
    old = next((s for s in view.since.steps if s.key == view.step.key), None) if view.since else None
    return words_changed(old.body.get(view.language, "") if old else "", view.step.body.get(view.language, ""))


def html_of(version: ModuleVersion, view: View, marks: list[Mark]) -> str:
    """The step's text: with what changed, or with the passages that remarks speak of."""
    if view.how == "changes":
        return changed_html(changes_of(view), language=view.language, media_url=media_of(version))
    body = view.step.body.get(view.language, "")
    return marked_html(body, marks, language=view.language, media_url=media_of(version))


def old_html(view: View, version: ModuleVersion) -> str:
    """The other version's text, where both stand side by side."""
    if view.how != "beside" or view.since is None:
        return ""
    old = next((s for s in view.since.steps if s.key == view.step.key), None)
    return marked_html(
        old.body.get(view.language, "") if old else "", [], language=view.language, media_url=media_of(version)
    )


def counted(view: View) -> tuple[int, int]:
    """Words added and removed."""
    changes = changes_of(view) if view.since else []
    return tuple(sum(len(c.text.split()) for c in changes if c.kind == kind) for kind in ("added", "removed"))  # type: ignore[return-value]


def asked_rows(version: ModuleVersion) -> list[dict[str, Any]]:
    """Who was asked, what they said, by when."""
    return [
        {"id": a.review.id, "name": a.name, "body": a.organisation, "decision": a.review.decision, "note": a.review.note,
         "said": say(texts.ACCEPTED) if a.review.accepted_at and a.review.decision is ReviewDecision.ASKED
         else say(texts.DECISIONS[a.review.decision]), "instead": a.review.named_instead, "scope": a.review.scope,
         "due": localdate(a.review.due_at) if a.review.due_at else "", "minutes": a.review.effort_minutes,
         "open": a.review.decision in (ReviewDecision.ASKED, ReviewDecision.DECLINED)}
        for a in queries.reviews_of(version.id)
    ]  # fmt: skip
