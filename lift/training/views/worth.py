"""Questions before and after a module, and the gain that the group sees (A18)."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lift.content import queries as content
from lift.content.permissions import can_see_version
from lift.content.texts import METHOD_TEXTS, METHODS
from lift.core.actor import Role, Scope
from lift.core.errors import LiftError, Problem, require_found
from lift.training import queries, texts
from lift.training.queries.worth import marks_of
from lift.training.services import worth
from lift.training.views.blueprint import bp
from lift.web.current import current_actor
from lift.web.guard import signed_in
from lift.web.i18n import gettext as _
from lift.web.i18n import language, ngettext, say
from lift.web.i18n import texts as pick

Page = str | Response | tuple[str, int]


@bp.route("/learn/<code>/questions/<any(entry,exit):end>", methods=["GET", "POST"])
@signed_in
def questions(code: str, end: str) -> Page:
    """The module's questions, at the start or at the end."""
    if request.method == "GET":
        return questions_page(code, end)
    typed = {name: tuple(part[:80] for part in request.form.getlist(name)[:20]) for name in request.form}
    try:
        right = worth.answer_check(code, end == "exit", typed, actor=current_actor(), language=language())
    except LiftError as refused:
        return questions_page(code, end, _told(refused)), refused.status
    flash(ngettext("Kept: %(num)s right.", "Kept: %(num)s right.", right), "done")
    return redirect(url_for("training.questions" if end == "exit" else "training.resume", **_next(code, end)), 303)


def _next(code: str, end: str) -> dict[str, Any]:
    return {"code": code, "end": end} if end == "exit" else {"code": code}


@bp.post("/learn/<code>/feedback")
@signed_in
def feedback(code: str) -> Page:
    """Five marks and a sentence."""
    marks = {key: int(request.form[key]) for key in texts.FEEDBACK if request.form.get(key, "") in set("12345")}
    try:
        worth.give_feedback(code, marks, request.form.get("sentence", ""), actor=current_actor())
    except LiftError as refused:
        return questions_page(code, "exit", _told(refused)), refused.status
    flash(_("Thank you. The group reads it without names."), "done")
    return redirect(url_for("training.my"), 303)


def _told(refused: LiftError) -> tuple[Problem, ...]:
    """What is shown; a refusal without a word goes on to the error page."""
    if not refused.problems or refused.status in (403, 404):
        raise refused
    return refused.problems


def questions_page(code: str, end: str, problems: tuple[Problem, ...] = ()) -> str:
    """The questions, or what was answered."""
    attempt = worth.first_attempt(code, current_actor())
    version = attempt.standing.version
    answers = queries.checks_of(attempt.person_id, attempt.session.id)
    given = answers[end == "exit"]
    rows = [
        {"key": q["key"], "prompt": pick(q["prompt"]), "unit": q.get("unit", ""), "typed": request.form.getlist(q["key"]),
         "options": [(o["key"], pick(o["text"])) for o in q.get("options", [])],
         "several": sum(o["correct"] for o in q.get("options", [])) > 1, "answer": given.get(q["key"]),
         "before": answers[False].get(q["key"]) if end == "exit" else None}
        for q in version.entry_questions
    ]  # fmt: skip
    return render_template(
        "training/questions.html", version=version, code=code, end=end, rows=rows, given=bool(given), problems=problems,
        ready=end == "entry" or attempt.standing.complete, said=queries.feedback_given(attempt.person_id, attempt.session.id),
        marks=[(key, say(text), request.form.get(key, "")) for key, text in texts.FEEDBACK.items()],
    )  # fmt: skip


@bp.get("/modules/<slug>/v<int:number>/worth")
@signed_in
def gain(slug: str, number: int) -> str:
    """For the group and the network's activity leader: did it work, by version, mode and method."""
    version, actor = require_found(content.version_of(slug, number)), current_actor()
    leader = any(
        actor.has(role, Scope.NETWORK) for role in (Role.ACTIVITY_LEADER, Role.BUSINESS_OWNER, Role.COORDINATOR)
    )
    require_found(version if leader or can_see_version(actor, version.module.group_id, version) else None)
    gains, hidden = queries.gains_of(version.module_id)
    people, marks = marks_of(version.module_id)
    named = sorted({g.method for g in gains if g.method in METHODS})
    return render_template(
        "training/gain.html", version=version, gains=gains, hidden=hidden, people=people, methods=METHODS,
        marks=[(say(texts.FEEDBACK[key]), mean) for key, mean in marks.items() if key in texts.FEEDBACK],
        words={"live": _("at the machine"), "twin": _("on the computer copy"), "reading": _("by reading")},
        described=[(say(METHODS[m]), say(METHOD_TEXTS[m])) for m in named],
    )  # fmt: skip
