"""Reads of training, by subject."""

from __future__ import annotations

from lift.training.queries.catalogue import (
    Catalogue,
    SessionCard,
    SessionFilters,
    cards_by_id,
    next_sessions,
    session_card,
    session_catalogue,
    sessions_of,
)
from lift.training.queries.firms import CompanyFacts, Firm, company_facts, firm_of, pool_admits
from lift.training.queries.places import (
    Place,
    Preview,
    company_people,
    enrol_preview,
    offers_of,
    session_places,
    team_places,
)
from lift.training.queries.seats import (
    ahead_of,
    candidates,
    enrollable_session,
    host_lab,
    pools_with_something_due,
    taken_now,
)

__all__ = [
    "Catalogue",
    "CompanyFacts",
    "Firm",
    "Place",
    "Preview",
    "SessionCard",
    "SessionFilters",
    "ahead_of",
    "candidates",
    "cards_by_id",
    "company_facts",
    "company_people",
    "enrol_preview",
    "enrollable_session",
    "firm_of",
    "host_lab",
    "next_sessions",
    "offers_of",
    "pool_admits",
    "pools_with_something_due",
    "session_card",
    "session_catalogue",
    "session_places",
    "sessions_of",
    "taken_now",
    "team_places",
]
