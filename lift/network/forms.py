"""Forms of a working group: an outcome, a meeting, a request to take part and its answer."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import DateField, FileField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import URL, InputRequired, Length, Optional

from lift.network import texts
from lift.network.models import Outcome
from lift.network.policy import LICENCES
from lift.web.forms import LiftForm
from lift.web.i18n import gettext as _
from lift.web.i18n import lazy_gettext as _l
from lift.web.i18n import say


class OutcomeForm(LiftForm):
    """Everything that an outcome needs before it can be accepted; a proposal may still lack most of it."""

    title = StringField(_l("Name of the outcome"), [InputRequired(_l("Give it a name.")), Length(max=160)])
    kind = SelectField(_l("Kind"))
    gain = TextAreaField(_l("What a small firm gains, in one sentence"), [Optional(), Length(max=400)])
    link = StringField(
        _l("Link"), [Optional(), Length(max=400), URL(message=_l("Type the whole address, with https://."))]
    )
    file = FileField(_l("File"))
    licence = SelectField(_l("Licence"), validate_choice=True)
    contributors = SelectMultipleField(_l("Partners that made it"))

    def offer(self, bodies: Sequence[tuple[str, str]]) -> None:
        """The choices, in the reader's language; ``bodies`` are (slug, name) of the group's members."""
        self.kind.choices = [(kind.value, say(words)) for kind, words in texts.OUTCOME_KINDS.items()]
        self.licence.choices = [("", _("not chosen yet")), *((name, name) for name in LICENCES)]
        self.contributors.choices = list(bodies)

    def show(self, outcome: Outcome, language: str) -> None:
        """What is on record, in the reader's language where there is one."""
        self.title.data = outcome.title.get(language) or outcome.title.get("en", "")
        self.kind.data, self.link.data, self.licence.data = outcome.kind.value, outcome.link, outcome.licence or ""
        self.gain.data = outcome.gain.get(language) or outcome.gain.get("en", "")
        self.contributors.data = list(outcome.contributors)


class MeetingForm(LiftForm):
    """What is kept of a meeting."""

    held_on = DateField(_l("Day"), [InputRequired(_l("Choose a day, for example 2026-11-30."))])
    people = StringField(_l("Who was there"), [InputRequired(_l("Name the people.")), Length(max=500)])
    decisions = TextAreaField(
        _l("What was decided, one decision a line"), [InputRequired(_l("Write at least one line.")), Length(max=4000)]
    )
    file = FileField(_l("Paper"))


class JoinForm(LiftForm):
    """A body asks to take part."""

    brings = TextAreaField(
        _l("What your organisation would bring"), [InputRequired(_l("Say it in a sentence.")), Length(max=1000)]
    )


class AnswerForm(LiftForm):
    """The office's answer; a no says why."""

    answer = TextAreaField(_l("Your answer"), [Optional(), Length(max=1000)])
    accept = StringField()
