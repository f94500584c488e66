"""Is it acceptable? Pure; all problems at once, by the rule ids of RULES section 2."""

from __future__ import annotations

from lift.training.policy.enrolment import (
    MOST_PER_REQUEST,
    Candidate,
    EnrolRequest,
    Split,
    Standing,
    cap_of,
    cap_problems,
    enrolment_problems,
    session_problems,
    split_of,
)
from lift.training.policy.pools import CompanyFacts, eligible_pools, pool_admits, shared_out, who_fits
from lift.training.policy.price import AID_CEILING_CENTS, AID_YEARS, PriceLines, price_lines
from lift.training.policy.progress import StepFacts, answerable, percent_done, rule_of, step_done

__all__ = [
    "AID_CEILING_CENTS",
    "AID_YEARS",
    "MOST_PER_REQUEST",
    "Candidate",
    "CompanyFacts",
    "EnrolRequest",
    "PriceLines",
    "Split",
    "Standing",
    "StepFacts",
    "answerable",
    "cap_of",
    "cap_problems",
    "eligible_pools",
    "enrolment_problems",
    "percent_done",
    "pool_admits",
    "price_lines",
    "rule_of",
    "session_problems",
    "shared_out",
    "split_of",
    "step_done",
    "who_fits",
]
