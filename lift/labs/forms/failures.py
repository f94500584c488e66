"""Forms of problems: what is wrong, and what became of it."""

from __future__ import annotations

from wtforms import HiddenField, IntegerField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lift.web.forms import LiftForm
from lift.web.i18n import lazy_gettext as _l

A_YEAR = 366 * 24 * 60
WHEN = _l("Choose when it will be back.")
SHORTER = _l("Use 400 characters at most.")


class ProblemForm(LiftForm):
    """A report."""

    what = TextAreaField(
        _l("What is wrong"), [InputRequired(_l("Say in a few words what is wrong.")), Length(max=400, message=SHORTER)]
    )


class DownForm(LiftForm):
    """Out of use for ``minutes`` from now. ``failure``: the report that it answers."""

    asset = HiddenField()
    failure = HiddenField()
    what = TextAreaField(_l("What is wrong"), [Optional(), Length(max=400, message=SHORTER)])
    minutes = IntegerField(
        _l("Back in"), [InputRequired(WHEN), NumberRange(1, A_YEAR, WHEN)]
    )  # fmt: skip


class OutcomeForm(LiftForm):
    """What became of it; the reporter reads it."""

    outcome = TextAreaField(
        _l("What became of it"),
        [InputRequired(_l("Say in a few words what became of it; the reporter reads it.")), Length(max=400, message=SHORTER)],
    )  # fmt: skip
