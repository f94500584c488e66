"""Reads of training, by subject."""

from __future__ import annotations

from lift.training.queries.seats import (
    CompanyFacts,
    ahead_of,
    candidates,
    company_facts,
    enrollable_session,
    pool_admits,
    pools_with_something_due,
    taken_now,
)

__all__ = [
    "CompanyFacts",
    "ahead_of",
    "candidates",
    "company_facts",
    "enrollable_session",
    "pool_admits",
    "pools_with_something_due",
    "taken_now",
]
