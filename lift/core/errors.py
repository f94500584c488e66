"""How a verb says no. The web layer turns these into a page or a problem document in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from lift.core.i18n import Text

T = TypeVar("T")


@dataclass(frozen=True)
class Way:
    """One way on from a refusal: what the button says and where it leads (endpoint with values, resolved by the page)."""

    label: Text
    endpoint: str
    values: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Problem:
    """Why something is not acceptable: rule id, sentence, who owns the rule, the value that would pass, ways on."""

    rule: str
    text: Text
    owner: str = ""
    field: str = ""
    passes: Any = None
    override_by: str = ""
    ways: tuple[Way, ...] = ()


class LiftError(Exception):
    """Base of what verbs raise. ``problems`` is never empty when shown to a person."""

    status = 400

    def __init__(self, problems: Sequence[Problem] | Problem = ()) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("; ".join(f"{p.rule}: {p.text}" for p in self.problems))


class Refused(LiftError):
    """Judged and not acceptable (taken, full, too late, out of bounds)."""

    status = 409


class Invalid(LiftError):
    """The input has the wrong shape; each problem names its field."""

    status = 422


class Forbidden(LiftError):
    """Visible, but this actor may not. Names rule and owner."""

    status = 403


class NotFound(LiftError):
    """Does not exist, or not for this actor."""

    status = 404


class Conflict(LiftError):
    """Somebody was faster, or the page is older than the row."""

    status = 409


class Busy(LiftError):
    """A lock was not free in time; nothing was written; try again."""

    status = 503


def require(allowed: bool, problem: Problem) -> None:
    """Raise Forbidden unless ``allowed``."""
    if not allowed:
        raise Forbidden(problem)


def require_found(thing: T | None) -> T:
    """The thing, or NotFound."""
    if thing is None:
        raise NotFound
    return thing


def refuse_if(problems: Sequence[Problem]) -> None:
    """Raise Refused with all problems, if any."""
    if problems:
        raise Refused(problems)
