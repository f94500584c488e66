"""Is it acceptable? Pure; all problems at once, by the rule ids of RULES section 2."""

from __future__ import annotations

from lift.training.policy.enrolment import (
    MOST_PER_REQUEST,
    Candidate,
    EnrolRequest,
    Split,
    Standing,
    enrolment_problems,
    session_problems,
    split_of,
)
from lift.training.policy.progress import StepFacts, answerable, percent_done, rule_of, step_done

__all__ = [
    "MOST_PER_REQUEST",
    "Candidate",
    "EnrolRequest",
    "Split",
    "Standing",
    "StepFacts",
    "answerable",
    "enrolment_problems",
    "percent_done",
    "rule_of",
    "session_problems",
    "split_of",
    "step_done",
]
