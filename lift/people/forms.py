"""Forms of people. Messages are whole sentences; what was typed is kept."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from lift.web.forms import LiftForm


class SignInForm(LiftForm):
    """Address and password."""

    email = StringField(
        _l("E-mail address"), [InputRequired(_l("Type the address you sign in with.")), Length(max=254)]
    )
    password = PasswordField(_l("Password"), [InputRequired(_l("Type your password.")), Length(max=200)])
