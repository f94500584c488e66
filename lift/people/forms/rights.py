"""Forms of a person's rights."""

from __future__ import annotations

from wtforms import BooleanField, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older
from wtforms.validators import InputRequired

from lift.web.forms import LiftForm
from lift.web.i18n import lazy_gettext as _l


class EraseForm(LiftForm):
    """What becomes of the certificates, and a clear yes."""

    certificates = RadioField(
        _l("My certificates"),
        [InputRequired(_l("Choose what becomes of your certificates."))],
        choices=[
            SelectChoice("keep", _l("They stay valid: their number answers the public check, without my name.")),
            SelectChoice("revoke", _l("They are revoked: the public check says so.")),
        ],
    )
    sure = BooleanField(
        _l("Yes, erase me. I cannot take this back."), [InputRequired(_l("Tick this if you really want to be erased."))]
    )
