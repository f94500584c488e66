"""Is a version fit to be published? Pure; every unmet condition at once (A2, A13)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from lift.content import texts
from lift.content.enums import ReviewDecision, VersionState
from lift.content.models import ModuleReview, ModuleVersion
from lift.core.errors import Problem
from lift.core.i18n import Text


def publishing_problems(
    version: ModuleVersion, reviews: Sequence[ModuleReview], author_organisation_id: UUID | None
) -> list[Problem]:
    """Four eyes across partners: an approval by somebody else, one of them from another partner."""
    problems = []
    if version.state not in (VersionState.REVIEW, VersionState.APPROVED):
        problems.append(Problem("A1", Text(texts.NOT_IN_REVIEW), owner="content"))
    approvals = [r for r in reviews if r.decision is ReviewDecision.APPROVED and r.reviewer_id != version.created_by]
    if not approvals:
        problems.append(Problem("A2", Text(texts.NOT_APPROVED), owner="content"))
    elif all(r.organisation_id == author_organisation_id for r in approvals):
        problems.append(Problem("A2", Text(texts.NO_OTHER_PARTNER), owner="content"))
    return problems
