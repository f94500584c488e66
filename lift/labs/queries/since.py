"""M23: what happened in a lab since somebody last looked, counted in one query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from lift.core.db import db
from lift.labs.enums import BookingStatus, RequestState
from lift.labs.models import ApprovalRequest, Asset, Booking, Failure, Lab, Qualification, Requirement
from lift.people.models import Membership

AHEAD = timedelta(days=30)
"""Qualifications and risk reviews that run out within it are told."""


@dataclass(frozen=True)
class Since:
    """Numbers since ``since``; open problems and requests, and what runs out, stand until somebody acts."""

    since: datetime
    failures: int
    no_shows: int
    requests: int
    decide_by: datetime | None
    new_bookings: int
    displaced: int
    qualifications: int
    reviews: int


def since_left(lab: Lab, since: datetime, now: datetime, week_ends: datetime) -> Since:
    """``week_ends``: new bookings are those that begin before it. One query."""
    mine = sa.select(Asset.id).where(Asset.lab_id == lab.id)
    asked = sa.and_(Booking.lab_id == lab.id, ApprovalRequest.state == RequestState.OPEN)
    requests = (
        sa.select(sa.func.count(), sa.func.min(ApprovalRequest.decide_by)).join(ApprovalRequest.booking).where(asked)
    )
    waiting = requests.subquery()
    ended = sa.select(sa.func.count()).select_from(Booking).where(Booking.lab_id == lab.id, Booking.ended_at > since)
    runs_out = (
        sa.select(sa.func.count(sa.distinct(Qualification.person_id)))
        .join(Membership, Membership.person_id == Qualification.person_id)
        .join(Requirement, sa.and_(Requirement.type_key == Qualification.type_key, Requirement.lab_id == lab.id))
        .where(
            Membership.organisation_id == lab.organisation_id,
            Qualification.item == Requirement.item,
            Qualification.revoked_at.is_(None),
            Qualification.valid_until.between(now, now + AHEAD),
        )
    )
    new = sa.select(sa.func.count()).select_from(Booking).where(
        Booking.lab_id == lab.id, Booking.created_at > since, sa.func.lower(Booking.during) < week_ends,
        sa.func.upper(Booking.during) > now,
    )  # fmt: skip
    query = sa.select(
        _count(Failure, Failure.asset_id.in_(mine), Failure.closed_at.is_(None)),
        ended.where(Booking.status == BookingStatus.NO_SHOW).scalar_subquery(),
        waiting.c[0],
        waiting.c[1],
        new.scalar_subquery(),
        ended.where(Booking.status == BookingStatus.DISPLACED).scalar_subquery(),
        runs_out.scalar_subquery(),
        _count(Asset, Asset.lab_id == lab.id, Asset.risk_review_on < (now + AHEAD).date()),
    )
    return Since(since, *db.session.execute(query).one())


def _count(of: type[Asset] | type[Failure], *where: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count()).select_from(of).where(*where).scalar_subquery()
