"""An exercise in the reader's words: question, what was typed, how it was read, what the check said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for

from lift.core.i18n import Text
from lift.live.enums import CutState
from lift.live.models import Cut
from lift.training.models import Answer
from lift.training.queries.progress import Standing
from lift.twins.simulators.line_result import STATION_NAMES
from lift.web.i18n import gettext as _
from lift.web.i18n import localtime, say, texts

TRIES_SHOWN = 3


def exercise_cards(
    code: str, zone: str, standing: Standing, step_key: str, cuts: Sequence[Cut], *, bench: str = ""
) -> list[dict[str, Any]]:
    """All exercises of a step. ``bench`` is the id of the bench beside which they stand, if one."""
    step = next(s for s in standing.version.steps if s.key == step_key)
    return [
        exercise_card(
            code, zone, step_key, place, exercise, standing.answers.get((step_key, place), []), cuts, bench=bench
        )
        for place, exercise in enumerate(step.exercises)
    ]


def exercise_card(code: str, zone: str, step_key: str, place: int, exercise: dict[str, Any], answers: Sequence[Answer],
                  cuts: Sequence[Cut], *, bench: str = "") -> dict[str, Any]:  # fmt: skip
    """One exercise. Nothing of the right answer stands in it before it was given."""
    here: dict[str, Any] = {"code": code, "step_key": step_key, "place": place}
    last = answers[-1] if answers else None
    return {
        "place": place,
        "key": exercise["key"],
        "kind": exercise["kind"],
        "prompt": texts(exercise["prompt"]),
        "unit": "%" if exercise["kind"] == "cut_kpi" else exercise.get("unit", ""),
        "options": _options(exercise),
        "several": exercise["kind"] == "choice" and sum(o["correct"] for o in exercise["options"]) > 1,
        "simulator": exercise.get("simulator", ""),
        "what_if": _what_if(code, step_key, exercise),
        "counts": _what_counts(exercise),
        "checks": [texts(c["text"]) for c in exercise.get("checks", [])],
        "kinds": exercise.get("kinds", []),
        "done": any(a.correct for a in answers),
        "waits": last is not None and last.correct is None,
        "typed": last.typed if last else "",
        "tries": [_said(a, zone) for a in reversed(answers[-TRIES_SHOWN:])],
        "cuts": [_cut(cut, zone) for cut in cuts],
        "bench": bench,
        "url": url_for("training.answer", **here),
        "read_url": url_for("training.read_typed", **here),
        "self_url": url_for("training.exercise", **here, bench=bench or None),
        "evidence_url": url_for("training.evidence", **here),
    }


def _what_if(code: str, step_key: str, exercise: dict[str, Any]) -> str:
    """The simulation with the exercise's numbers typed in, and the way back to this step; '' without a simulator."""
    if "simulator" not in exercise:
        return ""
    start = {name: value for name, value in exercise.get("start", {}).items() if name not in ("session", "step")}
    return url_for("twins.what_if", simulator=exercise["simulator"], session=code, step=step_key, **start)


def _options(exercise: dict[str, Any]) -> list[tuple[str, str]]:
    if exercise["kind"] == "choice":
        return [(o["key"], texts(o["text"])) for o in exercise["options"]]
    if exercise.get("claim") == "bottleneck":
        return [(key, say(name)) for key, name in STATION_NAMES.items()]
    if exercise.get("claim") == "compare":
        return [("more", _("More")), ("less", _("Fewer")), ("unclear", _("Unclear"))]
    return []


def _what_counts(exercise: dict[str, Any]) -> str:
    """The tolerance, told before anything is checked."""
    if exercise["kind"] == "cut_kpi":
        points = f"{exercise['tolerance_points']:g}"
        return str(_("Anything within %(n)s point of what your own recording says counts.", n=points))
    if exercise["kind"] == "number":
        if not exercise["tolerance"]:
            return str(_("Only the exact number counts."))
        unit = _("points") if exercise["unit"] == "%" else exercise["unit"]
        return str(_("Anything within %(n)s %(unit)s counts.", n=f"{exercise['tolerance']:g}", unit=unit))
    if exercise.get("claim") == "number":
        return str(_("Anything within %(n)s %% of your run counts.", n=f"{exercise['tolerance_percent']:g}"))
    return ""


def _said(answer: Answer, zone: str) -> dict[str, Any]:
    verdict = answer.verdict
    shown = answer.read_as.get("shown") or ""
    return {
        "at": localtime(answer.answered_at, zone, "time"),
        "shown": shown,
        "typed": answer.typed,
        "correct": answer.correct,
        "text": _words(verdict),
        "range": _range(verdict) if answer.correct else "",
        "dataset": verdict.get("dataset"),
        "on_twin": verdict.get("source") == "twin",
        "file": answer.read_as.get("name", ""),
    }


def _words(verdict: dict[str, Any]) -> str:
    if verdict.get("texts"):
        return texts(verdict["texts"])
    said = verdict.get("said")
    return say(Text(said["msgid"], said.get("params", {}))) if said else ""


def _range(verdict: dict[str, Any]) -> str:
    if "facts" not in verdict or verdict.get("exact") is None:
        return ""
    return str(_("Your recording says %(exact)s %%.", exact=f"{100 * verdict['exact']:.1f}"))


def _cut(cut: Cut, zone: str) -> tuple[str, str]:
    start, end = cut.during.lower, cut.during.upper
    span = f"{localtime(start, zone, 'clock')} – {localtime(end, zone, 'clock')}" if start and end else ""
    states: dict[CutState, str] = {
        CutState.ASKED: _("being sealed"),
        CutState.SEALED: "",
        CutState.FAILED: _("no data"),
    }
    state = states[cut.state]
    return str(cut.id), _("Dataset %(n)s, %(span)s", n=cut.number, span=span) + (f" ({state})" if state else "")
