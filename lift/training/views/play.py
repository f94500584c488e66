"""The module player: steps, text, exercises, and the way to the machine."""

from __future__ import annotations

from contextlib import closing
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lift.content.enums import StepKind
from lift.content.models import ModuleStep
from lift.content.rendering import render
from lift.core import clock
from lift.core.errors import LiftError, NotFound, Problem, require_found
from lift.core.i18n import N_
from lift.measures.answers import ReadProblem
from lift.training import queries
from lift.training.forms import HelpForm
from lift.training.policy import answerable, rule_of
from lift.training.queries.rights import MachineWay
from lift.training.services import benches, checking, learning
from lift.training.services.learning import Attempt, Typed
from lift.training.views.blueprint import bp
from lift.training.views.exercises import exercise_card, exercise_cards
from lift.web.current import current_actor
from lift.web.guard import signed_in
from lift.web.i18n import gettext as _
from lift.web.i18n import language, ngettext, say, texts

KINDS = {
    StepKind.READ: N_("read"),
    StepKind.WATCH: N_("watch"),
    StepKind.QUIZ: N_("questions"),
    StepKind.LIVE: N_("live, on the machine"),
    StepKind.SIMULATE: N_("on the computer copy"),
    StepKind.DATASET: N_("your own data"),
    StepKind.UPLOAD: N_("your own words"),
}


@bp.get("/learn/<code>")
@signed_in
def resume(code: str) -> Response:
    """To the first step that is not done."""
    session = require_found(queries.session_by_code(code))
    person = require_found(current_actor().person_id)
    if queries.seat_of(person, session.id) is None:
        raise NotFound
    standing = queries.standing_of(person, session.version_id)
    step = standing.next_step or standing.version.steps[-1]
    return redirect(url_for("training.play", session_code=code, step_key=step.key))


@bp.get("/learn/<session_code>/<step_key>")
@signed_in
def play(session_code: str, step_key: str) -> str:
    """One step."""
    return render_page(learning.start_step(session_code, step_key, actor=current_actor()))


def render_page(attempt: Attempt, problems: tuple[Problem, ...] = (), typed: dict[int, str] | None = None) -> str:
    """The page of an attempt, with what was refused and what was typed."""
    now = clock.now()
    way = queries.bench_right(attempt.person_id, attempt.session, attempt.standing.version, now)
    cards = exercise_cards(
        attempt.session.code, attempt.session.zone, attempt.standing, attempt.step.key, _cuts(attempt)
    )
    for card in cards:
        card["typed_now"] = (typed or {}).get(card["place"], "")
        card["problems"] = [p for p in problems if p.field == card["key"]]
    steps = attempt.standing.version.steps
    at = steps.index(attempt.step)
    return render_template(
        "training/play.html", attempt=attempt, step=attempt.step, number=at + 1, exercises=cards, way=way, now=now,
        body=body_of(attempt), items=_items(attempt), group=queries.group_of(attempt.standing.version),
        kind=say(KINDS[attempt.step.kind]), form=HelpForm(formdata=None), after=steps[at + 1] if at + 1 < len(steps) else None,
        problems=[p for p in problems if p.field not in {c["key"] for c in cards}],
        certificate=queries.certificate_of(attempt.person_id, attempt.session.id), mine=attempt.step.key in attempt.standing.done,
        rule_words=rule_words(attempt.step),
        check=_check_due(attempt), told=_briefing_texts(attempt, way),
        asked=queries.open_help_of(attempt.person_id, attempt.session.id),
    )  # fmt: skip


def rule_words(step: ModuleStep) -> str:
    """When the step counts as done, in a sentence (L2)."""
    rule, asked = rule_of(step), len(answerable(step))
    if rule == "answer":
        wanted = int(step.completion.get("correct") or asked)
        return str(
            ngettext(
                "This step is done when your answer is right.",
                "This step is done when %(num)s answers are right.",
                wanted,
            )
        )
    if rule == "evidence":
        return str(_("This step is done when your own work is kept here."))
    if rule == "twin_check":
        return str(_("This step is done when you have tried all three things on the computer copy."))
    if rule == "signoff":
        return str(_("This step is done when your trainer signs it off."))
    return str(_("This step is done when you have read it."))


def body_of(attempt: Attempt) -> str:
    """The step's text as HTML in the reader's language."""
    version = attempt.standing.version

    def media(path: str) -> str:
        return url_for(
            "content.media", slug=version.module.slug, number=version.number, path=path.removeprefix("media/")
        )

    return render(texts(attempt.step.body), language=language(), media_url=media)


def _items(attempt: Attempt) -> list[dict[str, Any]]:
    done = attempt.standing.done
    return [
        {"title": texts(s.title), "kind": say(KINDS[s.kind]), "minutes": s.minutes,
         "state": "done" if s.key in done and s.key != attempt.step.key else "now" if s.key == attempt.step.key else "todo",
         "url": url_for("training.play", session_code=attempt.session.code, step_key=s.key)}
        for s in attempt.standing.version.steps
    ]  # fmt: skip


def _check_due(attempt: Attempt) -> str:
    """Which of the two ends still waits for its questions (A18): the start while nothing is done, the end when all is."""
    if not attempt.standing.version.entry_questions:
        return ""
    answers = queries.checks_of(attempt.person_id, attempt.session.id)
    if attempt.standing.complete:
        return "" if answers[True] else "exit"
    return "" if answers[False] or attempt.standing.done else "entry"


def _cuts(attempt: Attempt) -> list[Any]:
    wanted = any(e.get("kind") == "cut_kpi" for e in attempt.step.exercises)
    return queries.cuts_of_person(attempt.person_id, attempt.session.version_id) if wanted else []


def _briefing_texts(attempt: Attempt, way: MachineWay | None) -> list[Any]:
    if way is None or way.briefing is not None:
        return []
    return queries.briefing_text(queries.session_assets(attempt.session))[0]


@bp.post("/learn/<code>/<step_key>/done")
@signed_in
def finish_reading(code: str, step_key: str) -> Response:
    """The step was read; on to the next one."""
    attempt = learning.finish_reading(code, step_key, actor=current_actor())
    steps = attempt.standing.version.steps
    at = min(steps.index(attempt.step) + 1, len(steps) - 1)
    return redirect(url_for("training.play", session_code=code, step_key=steps[at].key))


@bp.post("/learn/<code>/<step_key>/answer/<int:place>")
@signed_in
def answer(code: str, step_key: str, place: int) -> str | Response | tuple[str, int]:
    """Keep and check an answer. Beside a bench, and with script, only the exercise comes back."""
    typed, status = _typed(), 200
    problems: tuple[Problem, ...] = ()
    try:
        learning.give_answer(code, step_key, place, typed, actor=current_actor(), language=language())
    except LiftError as refused:
        problems, status = _told(refused)
    if request.form.get("bench"):
        return _alone(code, step_key, place, problems, typed.text)
    if problems:
        attempt = learning.attempt_of(code, step_key, actor=current_actor())
        return render_page(attempt, problems=problems, typed={place: typed.text}), status
    return redirect(url_for("training.play", session_code=code, step_key=step_key, _anchor=f"exercise-{place}"))


def _typed() -> Typed:
    """What the form of an exercise sent."""
    chosen = tuple(request.form.getlist("chosen")[:20])
    return Typed(request.form.get("typed", "")[:200], chosen, _id(request.form.get("cut")))


def _told(refused: LiftError) -> tuple[tuple[Problem, ...], int]:
    """What is shown at the exercise; a refusal without a word goes on to the error page."""
    if not refused.problems:
        raise refused
    return refused.problems, refused.status


@bp.get("/learn/<code>/<step_key>/exercise/<int:place>")
@signed_in
def exercise(code: str, step_key: str, place: int) -> str:
    """One exercise alone: asked again while its dataset is being sealed."""
    return _alone(code, step_key, place)


def _alone(code: str, step_key: str, place: int, problems: tuple[Problem, ...] = (), typed: str = "") -> str:
    attempt = learning.attempt_of(code, step_key, actor=current_actor())
    if not 0 <= place < len(attempt.step.exercises):
        abort(404)
    bench = _id(request.values.get("bench"))
    cuts = queries.cuts_of_bench(bench) if bench else _cuts(attempt)
    answers = attempt.standing.answers.get((step_key, place), [])
    card = exercise_card(code, attempt.session.zone, step_key, place, attempt.step.exercises[place], answers,
                         [c for c in cuts if c.person_id == attempt.person_id], bench=str(bench or ""))  # fmt: skip
    card["problems"], card["typed_now"] = list(problems), typed
    return render_template("training/_exercise.html", x=card)


@bp.get("/learn/<code>/<step_key>/read/<int:place>")
@signed_in
def read_typed(code: str, step_key: str, place: int) -> str:
    """How a typed number is read, before anything is checked (X19)."""
    attempt = learning.attempt_of(code, step_key, actor=current_actor())
    if not 0 <= place < len(attempt.step.exercises):
        abort(404)
    asked = checking.exercise_of(attempt.step.exercises[place])
    typed = request.args.get("typed", "")[:80]
    read = checking.read_typed(asked, typed, language()) if typed.strip() else None
    shown = "" if read is None or isinstance(read, ReadProblem) else checking.shown_value(asked, read.value)
    card = exercise_card(code, attempt.session.zone, step_key, place, attempt.step.exercises[place], [], [])
    return render_template("training/_read.html", read=read, shown=shown, typed=typed, counts=card["counts"],
                           problem=read if isinstance(read, ReadProblem) else None)  # fmt: skip


@bp.post("/learn/<code>/<step_key>/evidence/<int:place>")
@signed_in
def evidence(code: str, step_key: str, place: int) -> Response | tuple[str, int]:
    """Keep a text or a file."""
    upload, text = _uploaded(), request.form.get("typed", "")
    try:
        learning.keep_evidence(code, step_key, place, text, upload, actor=current_actor())
    except LiftError as refused:
        if not refused.problems:
            raise
        attempt = learning.attempt_of(code, step_key, actor=current_actor())
        return render_page(attempt, problems=refused.problems, typed={place: text}), refused.status
    flash(_("Your work is kept."), "done")
    return redirect(url_for("training.play", session_code=code, step_key=step_key))


@bp.post("/learn/<code>/<step_key>/machine")
@signed_in
def go_to_machine(code: str, step_key: str) -> Response | tuple[str, int]:
    """To the bench of the live step; what is missing is told on the page."""
    try:
        bench = benches.go_to_machine(code, step_key, actor=current_actor())
    except LiftError as refused:
        if not refused.problems:
            raise
        attempt = learning.attempt_of(code, step_key, actor=current_actor())
        return render_page(attempt, problems=refused.problems), refused.status
    return redirect(url_for("live.bench", bench_id=bench.id), 303)


@bp.post("/learn/<code>/<step_key>/help")
@signed_in
def ask_for_help(code: str, step_key: str) -> Response:
    """To the trainer: step, last answer, last values, a sentence."""
    benches.ask_for_help(code, step_key, request.form.get("sentence", "")[:500], actor=current_actor())
    flash(_("Your trainer sees your question now, with the step and your last answer."), "done")
    bench = _id(request.form.get("bench"))
    if bench:
        return redirect(url_for("live.bench", bench_id=bench), 303)
    return redirect(url_for("training.play", session_code=code, step_key=step_key), 303)


@bp.route("/sessions/<code>/briefing", methods=["GET", "POST"])
@signed_in
def briefing(code: str) -> str | Response:
    """The safety texts of the session's machines, and the tick for today."""
    if request.method == "POST":
        benches.read_briefing(code, actor=current_actor())
        flash(_("Your safety briefing is ticked for today."), "done")
        return redirect(url_for("training.resume", code=code))
    session = require_found(queries.session_by_code(code))
    if queries.seat_of(require_found(current_actor().person_id), session.id) is None:
        raise NotFound
    told, version = queries.briefing_text(queries.session_assets(session))
    return render_template("training/briefing.html", session=session, told=told, version=version,
                           card=queries.session_card(code))  # fmt: skip


def _uploaded() -> tuple[str, bytes] | None:
    """Name and content of the file that came with the form."""
    sent = request.files.get("file")
    if sent is None:
        return None
    with closing(sent):
        return (sent.filename, sent.read()) if sent.filename else None


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
