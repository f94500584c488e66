"""Which refusals staff may waive, with a reason (RULES, overrides). Nobody waives B1 or a claim of somebody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lift.core.errors import Problem

BY_STAFF = frozenset({"B3", "B4", "B5", "B10", "B11"})
BY_MANAGER = frozenset({"B6", "B7"})


@dataclass(frozen=True)
class Waiver:
    """Somebody who may waive, and why. ``manager``: the rules of the lab's managers too."""

    reason: str
    manager: bool


def who_may_waive(rule: str) -> str:
    """A role's name, '' when nobody may."""
    return "lab_technician" if rule in BY_STAFF else "lab_manager" if rule in BY_MANAGER else ""


def split(problems: Sequence[Problem], waiver: Waiver | None) -> tuple[list[Problem], list[Problem]]:
    """What still stands, each with the role that may waive it, and what is waived."""
    if waiver is None or not waiver.reason.strip():
        return [replace(p, override_by=who_may_waive(p.rule)) for p in problems], []
    may = BY_STAFF | BY_MANAGER if waiver.manager else BY_STAFF
    standing = [replace(p, override_by=who_may_waive(p.rule)) for p in problems if p.rule not in may]
    return standing, [p for p in problems if p.rule in may]
