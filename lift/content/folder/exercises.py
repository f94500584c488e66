"""The exercises that a step may hold. Each says what is asked and how an answer is judged; nothing here judges."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from lift.content.folder.faults import broken
from lift.content.folder.values import Key, Name, Number, Part, Positive, Texts, Variable, refuse_twice

Loss = Literal["availability", "effectiveness", "quality_ratio"]
Kpi = Literal["availability", "effectiveness", "quality_ratio", "oee"]
Unit = Literal["%", "s", "min", "h", "parts", "parts/h", "EUR"]


class NumberHint(Part):
    """Shown when an answer lies within `within` of `value` (both in the exercise's unit): the usual slip behind it."""

    value: Number
    within: Positive
    loss: Loss | None = None
    text: Texts


class NumberExercise(Part):
    """A number with unit; right when |answer - value| <= tolerance, both in `unit` (for % that means points)."""

    kind: Literal["number"]
    key: Key
    prompt: Texts
    value: Number
    unit: Unit
    tolerance: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    hints: Annotated[list[NumberHint], Field(max_length=8)] = []
    explanation: Texts | None = None


class Option(Part):
    key: Key
    text: Texts
    correct: bool
    hint: Texts | None = None


class ChoiceExercise(Part):
    """Right when exactly the options marked correct are chosen."""

    kind: Literal["choice"]
    key: Key
    prompt: Texts
    options: Annotated[list[Option], Field(min_length=2, max_length=8)]
    explanation: Texts | None = None

    @model_validator(mode="after")
    def _has_right_and_wrong(self) -> Self:
        refuse_twice(option.key for option in self.options)
        right = sum(option.correct for option in self.options)
        if right == 0:
            raise broken("no_right_option")
        if right == len(self.options):
            raise broken("no_wrong_option")
        return self


class CutKpiExercise(Part):
    """The learner computes a KPI (ISO 22400-2) of a cut of their own; the planned time is the window of the cut.

    `tolerance_points` in percentage points; `min_coverage` is the least share (0..1) of the window with data.
    """

    kind: Literal["cut_kpi"]
    key: Key
    prompt: Texts
    kpi: Kpi
    ideal_seconds_per_part: Positive
    tolerance_points: Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)]
    window_minutes_min: Annotated[int, Field(ge=1, le=480)]
    window_minutes_max: Annotated[int, Field(ge=1, le=480)]
    min_coverage: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    missed: dict[Loss, Texts] = {}

    @model_validator(mode="after")
    def _window_in_order(self) -> Self:
        if self.window_minutes_min > self.window_minutes_max:
            raise broken("window_order")
        return self


class DriveCheck(Part):
    """One thing to do on the twin: set `variable` inside its limits, try it outside them, or press Stop."""

    act: Literal["inside", "outside", "stop"]
    variable: Variable | None = None
    text: Texts

    @model_validator(mode="after")
    def _variable_fits(self) -> Self:
        if (self.act == "stop") != (self.variable is None):
            raise broken("check_variable", act=self.act)
        return self


class TwinDriveExercise(Part):
    """The controls, limits and Stop tried on the twin; done when every check was seen (L16)."""

    kind: Literal["twin_drive"]
    key: Key
    prompt: Texts
    checks: Annotated[list[DriveCheck], Field(min_length=1, max_length=8)]


class SimulationExercise(Part):
    """A claim that is judged against the learner's own run, never against a stored answer.

    `start` pre-fills the simulator's form; `changed` must differ from it in the run that is handed in.
    claim `bottleneck`: name the station that limits the line; `number`: predict `result` within `tolerance_percent` of
    the run's mean; `compare`: more, less or unclear than the learner's own run with the start values,
    by the 95 % interval of the difference.
    """

    kind: Literal["simulation"]
    key: Key
    prompt: Texts
    simulator: Key
    claim: Literal["bottleneck", "number", "compare"]
    result: Name | None = None
    tolerance_percent: Annotated[float, Field(gt=0, le=50, allow_inf_nan=False)] | None = None
    min_runs: Annotated[int, Field(ge=1, le=20)] = 1
    changed: Annotated[list[Name], Field(max_length=12)] = []
    start: dict[Name, bool | int | Number] = {}
    explanation: Texts | None = None

    @model_validator(mode="after")
    def _claim_fits(self) -> Self:
        for name in self.changed:
            if name not in self.start:
                raise broken("changed_unknown", value=name)
        if (self.claim == "bottleneck") == (self.result is not None):
            raise broken("claim_result", claim=self.claim)
        if (self.claim == "number") != (self.tolerance_percent is not None):
            raise broken("claim_tolerance", claim=self.claim)
        return self


class UploadExercise(Part):
    """A file of the listed kinds, a short text, or both; read by the trainer, never judged by the platform."""

    kind: Literal["upload"]
    key: Key
    prompt: Texts
    kinds: Annotated[list[Literal["csv", "pdf", "png", "jpg", "txt"]], Field(max_length=5)] = []
    max_bytes: Annotated[int, Field(ge=1, le=20_000_000)] = 5_000_000
    text_characters_min: Annotated[int, Field(ge=0, le=5_000)] = 0
    text_characters_max: Annotated[int, Field(ge=0, le=5_000)] = 2_000

    @model_validator(mode="after")
    def _accepts_something(self) -> Self:
        refuse_twice(self.kinds)
        if not self.kinds and self.text_characters_max == 0:
            raise broken("upload_empty")
        if self.text_characters_min > self.text_characters_max:
            raise broken("text_order")
        return self


Exercise = Annotated[
    NumberExercise | ChoiceExercise | CutKpiExercise | TwinDriveExercise | SimulationExercise | UploadExercise,
    Field(discriminator="kind"),
]
EntryQuestion = Annotated[NumberExercise | ChoiceExercise, Field(discriminator="kind")]
