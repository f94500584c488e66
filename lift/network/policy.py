"""May a partner take this step, may an outcome be accepted? Pure (N1, N12, A15)."""

from __future__ import annotations

from lift.core.errors import Problem
from lift.core.i18n import Text
from lift.network import texts
from lift.network.enums import OutcomeState
from lift.network.enums import PartnerState as S
from lift.network.models import Outcome

STEPS: dict[S, tuple[S, ...]] = {
    S.APPLIED: (S.CHECKED, S.SUSPENDED),
    S.CHECKED: (S.AGREED, S.SUSPENDED),
    S.AGREED: (S.TRIAL, S.ACTIVE, S.SUSPENDED),
    S.TRIAL: (S.ACTIVE, S.SUSPENDED),
    S.ACTIVE: (S.SUSPENDED,),
    S.SUSPENDED: (S.TRIAL, S.ACTIVE),
}


def move_problems(now: S, wanted: S, reason: str) -> list[Problem]:
    """The step must stand in the table and carry a reason."""
    problems = []
    if wanted not in STEPS[now]:
        text = Text(texts.NOT_THAT_STEP, {"now": now.value, "next": wanted.value})
        problems.append(Problem("N1", text, owner="network", field="state", passes=[s.value for s in STEPS[now]]))
    if not reason.strip():
        problems.append(Problem("N1", Text(texts.REASON_NEEDED), owner="network", field="reason"))
    return problems


OUTCOME_STEPS: dict[OutcomeState, tuple[OutcomeState, ...]] = {
    OutcomeState.PROPOSED: (OutcomeState.ACCEPTED, OutcomeState.RETIRED),
    OutcomeState.ACCEPTED: (OutcomeState.IN_THE_MAKING, OutcomeState.RETIRED),
    OutcomeState.IN_THE_MAKING: (OutcomeState.PUBLISHED, OutcomeState.ACCEPTED, OutcomeState.RETIRED),
    OutcomeState.PUBLISHED: (OutcomeState.IN_THE_MAKING, OutcomeState.RETIRED),
    OutcomeState.RETIRED: (OutcomeState.PROPOSED,),
}
LICENCES = ("CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC0-1.0")


def outcome_gaps(outcome: Outcome) -> list[Problem]:
    """What an outcome lacks before it can be accepted (A15)."""
    missing = (
        ("link", texts.OUTCOME_NEEDS_FILE, not outcome.link and outcome.file_id is None),
        ("contributors", texts.OUTCOME_NEEDS_CONTRIBUTORS, not outcome.contributors),
        ("licence", texts.OUTCOME_NEEDS_LICENCE, not outcome.licence),
        ("gain", texts.OUTCOME_NEEDS_GAIN, not any(text.strip() for text in outcome.gain.values())),
    )
    return [Problem("A15", Text(text), owner="network", field=field) for field, text, lacks in missing if lacks]


def outcome_problems(outcome: Outcome, wanted: OutcomeState) -> list[Problem]:
    """The step must stand in the table; what is accepted is whole."""
    problems = []
    if wanted not in OUTCOME_STEPS[outcome.state]:
        said = Text(texts.NOT_THAT_OUTCOME_STEP, {"now": Text(texts.OUTCOME_STATES[outcome.state])})
        problems.append(Problem("N12", said, owner="network", field="state", passes=list(OUTCOME_STEPS[outcome.state])))
    if wanted is OutcomeState.ACCEPTED:
        problems += outcome_gaps(outcome)
    return problems
