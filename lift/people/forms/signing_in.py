"""Forms of signing in. Messages are whole sentences; what was typed is kept."""

from __future__ import annotations

from typing import Any

from wtforms import PasswordField, StringField, ValidationError
from wtforms.validators import Email, EqualTo, InputRequired, Length

from lift.people import policy
from lift.people.forms.fields import trimmed
from lift.web.forms import LiftForm
from lift.web.i18n import lazy_gettext as _l
from lift.web.i18n import say

CODE_SHAPE = _l("Type the six digits that your app shows.")


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
