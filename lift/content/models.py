"""Tables of content. Published versions, their steps and media are immutable by trigger."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lift.content.enums import ReviewDecision, StepKind, VersionState
from lift.core.db import Base, Created, Json, Key, Texts, one_of, state_column


class Module(Base):
    """A training unit; what is taught stands in its versions."""

    __tablename__ = "module"
    __table_args__ = (sa.Index(None, "group_id"), sa.Index(None, "outcome_id"), sa.Index(None, "published_version_id"))

    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(unique=True)
    group_id: Mapped[UUID] = mapped_column(sa.ForeignKey("working_group.id"))
    outcome_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("outcome.id"))
    published_version_id: Mapped[UUID | None]  # the newest published one; set by publishing
    created_at: Mapped[Created]

    versions: Mapped[list[ModuleVersion]] = relationship(back_populates="module", order_by="ModuleVersion.number")


class ModuleVersion(Base):
    """One state of a module's content."""

    __tablename__ = "module_version"
    __table_args__ = (
        one_of("state", VersionState),
        sa.UniqueConstraint("module_id", "number"),
        sa.Index("uq_module_version_draft", "module_id", unique=True, postgresql_where=sa.text("state = 'draft'")),
        sa.Index(None, "state"),
    )

    id: Mapped[Key]
    module_id: Mapped[UUID] = mapped_column(sa.ForeignKey("module.id"))
    number: Mapped[int]
    state: Mapped[VersionState] = state_column(VersionState, VersionState.DRAFT)
    title: Mapped[Texts]
    summary: Mapped[Texts]
    gain: Mapped[Texts] = mapped_column(default=dict)
    languages: Mapped[list[str]]
    minutes: Mapped[int]
    eqf_level: Mapped[int | None]
    licence: Mapped[str]
    skills: Mapped[list[Any]] = mapped_column(default=list)  # [{uri, label, level}]
    requirements: Mapped[Json] = mapped_column(default=dict)  # asset_type, capabilities, minutes, operators
    method: Mapped[str | None]
    completed: Mapped[Json] = mapped_column(default=dict)  # minutes_percent, signoff (E18)
    credits: Mapped[Json] = mapped_column(default=dict)  # partner slug → share, sum 100
    entry_questions: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[Created]
    created_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    organisation_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("organisation.id")
    )  # the first author acted for it
    author_ids: Mapped[list[UUID]] = mapped_column(pg.ARRAY(pg.UUID(as_uuid=True)), default=list)  # all who wrote
    revision: Mapped[int] = mapped_column(default=1)  # of what stands beside the steps
    what_changed: Mapped[str] = mapped_column(default="")
    published_at: Mapped[datetime | None]
    published_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    retired_at: Mapped[datetime | None]

    module: Mapped[Module] = relationship(back_populates="versions")
    steps: Mapped[list[ModuleStep]] = relationship(back_populates="version", order_by="ModuleStep.position")


class ModuleStep(Base):
    """One step. ``body`` is Markdown per language; ``exercises`` and ``completion`` follow ``lift.content.folder``."""

    __tablename__ = "module_step"
    __table_args__ = (
        one_of("kind", StepKind),
        sa.UniqueConstraint("version_id", "position"),
        sa.UniqueConstraint("version_id", "key"),
    )

    id: Mapped[Key]
    version_id: Mapped[UUID] = mapped_column(sa.ForeignKey("module_version.id"))
    position: Mapped[int]
    key: Mapped[str]
    kind: Mapped[StepKind] = state_column(StepKind)
    minutes: Mapped[int]
    required: Mapped[bool] = mapped_column(default=True)
    title: Mapped[Texts]
    body: Mapped[Texts]
    completion: Mapped[Json] = mapped_column(default=dict)
    exercises: Mapped[list[Any]] = mapped_column(default=list)
    live: Mapped[Json] = mapped_column(default=dict)  # asset type, allowed variables, fallback
    revision: Mapped[int] = mapped_column(default=1)
    translated: Mapped[Json] = mapped_column(
        default=dict
    )  # language → fingerprint of the source it was made from (A11)

    version: Mapped[ModuleVersion] = relationship(back_populates="steps")


class ModuleMedia(Base):
    """A figure or file of a version, by its path inside the module folder."""

    __tablename__ = "module_media"
    __table_args__ = (sa.UniqueConstraint("version_id", "path"),)

    id: Mapped[Key]
    version_id: Mapped[UUID] = mapped_column(sa.ForeignKey("module_version.id"))
    path: Mapped[str]
    file_id: Mapped[UUID] = mapped_column(sa.ForeignKey("stored_file.id"))


class ModuleReview(Base):
    """One reviewer's view of one version (A2, A16)."""

    __tablename__ = "module_review"
    __table_args__ = (one_of("decision", ReviewDecision), sa.UniqueConstraint("version_id", "reviewer_id"),
                      sa.Index(None, "reviewer_id"))  # fmt: skip

    id: Mapped[Key]
    version_id: Mapped[UUID] = mapped_column(sa.ForeignKey("module_version.id"))
    reviewer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"))
    decision: Mapped[ReviewDecision] = state_column(ReviewDecision, ReviewDecision.ASKED)
    note: Mapped[str] = mapped_column(default="")
    scope: Mapped[str] = mapped_column(default="")
    effort_minutes: Mapped[int | None]
    checklist: Mapped[list[str]] = mapped_column(default=list)
    named_instead: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[Created]
    accepted_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    reminders: Mapped[int] = mapped_column(default=0)  # 1 at half time, 2 when due
    decided_at: Mapped[datetime | None]


class ReviewComment(Base):
    """A remark on a passage (A3). The passage is kept as its words with those around it, so that it follows the text."""

    __tablename__ = "review_comment"
    __table_args__ = (sa.Index(None, "module_id", "step_key"), sa.Index(None, "version_id"))

    id: Mapped[Key]
    module_id: Mapped[UUID] = mapped_column(sa.ForeignKey("module.id"))
    version_id: Mapped[UUID] = mapped_column(sa.ForeignKey("module_version.id"))  # where it was written
    step_key: Mapped[str]
    language: Mapped[str]
    quote: Mapped[str]
    before: Mapped[str] = mapped_column(default="")
    after: Mapped[str] = mapped_column(default="")
    must_fix: Mapped[bool]
    text: Mapped[str]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[Created]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))

    replies: Mapped[list[ReviewReply]] = relationship(order_by="ReviewReply.at")


class ReviewReply(Base):
    """An answer to a remark."""

    __tablename__ = "review_reply"
    __table_args__ = (sa.Index(None, "comment_id"),)

    id: Mapped[Key]
    comment_id: Mapped[UUID] = mapped_column(sa.ForeignKey("review_comment.id"))
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    text: Mapped[str]
    at: Mapped[Created]


class StepTrial(Base):
    """Somebody who is no author ran a live step to its end before it is published (A13)."""

    __tablename__ = "step_trial"
    __table_args__ = (sa.UniqueConstraint("version_id", "step_key", "person_id"),)

    id: Mapped[Key]
    version_id: Mapped[UUID] = mapped_column(sa.ForeignKey("module_version.id"))
    step_key: Mapped[str]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    on_asset: Mapped[bool]
    at: Mapped[Created]


class LinkCheck(Base):
    """What came back from an address that a module points at; a person may vouch for a dead one for 90 days (A13)."""

    __tablename__ = "link_check"

    url: Mapped[str] = mapped_column(primary_key=True)
    checked_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(default="")  # "200", "404", "timeout"
    alive: Mapped[bool]
    vouched_until: Mapped[datetime | None]
    vouched_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))


class StepRecall(Base):
    """A step of a version is unsafe: it can be started nowhere any more (A19). A new version replaces it."""

    __tablename__ = "step_recall"
    __table_args__ = (sa.UniqueConstraint("version_id", "step_key"),)

    id: Mapped[Key]
    version_id: Mapped[UUID] = mapped_column(sa.ForeignKey("module_version.id"))
    step_key: Mapped[str]
    reason: Mapped[str]
    recalled_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[Created]


class ModuleIssue(Base):
    """Something to make better in the next version (A20); the version that did it closes it."""

    __tablename__ = "module_issue"
    __table_args__ = (sa.Index(None, "module_id"),)

    id: Mapped[Key]
    module_id: Mapped[UUID] = mapped_column(sa.ForeignKey("module.id"))
    step_key: Mapped[str]
    text: Mapped[str]
    raised_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[Created]
    closed_by_version_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("module_version.id"))
