"""What a seat costs: list price, then the voucher, then public aid within the firm's headroom (E20, E21). Pure, in cents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from lift.training.enums import AidAnswer, VoucherKind
from lift.training.models import PilotSession, Voucher

AID_CEILING_CENTS = 300_000_00
"""Regulation (EU) 2023/2831: per single undertaking and Member State over three rolling years."""
AID_YEARS = timedelta(days=3 * 365 + 1)


@dataclass(frozen=True)
class PriceLines:
    """One seat: list, what a voucher and public aid take off, what the firm pays."""

    list_cents: int
    voucher_cents: int
    aid_cents: int

    @property
    def pay_cents(self) -> int:
        """What is left."""
        return self.list_cents - self.voucher_cents - self.aid_cents


def off_by_voucher(voucher: Voucher, cents: int) -> int:
    """What a voucher takes off a price, never more than the price."""
    if voucher.kind is VoucherKind.FULL:
        return cents
    return min(cents, voucher.value if voucher.kind is VoucherKind.FIXED else cents * voucher.value // 100)


def voucher_seats(voucher: Voucher, cents: int, seats: int) -> int:
    """For how many of ``seats`` at this price the voucher still pays: what is left of its uses and its budget."""
    each = off_by_voucher(voucher, cents)
    left = seats if voucher.most_uses is None else min(seats, voucher.most_uses - voucher.used)
    if voucher.budget_cents is not None and each:
        left = min(left, (voucher.budget_cents - voucher.spent_cents) // each)
    return max(0, left)


def is_valid(voucher: Voucher | None, session: PilotSession, company: object, now: datetime) -> bool:
    """Whether it is for sessions of this partner, for this company, and still runs."""
    return (
        voucher is not None
        and voucher.organisation_id == session.organisation_id
        and voucher.company_id in (None, company)
        and (voucher.valid_until is None or now < voucher.valid_until)
    )


def price_lines(
    session: PilotSession, answer: AidAnswer, seats: int, *, headroom: int, voucher: Voucher | None = None
) -> list[PriceLines]:
    """The lines of each seat in order. The aid is the rest to the partner's price, and ends where the headroom ends.

    Whose accountant still has to tell keeps the network's price for now (S8).
    """
    with_voucher = voucher_seats(voucher, session.list_price_cents, seats) if voucher else 0
    lines = []
    for number in range(seats):
        off = off_by_voucher(voucher, session.list_price_cents) if voucher and number < with_voucher else 0
        wanted = 0 if answer is AidAnswer.FULL_PRICE else session.list_price_cents - session.partner_price_cents
        aid = max(0, min(wanted, session.list_price_cents - off, headroom))
        headroom -= aid
        lines.append(PriceLines(session.list_price_cents, off, aid))
    return lines
