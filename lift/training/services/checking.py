"""Judging one answer to one exercise. Each check reads what was typed, and keeps every number it judged by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter

from lift.content.folder.exercises import (
    ChoiceExercise,
    CutKpiExercise,
    Exercise,
    NumberExercise,
    NumberHint,
    SimulationExercise,
)
from lift.core.errors import Invalid, Problem
from lift.core.i18n import Text
from lift.live.queries.samples import Samples
from lift.measures.answers import Reading, ReadProblem, Tolerance, check_answer, diagnose, read_answer, read_ratio
from lift.measures.oee import CHECK_VERSION, WindowOee, oee_of_window
from lift.training import texts
from lift.twins.models import SimulationRun
from lift.twins.simulators import registry
from lift.twins.simulators.base import compare

PLAIN_VERSION = "plain-1"
SIMULATION_VERSION = "simulation-1"
COLUMNS = {"item_state": "ItemState", "operation_mode": "OperationMode", "total": "PartsTotal", "good": "PartsGood"}

_EXERCISE: TypeAdapter[Any] = TypeAdapter(Exercise)


@dataclass(frozen=True)
class Judged:
    """How an answer was read, whether it counts (None: cannot be told yet), and everything behind the verdict."""

    read_as: dict[str, Any]
    correct: bool | None
    verdict: dict[str, Any] = field(default_factory=dict)
    version: str = PLAIN_VERSION


def exercise_of(stored: Mapping[str, Any]) -> Any:
    """The exercise as its model, from the step's row."""
    return _EXERCISE.validate_python(dict(stored), strict=False)


def read_typed(exercise: Any, typed: str, language: str) -> Reading | ReadProblem:
    """What the platform reads, before anything is checked. A ratio comes as 0.64, a number in the exercise's unit."""
    if isinstance(exercise, CutKpiExercise):
        return read_ratio(typed, language)
    unit = exercise.unit if isinstance(exercise, NumberExercise) else ""
    return read_answer(typed, unit, language)


def must_read(exercise: Any, typed: str, language: str) -> Reading:
    """As ``read_typed``; raises Invalid with the way to type it."""
    read = read_typed(exercise, typed, language)
    if isinstance(read, ReadProblem):
        raise Invalid(Problem("X19", read.text, owner="training", field=exercise.key))
    return read


def shown_value(exercise: Any, value: float) -> str:
    """A value as the page prints it: "64.0 %", "30 s"."""
    if isinstance(exercise, CutKpiExercise):
        return f"{100 * value:.1f} %"
    unit = getattr(exercise, "unit", "")
    number = f"{value:.1f}" if unit == "%" else f"{value:g}"
    return f"{number} {unit}".strip()


def judge_number(exercise: NumberExercise, typed: str, language: str) -> Judged:
    """Right within the tolerance; a wrong one near a known slip is told which."""
    read = must_read(exercise, typed, language)
    found = check_answer(read.value, exercise.value, Tolerance(absolute=exercise.tolerance))
    hint = None if found.correct else _hint(exercise.hints, read.value)
    said = hint.text if hint else exercise.explanation if found.correct else None
    verdict = {"outcome": found.outcome.value, "texts": dict(said or {}), "loss": hint.loss if hint else None}
    return Judged({"value": read.value, "shown": shown_value(exercise, read.value)}, found.correct, verdict)


def _hint(hints: Sequence[NumberHint], value: float) -> NumberHint | None:
    near = [h for h in hints if abs(value - h.value) <= h.within]
    return min(near, key=lambda h: abs(value - h.value), default=None)


def judge_choice(exercise: ChoiceExercise, chosen: Sequence[str]) -> Judged:
    """Right when exactly the right options are chosen. The hint of the first wrong one is shown."""
    known = {option.key: option for option in exercise.options}
    picked = [key for key in dict.fromkeys(chosen) if key in known]
    if not picked:
        raise Invalid(Problem("X19", Text(texts.CHOOSE_ONE), owner="training", field=exercise.key))
    correct = {k for k, o in known.items() if o.correct} == set(picked)
    hint = next((known[k].hint for k in picked if not known[k].correct and known[k].hint), None)
    said = exercise.explanation if correct else hint
    return Judged({"chosen": picked}, correct, {"texts": dict(said or {})})


def facts_of_cut(exercise: CutKpiExercise, samples: Samples, window: tuple[float, float]) -> WindowOee:
    """Every number between the learner's own samples and the KPI; the whole window is planned time."""
    columns: dict[str, Any] = {
        name: samples.variables.get(variable, [None] * len(samples.times)) for name, variable in COLUMNS.items()
    }
    marks = {n: samples.qualities[v] for n, v in COLUMNS.items() if v in samples.qualities}
    return oee_of_window(
        times=samples.times, window=window, ideal_s_per_part=exercise.ideal_seconds_per_part,
        min_coverage=exercise.min_coverage, period_s=samples.period, qualities=marks, **columns,
    )  # fmt: skip


def judge_cut(exercise: CutKpiExercise, value: float, facts: WindowOee) -> Judged:
    """The learner's number against their own cut; a wrong one names the loss that was missed."""
    read_as = {"value": value, "shown": shown_value(exercise, value)}
    numbers = facts.as_dict()
    minutes = (facts.end - facts.start) / 60
    if not exercise.window_minutes_min - 0.05 <= minutes <= exercise.window_minutes_max + 0.05:
        said = Text(texts.WINDOW_LENGTH, {"low": exercise.window_minutes_min, "high": exercise.window_minutes_max})
        return Judged(read_as, False, {"outcome": "window", "facts": numbers, **_stored(said)}, CHECK_VERSION)
    exact = facts.value(exercise.kpi)
    if exact is None:
        return Judged(
            read_as, False, {"outcome": "no_value", "facts": numbers, **_stored(_why_none(facts))}, CHECK_VERSION
        )
    tolerance = Tolerance.points(exercise.tolerance_points)
    found = check_answer(value, exact, tolerance)
    verdict: dict[str, Any] = {"outcome": found.outcome.value, "exact": exact, "lowest": found.lowest, "highest": found.highest,
               "off_by": found.off_by, "facts": numbers}  # fmt: skip
    slip = None if found.correct else diagnose(value, facts, exercise.kpi, tolerance)
    if slip is not None:
        verdict |= {"slip": slip.slip.value, "loss": slip.loss, **_stored(slip.text)}
        if slip.loss in exercise.missed:
            verdict["texts"] = {str(k): v for k, v in exercise.missed[slip.loss].items()}
    return Judged(read_as, found.correct, verdict, CHECK_VERSION)


def _stored(text: Text) -> dict[str, Any]:
    """A Text as JSON; parameters that are texts themselves are kept as such."""
    params = {
        k: {"msgid": v.msgid, "params": dict(v.params)} if isinstance(v, Text) else v for k, v in text.params.items()
    }
    return {"said": {"msgid": text.msgid, "params": params}}


def _why_none(facts: WindowOee) -> Text:
    share = f"{100 * facts.coverage:.0f}"
    return Text(texts.COVERAGE, {"share": share, "wanted": f"{100 * facts.min_coverage:.0f}"})


def judge_simulation(exercise: SimulationExercise, typed: str, runs: Sequence[SimulationRun], language: str) -> Judged:
    """A claim against the learner's own finished runs, newest first: never against a stored answer."""
    mine = next((run for run in runs if _changed_as_asked(exercise, run)), None)
    first = next((run for run in reversed(runs) if _same_as_start(exercise, run)), None)
    if mine is None or len(runs) < exercise.min_runs or (exercise.claim == "compare" and first is None):
        raise Invalid(Problem("X19", Text(texts.RUN_FIRST), owner="training", field=exercise.key))
    result = _result(mine)
    read_as: dict[str, Any] = {"run": str(mine.id), "number": mine.number}
    if exercise.claim == "bottleneck":
        exact = result.bottleneck.station
        return _claimed(exercise, {**read_as, "chosen": [typed]}, typed == exact, exact)
    if exercise.claim == "number":
        value = must_read(exercise, typed, language).value
        mean = result.figure(str(exercise.result)).mean
        near = check_answer(value, mean, Tolerance(relative=(exercise.tolerance_percent or 0) / 100))
        return _claimed(exercise, {**read_as, "value": value, "shown": f"{value:g}"}, near.correct, mean)
    if first is None:
        raise AssertionError("a comparison without a first run was refused above")
    change = next(c.change.value for c in compare(result, _result(first)) if c.key == exercise.result)
    return _claimed(exercise, {**read_as, "against": str(first.id), "chosen": [typed]}, typed == change, change)


def _claimed(exercise: SimulationExercise, read_as: dict[str, Any], correct: bool, exact: Any) -> Judged:
    verdict = {"exact": exact, "texts": dict(exercise.explanation or {}) if correct else {}}
    return Judged(read_as, correct, verdict, SIMULATION_VERSION)


def _result(run: SimulationRun) -> Any:
    return registry.get(run.simulator).result.model_validate(run.result)


def _differs(exercise: SimulationExercise, run: SimulationRun) -> set[str]:
    return {name for name, value in exercise.start.items() if run.parameters.get(name) != value}


def _changed_as_asked(exercise: SimulationExercise, run: SimulationRun) -> bool:
    return _differs(exercise, run) == set(exercise.changed) if exercise.changed else True


def _same_as_start(exercise: SimulationExercise, run: SimulationRun) -> bool:
    return not _differs(exercise, run)
