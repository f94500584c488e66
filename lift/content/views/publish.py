"""The gate: every condition with its way, the lead's act, and what follows it (who can host it, links, trials, recall)."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from lift.content import queries, services
from lift.content.enums import StepKind, VersionState
from lift.content.forms import ReasonForm
from lift.content.models import ModuleVersion
from lift.content.permissions import can_recall
from lift.content.policy import Condition, conditions
from lift.content.queries import Host
from lift.content.views.blueprint import bp
from lift.content.views.shown import head_of, told, version_for
from lift.core.errors import LiftError, NotFound, Problem
from lift.labs.policy.spans import ends
from lift.training import queries as training
from lift.web.current import current_actor
from lift.web.guard import signed_in
from lift.web.i18n import gettext as _
from lift.web.i18n import localtime, say
from lift.web.i18n import texts as pick

Page = str | Answer | tuple[str, int]
FIRST = 3
PLACES = {
    "step": "content.edit",
    "head": "content.about",
    "reviews": "content.review",
    "review": "content.review",
    "trial": "training.preview",
    "hosts": "content.publish",
    "links": "content.edit",
}


@bp.get("/modules/<slug>/v<int:number>/publish")
@signed_in
def publish(slug: str, number: int) -> Page:
    """What is missing, the three that matter first; for the lead the button."""
    return gate_page(version_for(slug, number))


@bp.post("/modules/<slug>/v<int:number>/publish")
@signed_in
def publish_now(slug: str, number: int) -> Page:
    """Public from now on, and never changed again."""
    version = version_for(slug, number)
    try:
        services.publish(version.id, actor=current_actor())
    except LiftError as refused:
        return gate_page(version_for(slug, number), **told(refused))
    flash(_("Published. Sessions keep the version that they began with; their trainers are offered this one."), "done")
    return redirect(url_for("content.module", slug=slug), 303)


@bp.post("/modules/<slug>/v<int:number>/retire")
@signed_in
def retire(slug: str, number: int) -> Page:
    """Out of the offer; sessions that run keep it."""
    version, form = version_for(slug, number), ReasonForm()
    if not form.validate_on_submit():
        return gate_page(version, retire=form, status=422)
    try:
        services.retire(version.id, actor=current_actor(), reason=form.reason.data or "")
    except LiftError as refused:
        return gate_page(version_for(slug, number), retire=form, **told(refused))
    flash(_("Retired. Sessions that use it go on with it."), "done")
    return redirect(url_for("content.publish", slug=slug, number=number), 303)


@bp.post("/modules/<slug>/v<int:number>/recall")
@signed_in
def recall_step(slug: str, number: int) -> Page:
    """A step is unsafe: it stops being startable everywhere at once (A19)."""
    version, form = version_for(slug, number), ReasonForm()
    if not form.validate_on_submit() or form.step.data not in {s.key for s in version.steps}:
        return gate_page(version, recall=form, status=422)
    try:
        services.recall_step(version.id, form.step.data, form.reason.data or "", actor=current_actor())
    except LiftError as refused:
        return gate_page(version_for(slug, number), recall=form, **told(refused))
    flash(
        _("The step can be started nowhere any more. Benches that run it are stopped; learners and trainers are told."),
        "done",
    )
    return redirect(url_for("content.publish", slug=slug, number=number), 303)


@bp.post("/modules/<slug>/v<int:number>/vouch")
@signed_in
def vouch_for_link(slug: str, number: int) -> Page:
    """A dead link that an author knows to work counts for 90 days."""
    version = version_for(slug, number)
    try:
        services.vouch_for_link(version.id, request.form.get("url", ""), actor=current_actor())
    except LiftError as refused:
        return gate_page(version_for(slug, number), **told(refused))
    flash(_("The link counts as working for 90 days."), "done")
    return redirect(url_for("content.publish", slug=slug, number=number), 303)


@bp.post("/modules/<slug>/v<int:number>/trial/<step>")
@signed_in
def note_trial(slug: str, number: int, step: str) -> Page:
    """Somebody who is no author ran the step to its end on the copy; the platform has seen it."""
    version = version_for(slug, number)
    if step not in {s.key for s in version.steps}:
        raise NotFound
    try:
        services.note_trial(version.id, step, actor=current_actor())
    except LiftError as refused:
        return gate_page(version_for(slug, number), **told(refused))
    flash(_("Noted: you ran the step to its end."), "done")
    return redirect(url_for("content.publish", slug=slug, number=number), 303)


def gate_page(version: ModuleVersion, *, problems: tuple[Problem, ...] = (), status: int = 200, **forms: Any) -> Page:
    """The gate with what belongs to it."""
    actor, facts = current_actor(), queries.gate_facts(version)
    rows = [_row(version, condition) for condition in conditions(facts)]
    missing = [row for row in rows if not row["met"]]
    live = [s for s in version.steps if s.kind is StepKind.LIVE]
    shown = version.state in (VersionState.PUBLISHED, VersionState.RETIRED)
    page = render_template(
        "content/publish.html", **head_of(version, "content.publish"), rows=rows, first=missing[:FIRST], rest=missing[FIRST:],
        met=[row for row in rows if row["met"]], missing=len(missing), problems=problems, shown=shown,
        hosts=[_host(h) for h in queries.hosts_of(version.requirements)] if live else [], dead=facts.dead_links,
        live=[{"key": s.key, "title": pick(s.title), "ran": s.key not in facts.not_run} for s in live],
        author=actor.person_id in version.author_ids, may_recall=shown and can_recall(actor, version.module.group_id),
        recalled=queries.recalled_steps(version.id), retire_form=forms.get("retire") or ReasonForm(formdata=None),
        recall_form=forms.get("recall") or ReasonForm(formdata=None), issues=queries.issues_of(version.module_id),
        sessions=training.sessions_on(version.module_id) if shown else [],
    )  # fmt: skip
    return (page, status) if status != 200 else page


def _row(version: ModuleVersion, c: Condition) -> dict[str, Any]:
    """A condition with its sentence and the address where it is put right."""
    at: dict[str, Any] = {"slug": version.module.slug, "number": version.number}
    if c.place == "hosts":
        at["_anchor"] = "hosts"
    elif c.step and c.place in ("step", "review", "trial", "links"):
        at["step"] = c.step
    return {"met": c.met, "rule": c.rule, "text": say(c.text), "note": say(c.note) if c.note else "",
            "parts": c.parts, "url": url_for(PLACES[c.place], **at)}  # fmt: skip


def _host(host: Host) -> dict[str, Any]:
    """A machine with its next free hours, or with what it lacks (A5)."""
    lab = host.asset.lab
    return {"asset": host.asset.name, "lab": lab.name, "url": url_for("labs.asset", key=host.asset.key), "fits": host.fits,
            "windows": [localtime(ends(w)[0], lab.zone) for w in host.windows],
            "missing": [say(t) for t in host.missing]}  # fmt: skip
