"""Aid and vouchers: what is left for a firm in a Member State, and what the partner's accounting wants to know."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from lift.content.models import ModuleVersion
from lift.core.db import db
from lift.people.enums import LinkKind
from lift.people.models import Company, CompanyLink, Organisation
from lift.training.enums import EnrolmentStatus
from lift.training.models import AidGrant, Enrolment, PilotSession, Pool, Voucher
from lift.training.policy.price import AID_CEILING_CENTS, AID_YEARS


@dataclass(frozen=True)
class AidRoom:
    """Cents of small public aid of one Member State over the rolling years: told by the firm, granted here."""

    declared: int
    granted: int

    @property
    def left(self) -> int:
        """What may still be granted; below zero when more was told than the ceiling."""
        return AID_CEILING_CENTS - self.declared - self.granted


def aid_room(company: UUID, country: str, now: datetime, declared: int | None = None) -> AidRoom:
    """Over the single undertaking: the firm and those it declared as linked. ``declared`` None: what it told last."""
    bodies = undertaking(company)
    told = declared if declared is not None else declared_before(bodies, country, now)
    query = sa.select(sa.func.sum(AidGrant.cents)).where(
        AidGrant.organisation_id.in_(bodies), AidGrant.country == country, AidGrant.at >= now - AID_YEARS
    )
    return AidRoom(told, int(db.session.scalar(query) or 0))


def undertaking(company: UUID) -> list[UUID]:
    """The firm, and the firms here that it, or they of it, declared as linked."""
    mine = sa.select(Company.vat_number).where(Company.organisation_id == company).scalar_subquery()
    live = sa.and_(CompanyLink.kind == LinkKind.LINKED, CompanyLink.ended_on.is_(None))
    theirs = sa.select(CompanyLink.vat_number).where(live, CompanyLink.organisation_id == company)
    of_them = sa.select(CompanyLink.organisation_id).where(live, CompanyLink.vat_number == mine)
    query = sa.select(Company.organisation_id).where(
        sa.or_(Company.vat_number.in_(theirs), Company.organisation_id.in_(of_them))
    )
    return sorted({company, *db.session.scalars(query)})


def declared_before(bodies: Collection[UUID], country: str, now: datetime) -> int:
    """What the undertaking told last about this Member State, in an enrolment of the rolling years."""
    query = (
        sa.select(Enrolment.aid_declared_cents)
        .join(PilotSession, PilotSession.id == Enrolment.session_id)
        .join(Organisation, Organisation.id == PilotSession.organisation_id)
        .where(
            Enrolment.organisation_id.in_(bodies),
            Organisation.country == country,
            Enrolment.aid_declared_cents.is_not(None),
            Enrolment.created_at >= now - AID_YEARS,
        )
        .order_by(Enrolment.created_at.desc(), Enrolment.id.desc())
    )
    return db.session.scalar(query.limit(1)) or 0


def country_of(organisation_id: UUID) -> str:
    """The Member State of a partner."""
    return db.session.scalars(sa.select(Organisation.country).where(Organisation.id == organisation_id)).one()


def voucher_by_code(code: str) -> Voucher | None:
    """As typed, capitals or not."""
    query = sa.select(Voucher).where(Voucher.code == code.strip().upper())
    return db.session.scalar(query, execution_options={"populate_existing": True}) if code.strip() else None


def vouchers_of(organisation_id: UUID) -> list[Voucher]:
    """Those of a partner, newest first."""
    query = sa.select(Voucher).where(Voucher.organisation_id == organisation_id)
    return list(db.session.scalars(query.order_by(Voucher.created_at.desc(), Voucher.id.desc())))


def granted_for(enrolment_id: UUID) -> AidGrant | None:
    """The grant of an enrolment that still stands; None when there was none or it was reversed."""
    query = sa.select(AidGrant).where(AidGrant.enrolment_id == enrolment_id).order_by(AidGrant.id.desc())
    row = db.session.scalar(query.limit(1))
    return row if row is not None and row.cents > 0 else None


@dataclass(frozen=True)
class AccountLine:
    """One place as a partner's accounting takes it. No name of a person leaves here (E25)."""

    enrolment: Enrolment
    session: PilotSession
    title: dict[str, str]
    company: str
    vat_number: str
    country: str
    voucher: str
    pool: str


ACCOUNTED = (
    EnrolmentStatus.CONFIRMED,
    EnrolmentStatus.ATTENDED,
    EnrolmentStatus.PARTLY,
    EnrolmentStatus.ABSENT,
    EnrolmentStatus.WITHDRAWN_LATE,
)
"""Places that may be charged: confirmed and what became of them, and those given up after the free days."""


def account_lines(organisation_id: UUID, since: datetime, until: datetime) -> list[AccountLine]:
    """Places in sessions of this partner that begin in the stretch, by session and company."""
    query = (
        sa.select(
            Enrolment, PilotSession, ModuleVersion.title, Organisation.name, Company.vat_number, Organisation.country,
            Voucher.code, Pool.name,
        )
        .join(PilotSession, PilotSession.id == Enrolment.session_id)
        .join(ModuleVersion, ModuleVersion.id == PilotSession.version_id)
        .join(Organisation, Organisation.id == Enrolment.organisation_id)
        .join(Pool, Pool.id == Enrolment.pool_id)
        .outerjoin(Company, Company.organisation_id == Organisation.id)
        .outerjoin(Voucher, Voucher.id == Enrolment.voucher_id)
        .where(
            PilotSession.organisation_id == organisation_id,
            PilotSession.starts_at >= since,
            PilotSession.starts_at < until,
            Enrolment.status.in_(ACCOUNTED),
        )
        .order_by(PilotSession.starts_at, PilotSession.id, Organisation.name, Enrolment.ticket, Enrolment.id)
    )  # fmt: skip
    return [
        AccountLine(row, session, title, company, vat or "", country, voucher or "", pool)
        for row, session, title, company, vat, country, voucher, pool in db.session.execute(query)
    ]
