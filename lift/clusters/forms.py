"""What a cluster's officer writes."""

from __future__ import annotations

from wtforms import FileField, TextAreaField
from wtforms.validators import InputRequired, Length

from lift.web.forms import LiftForm
from lift.web.i18n import lazy_gettext as _l


class HubTextForm(LiftForm):
    """The outlook in one or more languages; which may stay empty the verb judges."""

    en = TextAreaField(_l("In English"), [Length(max=20_000)], render_kw={"rows": 6})
    it = TextAreaField(_l("In Italian"), [Length(max=20_000)], render_kw={"rows": 6})

    def texts(self) -> dict[str, str]:
        """What was written, by language; empty ones left out."""
        written = {field.name: (field.data or "").strip() for field in (self.en, self.it)}
        return {language: text for language, text in written.items() if text}


class EuFileForm(LiftForm):
    """A published set of EU-project data."""

    file = FileField(_l("Archive with the CSV files"), [InputRequired(_l("Choose the zip archive first."))])
