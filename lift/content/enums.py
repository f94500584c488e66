"""States and kinds of content."""

from __future__ import annotations

from enum import StrEnum


class VersionState(StrEnum):
    """A1. Published and retired versions never change; what was in review and is edited again becomes a new draft."""

    DRAFT = "draft"
    REVIEW = "review"
    APPROVED = "approved"
    PUBLISHED = "published"
    RETIRED = "retired"
    REPLACED = "replaced"  # never published: a newer draft took its place


class StepKind(StrEnum):
    """One thing to do."""

    READ = "read"
    WATCH = "watch"
    QUIZ = "quiz"
    LIVE = "live"
    SIMULATE = "simulate"
    DATASET = "dataset"
    UPLOAD = "upload"


class ReviewDecision(StrEnum):
    """A reviewer's answer."""

    ASKED = "asked"
    APPROVED = "approved"
    CHANGES = "changes"
    DECLINED = "declined"
    REPLACED = "replaced"  # the lead asked somebody else instead
