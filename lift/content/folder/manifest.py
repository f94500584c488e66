"""module.toml as typed data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, model_validator

from lift.content.folder.exercises import EntryQuestion, Exercise
from lift.content.folder.faults import broken
from lift.content.folder.values import Key, Language, Part, Text, Texts, Variable, refuse_twice

StepKind = Literal["read", "watch", "quiz", "live", "simulate", "dataset", "upload"]
SkillLevel = Literal["aware", "guided", "independent"]

_STEPS_FOR: dict[str, tuple[StepKind, ...]] = {
    "cut_kpi": ("live", "dataset"),
    "twin_drive": ("simulate",),
    "simulation": ("simulate",),
    "number": ("read", "watch", "quiz", "live", "simulate", "dataset"),
    "choice": ("read", "watch", "quiz", "live", "simulate", "dataset"),
    "upload": ("live", "simulate", "dataset", "upload"),
}
_SHOWN_BY: dict[str, tuple[str, ...]] = {
    "answer": ("number", "choice", "cut_kpi", "simulation"),
    "twin_check": ("twin_drive",),
    "evidence": ("upload", "cut_kpi", "simulation"),
}


class View(Part):
    """Done once the step was open for `seconds`."""

    rule: Literal["view"]
    seconds: Annotated[int, Field(ge=0, le=600)] = 0


class Answer(Part):
    """Done once `correct` of the step's answers are right; all of them where it is left out."""

    rule: Literal["answer"]
    correct: Annotated[int, Field(ge=1, le=20)] | None = None


class Evidence(Part):
    """Done once `items` pieces of evidence are kept; `twin_counts` says whether evidence from the twin counts."""

    rule: Literal["evidence"]
    items: Annotated[int, Field(ge=1, le=20)] = 1
    twin_counts: bool = True


class TwinCheck(Part):
    """Done once every check of the step's twin drive was seen."""

    rule: Literal["twin_check"]


class SignOff(Part):
    """Done once a trainer has signed it off."""

    rule: Literal["signoff"]
    what: Texts


Completion = Annotated[View | Answer | Evidence | TwinCheck | SignOff, Field(discriminator="rule")]


class Step(Part):
    """One thing to do. `drives` are the variables and actions of the asset that the learner may use in this step."""

    key: Key
    kind: StepKind
    minutes: Annotated[int, Field(ge=5, le=12)]
    required: bool = True
    fallback: Literal["twin"] | None = None
    drives: Annotated[list[Variable], Field(max_length=20)] = []
    title: Texts
    completion: Completion
    exercise: Annotated[list[Exercise], Field(max_length=12)] = []

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        refuse_twice(exercise.key for exercise in self.exercise)
        refuse_twice(self.drives)
        if self.kind == "live" and self.fallback is None:
            raise broken("needs_fallback")
        if self.kind != "live" and self.fallback is not None:
            raise broken("fallback_unused")
        if self.drives and self.kind not in ("live", "simulate"):
            raise broken("drives_unused")
        for exercise in self.exercise:
            if self.kind not in (possible := _STEPS_FOR[exercise.kind]):
                raise broken("kind_mismatch", exercise=exercise.kind, step=self.kind, possible=" / ".join(possible))
        self._check_completion()
        return self

    def _check_completion(self) -> None:
        rule = self.completion.rule
        if (shown_by := _SHOWN_BY.get(rule)) is None:
            return
        there = sum(exercise.kind in shown_by for exercise in self.exercise)
        if there == 0:
            raise broken("completion_mismatch", rule=rule, possible=" / ".join(shown_by))
        asked = self.completion.correct if isinstance(self.completion, Answer) else None
        if asked is not None and asked > there:
            raise broken("completion_too_many", asked=asked, there=there)


class Skill(Part):
    uri: Annotated[str, Field(pattern=r"^http://data\.europa\.eu/esco/skill/[0-9a-f-]{36}$", max_length=90)]
    level: SkillLevel


class Requirements(Part):
    """What the live steps need: one asset of a type with these capabilities, for so long, by so many people."""

    asset_type: Key
    capabilities: Annotated[list[Key], Field(max_length=20)] = []
    minutes: Annotated[int, Field(ge=5, le=480)]
    operators: Annotated[int, Field(ge=1, le=12)]

    @model_validator(mode="after")
    def _capabilities_once(self) -> Self:
        refuse_twice(self.capabilities)
        return self


class Completed(Part):
    """When the module counts as done, beside its required steps (E18)."""

    minutes_percent: Annotated[int, Field(ge=0, le=100)] = 80
    signoff: bool = False


class Manifest(Part):
    """Everything in module.toml; `credits` are shares of 100 by partner slug, `method` names a teaching method."""

    slug: Key
    topic: Key
    eqf_level: Annotated[int, Field(ge=1, le=8)]
    licence: Literal["CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC0-1.0"]
    languages: Annotated[list[Language], Field(min_length=1, max_length=3)]
    minutes: Annotated[int, Field(ge=5, le=240)]
    method: Key | None = None
    title: Texts
    summary: Texts
    gain: dict[Language, Text]
    skills: Annotated[list[Skill], Field(min_length=1, max_length=10)]
    requirements: Requirements | None = None
    completed: Completed = Completed()
    credits: dict[Key, Annotated[int, Field(ge=1, le=100)]]
    entry: Annotated[list[EntryQuestion], Field(min_length=3, max_length=8)]
    steps: Annotated[list[Step], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        refuse_twice(self.languages)
        refuse_twice(skill.uri for skill in self.skills)
        refuse_twice(question.key for question in self.entry)
        refuse_twice(step.key for step in self.steps)
        total = sum(step.minutes for step in self.steps)
        if total != self.minutes:
            raise broken("minutes_sum", minutes=self.minutes, sum=total)
        if (shares := sum(self.credits.values())) != 100:
            raise broken("credits_sum", sum=shares)
        if self.requirements is None and any(step.kind == "live" for step in self.steps):
            raise broken("needs_requirements")
        return self


def texts_in(part: BaseModel, place: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Every text of a manifest in several languages with its place, for example `steps[2].title`."""
    for name in type(part).model_fields:
        yield from _texts_of(getattr(part, name), f"{place}.{name}" if place else name)


def _texts_of(value: object, place: str) -> Iterator[tuple[str, dict[str, str]]]:
    if isinstance(value, BaseModel):
        yield from texts_in(value, place)
    elif isinstance(value, list):
        for at, item in enumerate(value, 1):
            yield from _texts_of(item, f"{place}[{at}]")
    elif isinstance(value, dict):
        if place.rpartition(".")[2] == "missed":
            for name, item in value.items():
                yield from _texts_of(item, f"{place}.{name}")
        elif place.rpartition(".")[2] not in {"credits", "start"}:
            yield place, value
