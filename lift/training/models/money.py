"""Money of enrolments: vouchers, and the ledger of aid granted here."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lift.core.db import Base, BigKey, Created, Key, one_of, state_column
from lift.training.enums import VoucherKind


class Voucher(Base):
    """Takes something off a seat's price at the sessions of one partner (E20). ``used`` and ``spent_cents`` under a check.

    ``value`` is cents (fixed), percent, or nothing (full). A limit of None is no limit, zero is none left.
    """

    __tablename__ = "voucher"
    __table_args__ = (
        one_of("kind", VoucherKind),
        sa.CheckConstraint("used >= 0 AND (most_uses IS NULL OR used <= most_uses)", name="used_within_most"),
        sa.CheckConstraint(
            "spent_cents >= 0 AND (budget_cents IS NULL OR spent_cents <= budget_cents)", name="spent_within_budget"
        ),
        sa.CheckConstraint("value >= 0 AND (kind <> 'percent' OR value <= 100)", name="value_in_range"),
        sa.Index(None, "organisation_id"),
    )

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(unique=True)  # capitals
    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"))  # the partner that pays for it
    company_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("organisation.id"))  # None: for any company
    kind: Mapped[VoucherKind] = state_column(VoucherKind)
    value: Mapped[int] = mapped_column(default=0)
    most_uses: Mapped[int | None]
    used: Mapped[int] = mapped_column(default=0)
    budget_cents: Mapped[int | None]
    spent_cents: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    valid_until: Mapped[datetime | None]
    created_at: Mapped[Created]
    created_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))


class AidGrant(Base):
    """One row per grant, and one with the opposite sign per reversal. Append-only; the sum is what was granted here."""

    __tablename__ = "aid_grant"
    __table_args__ = (sa.Index(None, "organisation_id", "country", "at"), sa.Index(None, "enrolment_id"))

    id: Mapped[BigKey]
    enrolment_id: Mapped[UUID] = mapped_column(sa.ForeignKey("enrolment.id"))
    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"))
    country: Mapped[str]
    cents: Mapped[int]
    at: Mapped[datetime]  # the grant's instant also in the row that reverses it
