"""A version tried as a learner would: the same text and questions, checked on the spot; nothing is kept (A12)."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for

from lift.content import queries as content
from lift.content.enums import StepKind
from lift.content.folder import ChoiceExercise, NumberExercise
from lift.content.models import ModuleStep, ModuleVersion
from lift.content.permissions import can_see_version
from lift.content.rendering import render
from lift.core.errors import Invalid, Problem, require_found
from lift.training.services import checking
from lift.training.services.checking import Judged
from lift.training.views.blueprint import bp
from lift.training.views.play import KINDS, rule_words
from lift.web.current import current_actor
from lift.web.guard import signed_in
from lift.web.i18n import language, say, texts


@bp.get("/modules/<slug>/v<int:number>/preview")
@signed_in
def preview(slug: str, number: int) -> str:
    """One step as learners see it (``?step=``)."""
    version = seen_version(slug, number)
    return preview_page(version, chosen_step(version))


@bp.post("/modules/<slug>/v<int:number>/preview/<int:place>")
@signed_in
def preview_answer(slug: str, number: int, place: int) -> str | tuple[str, int]:
    """An answer checked, and forgotten."""
    version = seen_version(slug, number)
    step = chosen_step(version)
    stored = require_found(step.exercises[place] if place < len(step.exercises) else None)
    try:
        judged = judge(checking.exercise_of(stored))
    except Invalid as invalid:
        return preview_page(version, step, place=place, problems=invalid.problems), 422
    return preview_page(version, step, place=place, judged=judged)


def judge(exercise: Any) -> Judged:
    """What the check says of the typed answer; exercises that need a recording or a run are not judged here."""
    if isinstance(exercise, NumberExercise):
        return checking.judge_number(exercise, request.form.get("typed", "")[:80], language())
    if isinstance(exercise, ChoiceExercise):
        return checking.judge_choice(exercise, request.form.getlist("chosen")[:20])
    return require_found(None)


def seen_version(slug: str, number: int) -> ModuleVersion:
    """The version, or 404 for whom it is not."""
    version = require_found(content.version_of(slug, number))
    return require_found(version if can_see_version(current_actor(), version.module.group_id, version) else None)


def chosen_step(version: ModuleVersion) -> ModuleStep:
    """The step that the address or the form names, else the first."""
    wanted = request.values.get("step") or version.steps[0].key
    return require_found(next((s for s in version.steps if s.key == wanted), None))


def preview_page(
    version: ModuleVersion,
    step: ModuleStep,
    *,
    place: int = -1,
    judged: Judged | None = None,
    problems: tuple[Problem, ...] = (),
) -> str:
    """The player without anything that would be kept."""
    steps, at = version.steps, version.steps.index(step)

    def media(path: str) -> str:
        name = path.removeprefix("media/")
        return url_for("content.draft_media", slug=version.module.slug, number=version.number, path=name)

    return render_template(
        "training/preview.html", version=version, step=step, number=at + 1, kind=say(KINDS[step.kind]),
        rule_words=rule_words(step),
        body=render(texts(step.body), language=language(), media_url=media),
        items=[_item(version, s, step) for s in steps],
        exercises=[_exercise(e, n) for n, e in enumerate(step.exercises)], place=place, judged=judged, problems=problems,
        said=texts(judged.verdict.get("texts") or {}) if judged else "", typed=request.form.get("typed", ""),
        chosen=request.form.getlist("chosen"), twins=twins_for(version, step),
        after=steps[at + 1] if at + 1 < len(steps) else None,
    )  # fmt: skip


def _item(version: ModuleVersion, step: ModuleStep, now: ModuleStep) -> dict[str, Any]:
    address = url_for("training.preview", slug=version.module.slug, number=version.number, step=step.key)
    return {"title": texts(step.title), "kind": say(KINDS[step.kind]), "minutes": step.minutes,
            "state": "now" if step is now else "todo", "url": address}  # fmt: skip


def _exercise(stored: dict[str, Any], place: int) -> dict[str, Any]:
    """An exercise as the page asks it; one that is judged by a recording or a run says so."""
    options = [(o["key"], texts(o["text"])) for o in stored.get("options", [])]
    start = stored.get("start", {})
    run = url_for("twins.what_if", simulator=stored["simulator"], **start) if "simulator" in stored else ""
    return {"place": place, "kind": stored["kind"], "prompt": texts(stored["prompt"]), "unit": stored.get("unit", ""),
            "options": options, "several": sum(o["correct"] for o in stored.get("options", [])) > 1,
            "checks": [texts(c["text"]) for c in stored.get("checks", [])], "run": run}  # fmt: skip


def twins_for(version: ModuleVersion, step: ModuleStep) -> list[tuple[str, str]]:
    """Computer copies on which a live or twin step can be tried: name and address."""
    if step.kind not in (StepKind.LIVE, StepKind.SIMULATE) or not version.requirements.get("asset_type"):
        return []
    hosts = content.hosts_of(version.requirements, free=False)
    return [(h.asset.name, url_for("twins.bench", asset_key=h.asset.key)) for h in hosts if h.suits and h.has_twin]
