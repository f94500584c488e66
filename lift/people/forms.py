"""Forms of people. Messages are whole sentences; what was typed is kept."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import DecimalField, Field, IntegerField, PasswordField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older
from wtforms.validators import Email, EqualTo, InputRequired, Length, NumberRange, Optional, StopValidation

from lift.people import policy
from lift.web.forms import LiftForm
from lift.web.i18n import lazy_gettext as _l
from lift.web.i18n import say

LANGUAGES = [SelectChoice("en", "English"), SelectChoice("it", "Italiano"), SelectChoice("de", "Deutsch")]


def trimmed(value: str | None) -> str | None:
    """Without the spaces that pasting brings along."""
    return value.strip() if value else value


CODE_SHAPE = _l("Type the six digits that your app shows.")


def readable(_form: object, field: Field) -> None:
    """Stop here when the words could not be read at all: one sentence is enough."""
    if field.process_errors:
        raise StopValidation


class WholeNumber(IntegerField):
    """A whole number; spaces between thousands are fine."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Keep what was typed, and say in our words what is wrong with it."""
        if valuelist and valuelist[0].strip():
            self.data = None
            try:
                self.data = int("".join(valuelist[0].split()))
            except ValueError as error:
                raise ValueError(_l("Write a whole number, for example 24.")) from error


class Amount(DecimalField):
    """A number with point or comma."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """The same; what is no finite number is none."""
        if valuelist and valuelist[0].strip():
            self.data = None
            try:
                value = Decimal("".join(valuelist[0].split()).replace(",", "."))
            except InvalidOperation as error:
                raise ValueError(_l("Write a number, for example 3.5.")) from error
            if not value.is_finite():
                raise ValueError(_l("Write a number, for example 3.5."))
            self.data = value


class SignInForm(LiftForm):
    """Address and password."""

    email = StringField(
        _l("E-mail address"), [InputRequired(_l("Type the address you sign in with.")), Length(max=254)]
    )
    password = PasswordField(_l("Password"), [InputRequired(_l("Type your password.")), Length(max=200)])


class CodeForm(LiftForm):
    """The code of an authenticator."""

    code = StringField(_l("Code from your app"), [InputRequired(CODE_SHAPE), Length(min=6, max=9, message=CODE_SHAPE)])


class PasswordForm(LiftForm):
    """The present password, as proof."""

    password = PasswordField(_l("Your password"), [InputRequired(_l("Type your password.")), Length(max=200)])


class AskPasswordForm(LiftForm):
    """Where the link for a new password goes."""

    email = StringField(
        _l("E-mail address"),
        [InputRequired(_l("Type the address of your account.")), Email(_l("This is not a full e-mail address."))],
        filters=[trimmed],
    )


class NewPasswordForm(LiftForm):
    """A new password, twice."""

    password = PasswordField(_l("New password"), [InputRequired(_l("Type a new password.")), Length(max=200)])
    again = PasswordField(
        _l("The same again"),
        [
            InputRequired(_l("Type the new password in both fields.")),
            EqualTo("password", _l("The two do not agree. Type the new password in both fields.")),
        ],
    )

    def validate_password(self, field: Any) -> None:
        """The rules of people.policy."""
        for problem in policy.password_problems(field.data or "", ""):
            raise ValidationError(say(problem.text))


class CardForm(LiftForm):
    """The code printed on a card."""

    code = StringField(
        _l("Code on your card"), [InputRequired(_l("Type the eight characters printed on your card.")), Length(max=20)]
    )


class PinForm(LiftForm):
    """The PIN of a card."""

    pin = PasswordField(_l("Your PIN"), [InputRequired(_l("Type your PIN.")), Length(max=8)])


class NewPinForm(LiftForm):
    """First use of a card: choose a PIN."""

    pin = PasswordField(_l("Choose a PIN"), [InputRequired(_l("Choose four to eight digits."))])
    again = PasswordField(
        _l("The same PIN again"),
        [
            InputRequired(_l("Type the same digits in both fields.")),
            EqualTo("pin", _l("The two do not agree. Type the same digits in both fields.")),
        ],
    )

    def validate_pin(self, field: Any) -> None:
        """The rules of people.policy."""
        for problem in policy.pin_problems(field.data or ""):
            raise ValidationError(say(problem.text))


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


class LanguageForm(LiftForm):
    """The language that follows the person."""

    language = SelectField(_l("Language"), choices=LANGUAGES)
