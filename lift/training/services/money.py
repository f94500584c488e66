"""Money of places: the price at confirmation, aid granted then and reversed on leaving in time, vouchers spent once.

Aid of one undertaking in one Member State is granted under the lock of its tallies, taken before everything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from lift.core import tallies
from lift.core.db import db
from lift.core.tallies import TallyKey
from lift.training import queries
from lift.training.enums import AidAnswer
from lift.training.models import AidGrant, Enrolment, PilotSession, Voucher
from lift.training.policy import PriceLines, price_lines
from lift.training.policy.price import is_valid


def lock_aid(session: PilotSession, company: UUID, answer: AidAnswer) -> None:
    """Nobody of the undertaking is granted aid of this Member State at the same time."""
    if answer is AidAnswer.WITH_AID:
        country = queries.country_of(session.organisation_id)
        tallies.lock(TallyKey("aid", str(body), country) for body in queries.undertaking(company))


def price(session: PilotSession, rows: Sequence[Enrolment], now: datetime) -> None:
    """Put the price lines on places of one company that are confirmed now."""
    lines = lines_of(session, rows[0], len(rows), queries.country_of(session.organisation_id), now)
    for row, line in zip(rows, lines, strict=True):
        row.price_cents, row.voucher_cents, row.aid_cents = line.pay_cents, line.voucher_cents, line.aid_cents
        if not line.voucher_cents:
            row.voucher_id = None


def count(session: PilotSession, rows: Sequence[Enrolment], now: datetime) -> None:
    """Spend the voucher and grant the aid of places that were priced and stand in the database. The locks are held."""
    spent = [row for row in rows if row.voucher_cents]
    if spent:
        _move_voucher(spent[0].voucher_id, len(spent), sum(row.voucher_cents for row in spent))
    for row in rows:
        grant(row, queries.country_of(session.organisation_id), now)


def lines_of(session: PilotSession, like: Enrolment, seats: int, country: str, now: datetime) -> list[PriceLines]:
    """Price lines of so many seats for who answered as ``like`` did."""
    voucher = db.session.get(Voucher, like.voucher_id) if like.voucher_id else None
    counts = voucher if is_valid(voucher, session, like.organisation_id, now) else None
    headroom = 0
    if like.aid is not AidAnswer.FULL_PRICE and session.list_price_cents > session.partner_price_cents:
        headroom = queries.aid_room(like.organisation_id, country, now, like.aid_declared_cents).left
    return price_lines(session, like.aid, seats, headroom=headroom, voucher=counts)


def grant(row: Enrolment, country: str, now: datetime) -> None:
    """Aid counts from the instant of confirmation (E20); whose accountant still has to tell has none granted."""
    if row.aid is AidAnswer.WITH_AID and row.aid_cents:
        db.session.add(
            AidGrant(
                enrolment_id=row.id, organisation_id=row.organisation_id, country=country, cents=row.aid_cents, at=now
            )
        )


def give_back(row: Enrolment) -> None:
    """Reverse the aid and give the voucher back, of a place that cost something and ends in time."""
    if row.confirmed_at is None:
        return
    granted = queries.granted_for(row.id)
    if granted is not None:
        db.session.add(
            AidGrant(
                enrolment_id=row.id, organisation_id=row.organisation_id, country=granted.country,
                cents=-granted.cents, at=granted.at,
            )
        )  # fmt: skip
    if row.voucher_cents:
        _move_voucher(row.voucher_id, -1, -row.voucher_cents)


def drop_aid(row: Enrolment) -> None:
    """Nobody told what the firm had: the seat stays, at the price without aid (S8)."""
    row.price_cents, row.aid_cents, row.aid = row.price_cents + row.aid_cents, 0, AidAnswer.FULL_PRICE
    row.expires_at, row.clock_began_at = None, None
    db.session.flush()


def _move_voucher(voucher_id: UUID | None, uses: int, cents: int) -> None:
    db.session.execute(
        sa.update(Voucher)
        .where(Voucher.id == voucher_id)
        .values(used=Voucher.used + uses, spent_cents=Voucher.spent_cents + cents)
        .execution_options(synchronize_session=False)
    )
