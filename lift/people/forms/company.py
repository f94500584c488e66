"""Forms of my company."""

from __future__ import annotations

from typing import Any

from wtforms import SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older
from wtforms.validators import DataRequired, Email, InputRequired, Length, NumberRange, Optional

from lift.people import texts
from lift.people.forms.fields import LANGUAGES, Amount, WholeNumber, readable, trimmed
from lift.web.forms import LiftForm
from lift.web.i18n import lazy_gettext as _l
from lift.web.i18n import say


class SizeForm(LiftForm):
    """What Recommendation 2003/361/EC asks."""

    heads = WholeNumber(
        _l("People who work for you"),
        [
            readable,
            InputRequired(_l("Write a whole number, for example 24.")),
            NumberRange(0, 1_000_000, _l("Write a whole number from 0.")),
        ],
        description=_l("Full-time jobs over the last year; two half-time jobs count as one."),
    )
    turnover_meur = Amount(
        _l("Yearly turnover"),
        [
            readable,
            InputRequired(_l("Write a number, for example 3.5.")),
            NumberRange(0, 1_000_000, _l("Write a number from 0.")),
        ],
    )
    balance_meur = Amount(
        _l("Balance sheet total"),
        [
            readable,
            InputRequired(_l("Write a number, for example 2.")),
            NumberRange(0, 1_000_000, _l("Write a number from 0.")),
        ],
    )


class ProfileForm(LiftForm):
    """Where the firm is found and who gets the mail of people without an address."""

    city = StringField(_l("Town"), [Optional(), Length(max=100)])
    website = StringField(_l("Website"), [Optional(), Length(max=200)])
    contact_email = StringField(
        _l("Mail for people without an address goes to"),
        [Optional(), Email(_l("This is not a full e-mail address.")), Length(max=254)],
        filters=[trimmed],
    )

    def validate_website(self, field: Any) -> None:
        """A web address only: it becomes a link."""
        if field.data and not field.data.startswith(("https://", "http://")):
            raise ValidationError(_l("Begin with https://"))


class VatForm(LiftForm):
    """The number that tells firms apart."""

    vat_number = StringField(
        _l("VAT number"),
        [DataRequired(_l("Write the VAT number with its country.")), Length(max=40)],
        filters=[trimmed],
    )


class LinkForm(LiftForm):
    """Another firm that counts when the size is told."""

    link_name = StringField(
        _l("Name of the other firm"),
        [DataRequired(_l("Write the name of the firm.")), Length(max=200)],
        filters=[trimmed],
    )
    link_vat_number = StringField(
        _l("Its VAT number"),
        [DataRequired(_l("Write the VAT number with its country.")), Length(max=40)],
        filters=[trimmed],
    )
    kind = SelectField(_l("How it is tied to yours"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [SelectChoice(kind.value, say(words)) for kind, words in texts.LINK_KINDS.items()]


class EmployeeForm(LiftForm):
    """A name and a language are enough (L14)."""

    name = StringField(
        _l("Name"),
        [InputRequired(_l("Write the name as it should stand on the certificate.")), Length(max=120)],
    )
    language = SelectField(_l("Language"), choices=LANGUAGES, validate_choice=True)
    email = StringField(
        _l("E-mail address"),
        [Optional(), Email(_l("This is not a full e-mail address. Leave it out if there is none.")), Length(max=254)],
        description=_l("Leave it out for people without one: you print a card for them."),
        filters=[trimmed],
    )
