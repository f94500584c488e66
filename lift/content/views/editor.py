"""The module editor: one step at a time in one language, and what stands beside the steps. Saves by itself while typing."""

from __future__ import annotations

from contextlib import closing
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from lift.content import queries, services, texts
from lift.content.enums import StepKind, VersionState
from lift.content.folder import Fault
from lift.content.forms import AboutForm, PictureForm, StepForm
from lift.content.models import ModuleStep, ModuleVersion
from lift.content.permissions import can_author
from lift.content.policy import merged, stale_languages, words_changed
from lift.content.rendering import render
from lift.content.views.blueprint import bp
from lift.content.views.catalogue import MEDIA_HEADERS
from lift.content.views.shown import chosen_language, head_of, media_of, step_named, step_rows, told, version_for
from lift.core import files
from lift.core.errors import Conflict, Invalid, LiftError, Problem, require_found
from lift.core.i18n import Text
from lift.labs.queries.kinds import asset_types
from lift.network import queries as network
from lift.web.current import current_actor
from lift.web.guard import signed_in
from lift.web.i18n import gettext as _
from lift.web.i18n import say
from lift.web.i18n import texts as pick

Page = str | Answer | tuple[str, int]


@bp.post("/outcomes/<uuid:outcome_id>/module")
@signed_in
def make_module(outcome_id: UUID) -> Answer:
    """From an accepted outcome to a draft in one act (A15)."""
    version = services.make_module(outcome_id, actor=current_actor())
    flash(
        _("Here is the draft. Credit, licence, topic and skills come from the outcome; change what does not fit."),
        "done",
    )
    return redirect(url_for("content.edit", slug=version.module.slug, number=version.number), 303)


@bp.post("/modules/<slug>/v<int:number>/draft")
@signed_in
def open_draft(slug: str, number: int) -> Answer:
    """The next draft of the module."""
    version = services.open_draft(version_for(slug, number).id, actor=current_actor())
    flash(_("Version %(n)s is a draft now. The one before it stays as it is.", n=version.number), "done")
    return redirect(url_for("content.edit", slug=slug, number=version.number), 303)


@bp.get("/modules/<slug>/v<int:number>/edit")
@signed_in
def edit(slug: str, number: int) -> Page:
    """One step with its text, exercises and preview (``?step=&in=``)."""
    version = version_for(slug, number)
    step = step_named(version, request.args.get("step") or version.steps[0].key)
    return step_page(version, step)


@bp.post("/modules/<slug>/v<int:number>/edit/<step>")
@signed_in
def save_step(slug: str, number: int, step: str) -> Page:
    """Keep the step; sent by hand, or by the page itself while somebody writes (``auto``)."""
    version = version_for(slug, number)
    kept = step_named(version, step)
    form, language = step_form(typed=True), chosen_language(version, request.form.get("language"))
    if not form.validate_on_submit():
        return step_page(version, kept, form=form, problems=first_wrong(form), status=422)
    try:
        saved = services.save_step(
            version.id, step, typed_step(form, kept, language), form.seen_revision, actor=current_actor()
        )
    except LiftError as refused:
        return step_page(
            version_for(slug, number), kept, form=form, **told(refused), other=isinstance(refused, Conflict)
        )
    return after_saving(version, saved, language)


def first_wrong(form: StepForm) -> tuple[Problem, ...]:
    """The first wrong field, for a page that saves by itself and has no room for a summary."""
    if not request.form.get("auto"):
        return ()
    name, said = next((f.label.text, f.errors[0]) for f in form if f.errors)
    return (Problem("A1", Text("%(field)s: %(said)s", {"field": str(name), "said": str(said)}), owner="content"),)


def after_saving(version: ModuleVersion, saved: services.Saved, language: str) -> Page:
    """A word and the new revision for the page that saves by itself; else the page anew."""
    if request.form.get("auto"):
        return render_template(
            "content/_saved.html",
            step=saved.step,
            dropped=saved.dropped,
            base=saved.step.body.get(language, ""),
            body=drawn(version, saved.step, language),
        )
    if saved.dropped:
        flash(_("Saved. Dropped from what you pasted: %(names)s.", names=", ".join(saved.dropped)), "done")
    else:
        flash(_("Saved."), "done")
    return redirect(here(version, saved.step.key, language), 303)


def in_(language: str) -> dict[str, Any]:
    """The language as the address says it; the word is not free in Python."""
    return {"in": language}


def here(version: ModuleVersion, step: str, language: str) -> str:
    """The address of a step in the editor."""
    return url_for("content.edit", slug=version.module.slug, number=version.number, step=step, **in_(language))


@bp.post("/modules/<slug>/v<int:number>/steps")
@signed_in
def add_step(slug: str, number: int) -> Answer:
    """One more step, behind the one that is open."""
    version = version_for(slug, number)
    kind = StepKind(request.form["kind"]) if request.form.get("kind") in set(StepKind) else StepKind.READ
    added = services.add_step(version.id, kind, actor=current_actor(), after=request.form.get("after"))
    return redirect(here(version, added.key, chosen_language(version, request.form.get("language"))), 303)


@bp.post("/modules/<slug>/v<int:number>/steps/<step>/<any(up,down,remove):act>")
@signed_in
def change_steps(slug: str, number: int, step: str, act: str) -> Answer:
    """Up, down, away. What is away can be put back from another version."""
    version = version_for(slug, number)
    if act == "remove":
        services.remove_step(version.id, step, actor=current_actor())
        flash(_("The step is gone from this draft. Earlier versions keep it."), "done")
        return redirect(url_for("content.edit", slug=slug, number=number), 303)
    services.move_step(version.id, step, -1 if act == "up" else 1, actor=current_actor())
    return redirect(here(version, step, chosen_language(version, request.form.get("language"))), 303)


@bp.post("/modules/<slug>/v<int:number>/steps/<step>/from/<int:past>")
@signed_in
def put_back_step(slug: str, number: int, step: str, past: int) -> Answer:
    """Undo: the step as it stood in another version."""
    version = version_for(slug, number)
    services.put_back_step(version.id, step, past, actor=current_actor())
    flash(_("The step is as it was in version %(n)s.", n=past), "done")
    return redirect(here(version, step, chosen_language(version, request.form.get("language"))), 303)


@bp.post("/modules/<slug>/v<int:number>/steps/<step>/translated")
@signed_in
def confirm_translation(slug: str, number: int, step: str) -> Answer:
    """This language says what the source says (A11)."""
    version = version_for(slug, number)
    language = chosen_language(version, request.form.get("language"))
    services.confirm_translation(version.id, step, language, actor=current_actor())
    flash(_("Checked against the source."), "done")
    return redirect(here(version, step, language), 303)


@bp.post("/modules/<slug>/v<int:number>/pictures")
@signed_in
def add_picture(slug: str, number: int) -> Page:
    """A picture for the steps."""
    version = version_for(slug, number)
    step = step_named(version, request.form.get("step") or version.steps[0].key)
    form = PictureForm()
    sent = form.picture.data
    if not form.validate_on_submit() or not sent:
        missing = Problem("A13", Text(texts.PICTURE_NOT_SVG), owner="content", field="picture")
        return step_page(version, step, problems=(missing,), status=422)
    try:
        with closing(sent):
            services.add_picture(version.id, sent.filename, sent.read(), actor=current_actor())
    except Invalid as invalid:
        return step_page(version, step, problems=invalid.problems, status=422)
    flash(_("The picture is there. Copy its line into the text and describe what it shows."), "done")
    return redirect(here(version, step.key, chosen_language(version, request.form.get("language"))), 303)


@bp.get("/modules/<slug>/v<int:number>/draft-media/<path:path>")
@signed_in
def draft_media(slug: str, number: int, path: str) -> Response:
    """A picture of a version that is not published."""
    stored = require_found(queries.any_media_file(version_for(slug, number).id, f"media/{path}"))
    return Response(files.read(stored), headers={**MEDIA_HEADERS, "Cache-Control": "private, no-cache"})


@bp.route("/modules/<slug>/v<int:number>/about", methods=["GET", "POST"])
@signed_in
def about(slug: str, number: int) -> Page:
    """What stands beside the steps: names, licence, shares, skills, machine, entry questions."""
    version = version_for(slug, number)
    language = chosen_language(version, request.values.get("in"))
    form = about_form(version, language)
    if request.method == "GET":
        return about_page(version, form, language)
    if not form.validate_on_submit():
        return about_page(version, form, language, status=422)
    try:
        services.save_head(version.id, head_typed(form, language), form.seen_revision, actor=current_actor())
    except LiftError as refused:
        return about_page(version_for(slug, number), form, language, **told(refused))
    flash(_("Saved."), "done")
    return redirect(url_for("content.about", slug=slug, number=number, **in_(language)), 303)


def step_form(step: ModuleStep | None = None, language: str = "", *, typed: bool = False) -> StepForm:
    """The form of a step, as typed or as kept."""
    form = StepForm() if typed else StepForm(formdata=None)
    form.offer()
    if step is not None:
        form.show(step, language)
    return form


def typed_step(form: StepForm, kept: ModuleStep, language: str) -> services.StepText:
    """What the author typed; a rule keeps what it said beside its name."""
    rule = form.rule.data
    completion = kept.completion if kept.completion.get("rule") == rule else {"rule": rule}
    if rule == "signoff" and "what" not in completion:
        completion = {**completion, "what": dict(kept.title)}
    return services.StepText(
        language, form.title.data or "", form.body.data or "", form.step_kind, form.minutes.data or 0,
        bool(form.required.data), completion, form.tables, form.variables,
    )  # fmt: skip


def step_page(
    version: ModuleVersion, step: ModuleStep, *, form: StepForm | None = None, problems: tuple[Problem, ...] = (),
    status: int = 200, other: bool = False,
) -> Page:  # fmt: skip
    """The editor. ``other``: somebody saved meanwhile, so both texts are shown and a proposal that holds both."""
    language = chosen_language(version, request.values.get("in") or request.form.get("language"))
    if request.form.get("auto") and problems:
        return render_template(
            "content/_unsaved.html", problems=problems, url=here(version, step.key, language), other=other
        )
    kept = step_named(version, step.key)
    theirs = kept.body.get(language, "") if other else ""
    if form is None:
        form = step_form(kept, language)
    changes = words_changed(theirs, form.body.data or "") if other else []
    if other:
        form.body.data = merged(request.form.get("base", ""), form.body.data or "", theirs)
        form.revision.data, form.body.raw_data, form.revision.raw_data = str(kept.revision), None, None
    page = render_template(
        "content/edit.html", **head_of(version, "content.edit"), step=kept, form=form, language=language, problems=problems,
        items=step_rows(version, "content.edit", step.key, **{"in": language}), kinds=list(texts.KINDS.items()),
        body=drawn(version, kept, language), base=kept.body.get(language, ""), changes=changes, theirs=theirs,
        faults=faults_of_step(version, step.key), stale=stale_languages(kept, version.languages),
        pictures=queries.media_names(version.id), picture_form=PictureForm(formdata=None),
        editable=version.state is VersionState.DRAFT and can_author(current_actor(), version.module.group_id),
        past=[v for v in queries.versions_of(version.module_id) if v.id != version.id and step.key in {s.key for s in v.steps}],
        issues=[i for i in queries.issues_of(version.module_id) if i.step_key == step.key],
        source=pick({version.languages[0]: kept.body.get(version.languages[0], "")}),
    )  # fmt: skip
    return (page, status) if status != 200 else page


def drawn(version: ModuleVersion, step: ModuleStep, language: str) -> str:
    """The step's text as learners see it."""
    return render(step.body.get(language, ""), language=language, media_url=media_of(version))


def faults_of_step(version: ModuleVersion, key: str) -> list[Fault]:
    """What the format finds wrong with one step."""
    place = next(n for n, s in enumerate(version.steps, 1) if s.key == key)
    starts = (f"steps/{place:02d}-", f"steps[{place}]")
    return [f for f in queries.version_faults(version) if f.file.startswith(starts) or f.field.startswith(starts)]


def about_form(version: ModuleVersion, language: str) -> AboutForm:
    """The form with its choices, as typed or as kept."""
    form = AboutForm() if request.method == "POST" else AboutForm(formdata=None)
    group = network.working_group_by_id(version.module.group_id)
    bodies = network.names_of([m.organisation_id for m in group.members]).values()
    known = {body.slug: body.short_name for body in bodies}
    named = {**network.short_names([s for s in version.credits if s not in known]), **known}
    form.offer(version, sorted(named.items()), [(t.key, pick(t.title)) for t in asset_types()])
    if request.method == "GET":
        form.show(version, language)
    return form


def head_typed(form: AboutForm, language: str) -> services.Head:
    """What the author typed; the source language stays first."""
    return services.Head(
        language, form.title.data or "", form.summary.data or "", form.gain.data or "", form.licence.data or "",
        form.eqf_level.data, form.method.data or None, tuple(form.languages.data or ()), tuple(form.levels.items()),
        form.shares, form.requirements, form.tables, form.what_changed.data or "",
    )  # fmt: skip


def about_page(
    version: ModuleVersion, form: AboutForm, language: str, *, problems: tuple[Problem, ...] = (), status: int = 200
) -> Page:
    """The page beside the steps."""
    page = render_template(
        "content/about.html", **head_of(version, "content.edit"), form=form, language=language, problems=problems,
        items=step_rows(version, "content.edit", "", **{"in": language}), levels=[(k, say(t)) for k, t in texts.LEVELS.items()],
        faults=[f for f in queries.version_faults(version) if not (f.file.startswith("steps/") or f.field.startswith("steps["))],
        editable=version.state is VersionState.DRAFT and can_author(current_actor(), version.module.group_id),
        kinds=list(texts.KINDS.items()),
    )  # fmt: skip
    return (page, status) if status != 200 else page
