"""When a step is done, by its own rule, from what is on record: so progress can be computed again at any time (L2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lift.content.models import ModuleStep

ANSWERED = ("number", "choice", "cut_kpi", "simulation")
"""Exercises whose answers are judged."""


@dataclass(frozen=True)
class StepFacts:
    """What is on record for one learner and one step.

    ``right``: places of exercises with a right answer. ``kept``: pieces of evidence, of which ``kept_twin`` come from
    the twin. ``read_at``: when the learner said that the step was read.
    """

    started_at: datetime | None = None
    read_at: datetime | None = None
    right: frozenset[int] = field(default_factory=frozenset)
    kept: int = 0
    kept_twin: int = 0
    twin_passed: bool = False
    signed_off: bool = False


def rule_of(step: ModuleStep) -> str:
    """The step's completion rule: view, answer, evidence, twin_check or signoff."""
    return str(step.completion.get("rule", "view"))


def answerable(step: ModuleStep) -> list[int]:
    """Places of the exercises whose answers are judged."""
    return [place for place, exercise in enumerate(step.exercises) if exercise.get("kind") in ANSWERED]


def step_done(step: ModuleStep, facts: StepFacts) -> bool:
    """Whether the step's rule is fulfilled."""
    rule = rule_of(step)
    if rule == "answer":
        asked = answerable(step)
        wanted = int(step.completion.get("correct") or len(asked))
        return len(facts.right & set(asked)) >= wanted
    if rule == "evidence":
        counted = facts.kept if step.completion.get("twin_counts", True) else facts.kept - facts.kept_twin
        return counted >= int(step.completion.get("items", 1))
    if rule == "twin_check":
        return facts.twin_passed
    if rule == "signoff":
        return facts.signed_off
    return _was_read(step, facts)


def _was_read(step: ModuleStep, facts: StepFacts) -> bool:
    if facts.started_at is None or facts.read_at is None:
        return False
    return facts.read_at - facts.started_at >= timedelta(seconds=step.completion.get("seconds", 0))


def percent_done(steps: Sequence[ModuleStep], done: Iterable[str]) -> int:
    """Whole percent of the required steps' minutes. 100 only when every required step is done."""
    finished = set(done)
    required = [step for step in steps if step.required]
    if all(step.key in finished for step in required):
        return 100
    total = sum(step.minutes for step in required)
    return min(99, int(100 * sum(step.minutes for step in required if step.key in finished) / total))
