"""Shapes of what people type."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from werkzeug.datastructures import MultiDict
from wtforms import DecimalField, IntegerField, RadioField, SelectMultipleField, StringField, TextAreaField

from lift.web.i18n import gettext as _
from lift.web.i18n import lazy_gettext as _l

from wtforms import SelectChoice  # type: ignore[attr-defined]  # isort: skip  # newer than its stubs
from wtforms.validators import InputRequired, Length, NumberRange, Optional, StopValidation

from lift.training.enums import AidAnswer, Fit, LengthBand, SeatsBand, SessionMode
from lift.training.policy import MOST_PER_REQUEST, EnrolRequest
from lift.training.policy.price import AID_CEILING_CENTS
from lift.training.queries import SessionFilters
from lift.web.forms import LiftForm

FITS = [
    SelectChoice(Fit.SOME.value, _l("As many as fit")),
    SelectChoice(Fit.ALL.value, _l("All of them or none")),
    SelectChoice(Fit.TOGETHER.value, _l("All of them, or wait together")),
]
AID_ANSWERS = [
    SelectChoice(AidAnswer.WITH_AID.value, _l("Yes, with the aid")),
    SelectChoice(AidAnswer.ACCOUNTANT.value, _l("I do not know")),
    SelectChoice(AidAnswer.FULL_PRICE.value, _l("No aid, full price")),
]


def _told_with_aid(form: EnrolForm | AidForm, field: DecimalField) -> None:
    """An empty field is no declaration of zero."""
    if form.aid.data == AidAnswer.WITH_AID.value and not (field.raw_data and field.raw_data[0].strip()):
        field.errors = []  # an empty field is no number either; one sentence is enough
        raise StopValidation(_("Write the amount; 0 if there was none. If you do not know it, choose so above."))


def _cents(amount: Decimal | None) -> int | None:
    return None if amount is None else int(100 * amount)


class EnrolForm(LiftForm):
    """Three questions: who comes, what if not all fit, aid."""

    people = SelectMultipleField(_l("Who comes?"), choices=[])
    nameless = IntegerField(_l("Seats without a name yet"), [Optional(), NumberRange(0, MOST_PER_REQUEST)], default=0)
    fit = RadioField(_l("If not all fit"), [InputRequired()], default="some", choices=FITS)
    aid = RadioField(
        _l("Public aid"), [InputRequired(_l("Say whether you want the lower price."))], choices=AID_ANSWERS
    )
    declared = DecimalField(
        _l("Support in the last three years, in total"),
        [_told_with_aid, Optional(), NumberRange(0, AID_CEILING_CENTS / 100)],
        places=2,
    )

    code = StringField(_l("Code for reserved seats"), [Optional(), Length(max=40)])
    voucher = StringField(_l("Voucher"), [Optional(), Length(max=40)])

    def ask_no_aid(self) -> None:
        """A session without a lower price has no third question."""
        del self.aid, self.declared

    @property
    def is_readable(self) -> bool:
        """Whether it says who comes, so that prices and seats can be told while the rest is still open."""
        return not {"people", "nameless", "fit", "code", "voucher"} & self.errors.keys()

    def request_of(self) -> EnrolRequest:
        """What was asked for. An answer about aid that is still open counts as none."""
        people = tuple(UUID(person) for person in self.people.data or ())
        fit = Fit(self.fit.data) if not self.fit.errors and self.fit.data else Fit.SOME
        wanted = EnrolRequest(
            people, self.nameless.data or 0, fit, code=self.code.data or "", voucher=self.voucher.data or ""
        )
        if "aid" not in self or not self.aid.data or self.aid.errors:
            return wanted
        aid, told = AidAnswer(self.aid.data), self.declared.data
        return replace(wanted, aid=aid, aid_declared_cents=_cents(told) if aid is AidAnswer.WITH_AID else None)


class AidForm(LiftForm):
    """The one question on public support, asked with the company's yes and of the accountant (S8)."""

    aid = RadioField(
        _l("Public aid"), [InputRequired(_l("Say whether you want the lower price."))], choices=AID_ANSWERS
    )
    declared = DecimalField(
        _l("Support in the last three years, in total"),
        [_told_with_aid, Optional(), NumberRange(0, AID_CEILING_CENTS / 100)],
        places=2,
    )

    def ask_no_aid(self) -> None:
        """The session has one price for everybody."""
        del self.aid, self.declared

    @property
    def answer(self) -> AidAnswer:
        """Full price where nothing was asked."""
        return AidAnswer(self.aid.data) if "aid" in self else AidAnswer.FULL_PRICE

    @property
    def told_cents(self) -> int | None:
        """The figure, where one belongs to the answer."""
        return _cents(self.declared.data) if self.answer is AidAnswer.WITH_AID else None


class CancelForm(LiftForm):
    """Why a session does not take place; everybody reads it."""

    reason = StringField(_l("Why it is cancelled"), [InputRequired(), Length(max=300)])


class PoolSizeForm(LiftForm):
    """Seats of a pool."""

    size = IntegerField(_l("Seats"), [InputRequired(), NumberRange(0, 500)])


class HelpForm(LiftForm):
    """Ask for help."""

    sentence = TextAreaField(_l("What are you stuck on?"), [Optional(), Length(max=500)])


MOST_EUR = 100_000
_KNOWN = {
    "mode": frozenset(m.value for m in SessionMode),
    "length": frozenset(b.value for b in LengthBand),
    "seats": frozenset(b.value for b in SeatsBand),
}


def filters_from(query: MultiDict[str, str]) -> SessionFilters:
    """The filters that stand in an address. What cannot be read is left out: a shared link never breaks."""
    chosen: dict[str, Any] = {
        name: frozenset(v for v in query.getlist(name)[:20] if v and len(v) <= 60 and v in _KNOWN.get(name, {v}))
        for name in ("topic", "language", "country", "mode", "length", "seats")
    }
    price = _whole(query.get("price", ""))
    filters = SessionFilters(**chosen, since=_day(query.get("since", "")), until=_day(query.get("until", "")))
    return filters if price is None else replace(filters, price=100 * price)


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and int(text[:7]) <= MOST_EUR else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
