"""Is an enrolment acceptable? Pure; all problems at once, by the rule ids of RULES section 2."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from lift.core.errors import Problem, Way
from lift.core.i18n import At, Text
from lift.training import texts
from lift.training.enums import SessionStatus
from lift.training.models import PilotSession

MOST_PER_REQUEST = 20


@dataclass(frozen=True)
class Candidate:
    """One person of a request, with what the rules ask about them."""

    person_id: UUID
    name: str
    belongs: bool
    enrolled: bool
    elsewhere: str = ""  # title of another session at the same time


@dataclass(frozen=True)
class EnrolRequest:
    """n people and k seats without a name, as one act."""

    people: tuple[UUID, ...] = ()
    nameless: int = 0
    all_or_none: bool = False
    aid: str = "full_price"

    @property
    def seats(self) -> int:
        """How many seats are asked for."""
        return len(self.people) + self.nameless


@dataclass(frozen=True)
class Standing:
    """What was read for the judgement."""

    candidates: Sequence[Candidate] = field(default_factory=tuple)


def enrolment_problems(
    session: PilotSession, request: EnrolRequest, standing: Standing, *, now: datetime
) -> list[Problem]:
    """Every reason why this request cannot be taken, seats aside."""
    problems = _window_problems(session, now)
    if not 1 <= request.seats <= MOST_PER_REQUEST:
        text = Text(texts.NOBODY) if request.seats < 1 else Text(texts.TOO_MANY, {"most": MOST_PER_REQUEST})
        problems.append(Problem("E7", text, owner="training", field="people", passes=MOST_PER_REQUEST))
    for candidate in standing.candidates:
        problems += _candidate_problems(candidate)
    return problems


def _window_problems(session: PilotSession, now: datetime) -> list[Problem]:
    others = (Way(Text(texts.OTHER_SESSIONS), "training.sessions"),)
    if session.status is not SessionStatus.OPEN:
        return [Problem("E1", Text(texts.NOT_OPEN), owner="training", ways=others)]
    if now >= session.enrol_until:
        until = At(session.enrol_until, session.zone)
        return [
            Problem(
                "E1", Text(texts.TOO_LATE, {"until": until}), owner="training", passes=session.enrol_until, ways=others
            )
        ]
    return []


def _candidate_problems(candidate: Candidate) -> list[Problem]:
    name = {"name": candidate.name}
    if not candidate.belongs:
        return [Problem("E2", Text(texts.NOT_THEIRS, name), owner="people", field="people")]
    problems = []
    if candidate.enrolled:
        problems.append(Problem("E3", Text(texts.ALREADY_IN, name), owner="training", field="people"))
    if candidate.elsewhere:
        text = Text(texts.ELSEWHERE, {**name, "other": candidate.elsewhere})
        problems.append(Problem("E3", text, owner="training", field="people"))
    return problems
