"""What is looked for in the audit trail; a GET form, so that a search can be kept as an address."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, StringField, ValidationError
from wtforms.validators import Length, Optional

from lift.insight.queries import AuditFilters
from lift.web.i18n import lazy_gettext as _l

LONGEST = 200


class AuditForm(FlaskForm):  # type: ignore[misc]
    """Reads the address; changes nothing, hence carries no token."""

    class Meta:
        """No CSRF on a search."""

        csrf = False

    who = StringField(_l("Person or pseudonym"), [Length(max=LONGEST)])
    kind = SelectField(_l("Kind of thing"), validate_choice=False)
    thing = StringField(_l("Number of the thing"), [Length(max=LONGEST)])
    action = StringField(_l("Act begins with"), [Length(max=LONGEST)])
    since = DateField(_l("From day"), [Optional()])
    until = DateField(_l("Until day"), [Optional()])

    def __init__(self, kinds: list[str], **kwargs: Any) -> None:
        super().__init__(formdata=request.args, **kwargs)
        self.kind.choices = [("", _l("all")), *((kind, kind.replace("_", " ")) for kind in kinds)]

    def validate_until(self, field: DateField) -> None:
        """The stretch must not run backwards."""
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError(_l("The last day lies before the first one."))

    def filters(self) -> AuditFilters:
        """As a query wants it."""
        words = {name: (self[name].data or "").strip() for name in ("who", "kind", "thing", "action")}
        return AuditFilters(**words, since=self.since.data, until=self.until.data)
