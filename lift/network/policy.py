"""May a partner take this step? Pure (N1)."""

from __future__ import annotations

from lift.core.errors import Problem
from lift.core.i18n import Text
from lift.network import texts
from lift.network.enums import PartnerState as S

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
