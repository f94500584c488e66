"""Reads for the people who look after the network and the installation: the audit trail, what failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import sqlalchemy as sa

from lift.core.db import db
from lift.core.enums import JobState
from lift.core.models import AuditEntry, Job
from lift.labs.models import Lab
from lift.live.models import Gateway, RefusedBatch
from lift.people.models import Organisation, Person


@dataclass(frozen=True)
class AuditFilters:
    """What is looked for; empty means anything. Days are UTC and both belong to the stretch."""

    who: str = ""
    kind: str = ""
    thing: str = ""
    action: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Entry:
    """One entry with what its ids stand for now. ``known`` is False when the person was erased or never named."""

    row: AuditEntry
    name: str
    known: bool
    organisation: str


def audit_entries(filters: AuditFilters, before: int | None, limit: int) -> list[Entry]:
    """Entries, the newest first, older than ``before``; one more than ``limit`` when there is more. Two statements.

    A person is found by part of the present name or by the pseudonym; after erasure only by the pseudonym (N8).
    """
    query = (
        sa.select(AuditEntry, Person, Organisation.short_name)
        .outerjoin(Person, Person.pseudonym == AuditEntry.who)
        .outerjoin(Organisation, Organisation.id == AuditEntry.acting_for)
        .order_by(AuditEntry.id.desc())
        .limit(limit + 1)
    )
    for condition in _conditions(filters):
        query = query.where(condition)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    return [_entry(row, person, name or "") for row, person, name in db.session.execute(query)]


def _entry(row: AuditEntry, person: Person | None, organisation: str) -> Entry:
    known = person is not None and person.erased_at is None
    return Entry(row, person.name if person is not None and known else "", known, organisation)


def _conditions(filters: AuditFilters) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if filters.who:
        found.append(AuditEntry.who.in_(_pseudonyms(filters.who)))
    if filters.kind:
        found.append(AuditEntry.thing_kind == filters.kind)
    if filters.thing:
        found.append(AuditEntry.thing_id == filters.thing)
    if filters.action:
        found.append(AuditEntry.action.startswith(filters.action, autoescape=True))
    if filters.since is not None:
        found.append(AuditEntry.at >= _start(filters.since))
    if filters.until is not None:
        found.append(AuditEntry.at < _start(filters.until) + timedelta(days=1))
    return found


def _pseudonyms(text: str) -> sa.Select[UUID] | list[UUID]:
    try:
        return [UUID(text)]
    except ValueError:
        named = Person.name.icontains(text, autoescape=True)
        return sa.select(Person.pseudonym).where(named, Person.erased_at.is_(None))


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def audited_kinds() -> list[str]:
    """Kinds of things that have entries, by name."""
    return list(db.session.scalars(sa.select(AuditEntry.thing_kind).distinct().order_by(AuditEntry.thing_kind)))


def failed_jobs(limit: int) -> Sequence[Job]:
    """Work that was given up, the newest first."""
    query = sa.select(Job).where(Job.state == JobState.FAILED).order_by(Job.created_at.desc(), Job.id.desc())
    return db.session.scalars(query.limit(limit)).all()


@dataclass(frozen=True)
class Refused:
    """A batch of a gateway that was not accepted."""

    at: datetime
    gateway: str
    lab: str
    reason: str


def refused_batches(limit: int) -> list[Refused]:
    """The newest refused batches of all gateways that nobody has marked as seen."""
    query = (
        sa.select(RefusedBatch, Gateway.key, Lab.name)
        .join(Gateway, Gateway.id == RefusedBatch.gateway_id)
        .join(Lab, Lab.id == Gateway.lab_id)
        .where(RefusedBatch.seen_at.is_(None))
        .order_by(RefusedBatch.id.desc())
        .limit(limit)
    )
    return [Refused(batch.created_at, key, lab, batch.reason) for batch, key, lab in db.session.execute(query)]
