"""Is an enrolment acceptable? Pure; all problems at once, by the rule ids of RULES section 2."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Protocol
from uuid import UUID

from lift.content.enums import VersionState
from lift.content.models import ModuleVersion
from lift.core.errors import Problem, Way
from lift.core.i18n import At, Text
from lift.training import texts
from lift.training.enums import AidAnswer, SessionStatus
from lift.training.models import PilotSession

MOST_PER_REQUEST = 20


class Part(Protocol):
    """A stretch of time of a session that is being drafted."""

    @property
    def starts_at(self) -> datetime: ...

    @property
    def ends_at(self) -> datetime: ...


class Quota(Protocol):
    """A group of seats that is being drafted."""

    @property
    def name(self) -> str: ...

    @property
    def size(self) -> int | None: ...


@dataclass(frozen=True)
class Candidate:
    """One person of a request, with what the rules ask about them."""

    person_id: UUID
    name: str
    belongs: bool
    enrolled: bool
    elsewhere: str = ""  # title of another session at the same time
    elsewhere_code: str = ""


@dataclass(frozen=True)
class EnrolRequest:
    """n people and k seats without a name, as one act."""

    people: tuple[UUID, ...] = ()
    nameless: int = 0
    all_or_none: bool = False
    aid: AidAnswer = AidAnswer.FULL_PRICE
    aid_declared_cents: int | None = None

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
        ways = (
            Way(Text(texts.CHANGE_OTHER), "training.places", (("code", candidate.elsewhere_code),)),
            Way(Text(texts.OTHER_SESSIONS), "training.sessions"),
        )
        problems.append(Problem("E3", text, owner="training", field="people", ways=ways))
    return problems


@dataclass(frozen=True)
class Split:
    """What a request would get at this moment: seats, and places in the queue behind ``ahead`` others."""

    seated: int
    waiting: int
    ahead: int


def split_of(request: EnrolRequest, free: int | None, ahead: int) -> Split:
    """How a request falls into seats and waiting; ``free`` None is unlimited. Where somebody waits nobody overtakes."""
    open_seats = request.seats if free is None else max(0, free)
    seated = 0 if ahead else min(request.seats, open_seats)
    if request.all_or_none and seated < request.seats:
        return Split(0, 0, ahead)
    return Split(seated, request.seats - seated, ahead)


def session_problems(
    version: ModuleVersion, parts: Sequence[Part], pools: Sequence[Quota], enrol_until: datetime
) -> list[Problem]:
    """Every reason why a session cannot be opened, its claims aside."""
    problems = []
    if version.state is not VersionState.PUBLISHED:
        problems.append(Problem("A7", Text(texts.NOT_PUBLISHED), owner="content", field="version"))
    problems += _part_problems(sorted(parts, key=lambda p: p.starts_at))
    if parts and enrol_until > max(p.ends_at for p in parts):
        problems.append(Problem("E1", Text(texts.ENROL_AFTER_END), owner="training", field="enrol_until"))
    if not pools:
        problems.append(Problem("E4", Text(texts.NO_POOLS), owner="training", field="pools"))
    names = [pool.name for pool in pools]
    for name in sorted({name for name in names if names.count(name) > 1}):
        problems.append(Problem("E5", Text(texts.POOL_TWICE, {"name": name}), owner="training", field="pools"))
    return problems


def _part_problems(parts: Sequence[Part]) -> list[Problem]:
    if not parts:
        return [Problem("B1", Text(texts.NO_PARTS), owner="training", field="parts")]
    problems = []
    if any(p.ends_at <= p.starts_at for p in parts):
        problems.append(Problem("B1", Text(texts.PART_BACKWARDS), owner="training", field="parts"))
    if any(later.starts_at < earlier.ends_at for earlier, later in pairwise(parts)):
        problems.append(Problem("B1", Text(texts.PARTS_OVERLAP), owner="training", field="parts"))
    return problems
