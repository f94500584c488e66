"""Forms of belonging: invitations, roles, requests to join."""

from __future__ import annotations

from typing import Any

from wtforms import PasswordField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older
from wtforms.validators import Email, InputRequired, Length

from lift.core.actor import Role
from lift.people import policy, texts
from lift.people.forms.fields import LANGUAGES, trimmed
from lift.web.forms import LiftForm
from lift.web.i18n import lazy_gettext as _l
from lift.web.i18n import say


def role_choices(roles: list[Role]) -> list[SelectChoice]:
    """Roles by their names."""
    return [SelectChoice(role.value, say(texts.ROLES[role])) for role in roles]


class InviteForm(LiftForm):
    """An address and a role."""

    email = StringField(
        _l("E-mail address"),
        [InputRequired(_l("Type the address of the person.")), Email(_l("This is not a full e-mail address."))],
        filters=[trimmed],
    )
    role = SelectField(_l("Role"))

    def __init__(self, roles: list[Role], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = role_choices(roles)


class GiveRoleForm(LiftForm):
    """A role for somebody who is here, and why."""

    person_id = SelectField(_l("Person"))
    role = SelectField(_l("Role"))
    reason = StringField(_l("Why"), [InputRequired(_l("Write in one sentence why.")), Length(max=300)])

    def __init__(self, people: list[tuple[str, str]], roles: list[Role], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person_id.choices = [SelectChoice(key, name) for key, name in people]
        self.role.choices = role_choices(roles)


class NewcomerForm(LiftForm):
    """What an invitation asks of somebody without an account."""

    name = StringField(_l("Name"), [InputRequired(_l("Write your name.")), Length(max=120)])
    language = SelectField(_l("Language"), choices=LANGUAGES)
    password = PasswordField(_l("Choose a password"), [InputRequired(_l("Type a new password.")), Length(max=200)])

    def validate_password(self, field: Any) -> None:
        """The rules of people.policy."""
        for problem in policy.password_problems(field.data or "", ""):
            raise ValidationError(say(problem.text))


class AskFirmForm(LiftForm):
    """Firms are not listed: who works for one knows its VAT number."""

    vat_number = StringField(
        _l("VAT number of your firm"),
        [InputRequired(_l("Type the VAT number, for example IT00000000019.")), Length(max=20)],
        filters=[trimmed],
    )


class AskBodyForm(LiftForm):
    """A body that everybody sees."""

    organisation_id = SelectField(_l("Organisation"))

    def __init__(self, bodies: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation_id.choices = [SelectChoice(key, name) for key, name in bodies]
