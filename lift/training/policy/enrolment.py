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
from lift.training.enums import AidAnswer, Fit, SessionStatus
from lift.training.models import PilotSession
from lift.training.policy.pools import Quota, shared_out

MOST_PER_REQUEST = 20


class Part(Protocol):
    """A stretch of time of a session that is being drafted."""

    @property
    def starts_at(self) -> datetime: ...

    @property
    def ends_at(self) -> datetime: ...


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
    fit: Fit = Fit.SOME
    aid: AidAnswer = AidAnswer.FULL_PRICE
    aid_declared_cents: int | None = None
    code: str = ""  # opens a pool that is kept for who has it
    voucher: str = ""

    @property
    def seats(self) -> int:
        """How many seats are asked for."""
        return len(self.people) + self.nameless


@dataclass(frozen=True)
class Standing:
    """What was read for the judgement."""

    candidates: Sequence[Candidate] = field(default_factory=tuple)
    has: int = 0  # live places of the company in this session
    code_known: bool = True
    voucher_valid: bool = True


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
    problems += cap_problems(session, standing.has, request.seats, now)
    if not standing.code_known:
        problems.append(Problem("E5", Text(texts.CODE_UNKNOWN), owner="training", field="code"))
    if not standing.voucher_valid:
        problems.append(Problem("E20", Text(texts.VOUCHER_UNKNOWN), owner="training", field="voucher"))
    return problems


def cap_of(session: PilotSession, now: datetime) -> int | None:
    """How many places one company may have now; None without limit (E6)."""
    return None if session.cap_until is not None and now >= session.cap_until else session.company_cap


def cap_problems(session: PilotSession, has: int, wanted: int, now: datetime) -> list[Problem]:
    """More places than one company may have, seats and places in the queue together."""
    cap = cap_of(session, now)
    if cap is None or has + wanted <= cap:
        return []
    params = {"most": cap, "has": has, "left": max(0, cap - has)}
    said = Text(texts.CAP, params)
    if session.cap_until is not None:
        said = Text(texts.CAP_UNTIL, {**params, "until": At(session.cap_until, session.zone)})
    ways = (Way(Text(texts.OTHER_SESSIONS), "training.sessions"),)
    return [Problem("E6", said, owner="training", field="people", passes=max(0, cap - has), ways=ways)]


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


def split_of(request: EnrolRequest, rooms: Sequence[int | None], ahead: int) -> Split:
    """How a request falls into seats and waiting. ``rooms``: what each pool has for it, None without limit; none of a
    pool in which somebody waits, since nobody overtakes."""
    seated = sum(shared_out(request.seats, rooms, whole=request.fit is not Fit.SOME))
    if request.fit is Fit.ALL and seated < request.seats:
        return Split(0, 0, ahead)
    return Split(seated, request.seats - seated, ahead)


def session_problems(
    version: ModuleVersion,
    parts: Sequence[Part],
    pools: Sequence[Quota],
    enrol_until: datetime,
    capacity: int | None = None,
) -> list[Problem]:
    """Every reason why a session cannot be opened, its claims aside. ``capacity`` None: as many as its pools have."""
    problems = []
    if version.state is not VersionState.PUBLISHED:
        problems.append(Problem("A7", Text(texts.NOT_PUBLISHED), owner="content", field="version"))
    problems += _part_problems(sorted(parts, key=lambda p: p.starts_at))
    if parts and enrol_until > max(p.ends_at for p in parts):
        problems.append(Problem("E1", Text(texts.ENROL_AFTER_END), owner="training", field="enrol_until"))
    return problems + _pool_problems(pools, capacity)


def _pool_problems(pools: Sequence[Quota], capacity: int | None) -> list[Problem]:
    """E5: pools have names of their own, sum to at most the capacity, and are released into another one of them."""
    names = [pool.name for pool in pools]
    said = [] if pools else [Text(texts.NO_POOLS)]
    said += [Text(texts.POOL_TWICE, {"name": name}) for name in sorted({n for n in names if names.count(n) > 1})]
    if capacity is not None and any(pool.size is None for pool in pools):
        said.append(Text(texts.POOL_ENDLESS, {"capacity": capacity}))
    elif capacity is not None and (total := sum(pool.size or 0 for pool in pools)) > capacity:
        said.append(Text(texts.POOLS_OVER, {"total": total, "capacity": capacity}))
    for pool in pools:
        if (pool.release_at is not None or pool.fallback) and pool.fallback not in set(names) - {pool.name}:
            said.append(Text(texts.NO_FALLBACK, {"name": pool.name}))
    return [Problem("E4" if not pools else "E5", text, owner="training", field="pools") for text in said]


def _part_problems(parts: Sequence[Part]) -> list[Problem]:
    if not parts:
        return [Problem("B1", Text(texts.NO_PARTS), owner="training", field="parts")]
    problems = []
    if any(p.ends_at <= p.starts_at for p in parts):
        problems.append(Problem("B1", Text(texts.PART_BACKWARDS), owner="training", field="parts"))
    if any(later.starts_at < earlier.ends_at for earlier, later in pairwise(parts)):
        problems.append(Problem("B1", Text(texts.PARTS_OVERLAP), owner="training", field="parts"))
    return problems
