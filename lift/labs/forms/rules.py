"""Forms of the rules: one field a rule, empty where the lab leaves it as it comes; six answers for a new lab or asset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from babel.dates import get_day_names
from wtforms import IntegerField, RadioField, SelectField, SelectMultipleField, StringField, TimeField, ValidationError
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lift.core.errors import Problem
from lift.labs import texts
from lift.labs.enums import AccessClass, Preset
from lift.labs.models import AssetType
from lift.labs.policy.rules import OF_THE_LAB
from lift.labs.policy.values import KINDS, Whole, YesNo
from lift.web.forms import LiftForm
from lift.web.i18n import get_locale, say
from lift.web.i18n import gettext as _
from lift.web.i18n import lazy_gettext as _l
from lift.web.i18n import texts as in_language

AS_IT_COMES = ""
NO_LIMIT = "-"
AS_LAB = "lab"


def _whole(kind: Whole) -> Any:
    def check(_form: Any, field: Any) -> None:
        words = say(texts.RULES[field.name][0])
        if not (field.data.isdecimal() and kind.low <= int(field.data) <= kind.high) and field.data != NO_LIMIT:
            raise ValidationError(_("%(rule)s: type a whole number from %(low)s to %(high)s.", rule=words, low=kind.low,
                                    high=kind.high))  # fmt: skip
        if field.data == NO_LIMIT and not kind.limit:
            raise ValidationError(_("This rule needs a number."))

    return StringField(filters=[lambda typed: (typed or "").strip()], validators=[Optional(), check])


class RulesForm(LiftForm):
    """What differs from what comes from above. A number, ``-`` for no limit, empty for "as it comes"."""

    preset = RadioField(_l("Rule set"))

    def offer(self, *, of_asset: bool) -> None:
        """The choices, in the reader's language; an asset has no rules that count over its whole lab."""
        for name in OF_THE_LAB if of_asset else ():
            delattr(self, name)
        own = [(AS_LAB, _("as the lab"))] if of_asset else []
        self.preset.choices = own + [(preset.value, say(words)) for preset, words in texts.PRESETS.items()]
        for name, field in self.rule_fields().items():
            field.label.text = say(texts.RULES[name][0])
            kind = KINDS[name]
            if isinstance(kind, YesNo):
                field.choices = [(AS_IT_COMES, _("as it comes")), ("yes", _("yes")), ("no", _("no"))]

    def rule_fields(self) -> dict[str, Any]:
        """The fields that stand for rules, in the order in which they are asked."""
        return {name: self[name] for name in KINDS if name in self}

    def show(self, changes: Mapping[str, Any]) -> None:
        """Put what was changed into the fields."""
        for name, field in self.rule_fields().items():
            field.data = _written(changes[name]) if name in changes else AS_IT_COMES

    def changes(self) -> dict[str, Any]:
        """What was typed: rule name to value; what was left as it comes is not there."""
        typed = {
            name: field.data for name, field in self.rule_fields().items() if field.data not in (None, AS_IT_COMES)
        }
        return {name: _read(name, value) for name, value in typed.items()}

    def chosen_preset(self) -> Preset | None:
        """The rule set; None: as the lab."""
        return None if self.preset.data == AS_LAB else Preset(self.preset.data)

    def tell(self, problems: Sequence[Problem]) -> list[Problem]:
        """Each problem to its field; those that have none come back."""
        for problem in problems:
            if problem.field in self:
                self[problem.field].errors = [*self[problem.field].errors, say(problem.text)]
        return [problem for problem in problems if problem.field not in self]


for _name, _kind in KINDS.items():
    setattr(RulesForm, _name, _whole(_kind) if isinstance(_kind, Whole) else SelectField(default=AS_IT_COMES))


class AssetRulesForm(RulesForm):
    """As the lab's, with what belongs to the asset alone."""

    setup = IntegerField(_l("Set-up before, minutes"), [InputRequired(), NumberRange(0, 24 * 60)])
    teardown = IntegerField(_l("Tear-down after, minutes"), [InputRequired(), NumberRange(0, 24 * 60)])


class NewLabForm(LiftForm):
    """Six answers: what it is called, town, country with its clock, days, hours, rule set."""

    name = StringField(_l("What is the lab called?"), [InputRequired(_l("Type a name.")), Length(max=80)])
    city = StringField(_l("In which town?"), [InputRequired(_l("Type a town.")), Length(max=80)])
    place = SelectField(_l("In which country, by which clock?"))
    days = SelectMultipleField(
        _l("On which days is it open?"), coerce=int, validators=[InputRequired(_l("Choose a day."))]
    )
    opens = TimeField(_l("From"), [InputRequired(_l("Type a time, for example 08:30."))], default=time(8, 30))
    closes = TimeField(_l("To"), [InputRequired(_l("Type a time, for example 18:00."))], default=time(18))
    preset = RadioField(_l("Which rule set fits?"), default=Preset.SUPERVISED_PRACTICE.value)

    def offer(self, places: Sequence[tuple[str, str]]) -> None:
        """The choices; ``places``: value and words."""
        self.place.choices = list(places)
        self.days.choices = list(get_day_names(locale=get_locale()).items())
        self.preset.choices = [(preset.value, say(words)) for preset, words in texts.PRESETS.items()]


class NewAssetForm(LiftForm):
    """Six answers: name, kind, what may be done with it, rule set, set-up, tear-down."""

    name = StringField(_l("What is it called?"), [InputRequired(_l("Type a name.")), Length(max=80)])
    kind = SelectField(_l("What kind of asset is it?"))
    access = SelectField(_l("What may people do with it?"), default=AccessClass.ON_SITE_ONLY.value)
    preset = RadioField(_l("Which rule set fits?"), default=AS_LAB)
    setup = IntegerField(_l("Set-up before a booking, minutes"), [InputRequired(), NumberRange(0, 24 * 60)], default=0)
    teardown = IntegerField(_l("Tear-down after it, minutes"), [InputRequired(), NumberRange(0, 24 * 60)], default=0)

    def offer(self, types: Sequence[AssetType]) -> None:
        """The choices, in the reader's language."""
        self.kind.choices = [(each.key, in_language(each.title)) for each in types]
        self.access.choices = [(access.value, say(words)) for access, words in texts.ACCESS.items()]
        sets = [(preset.value, say(words)) for preset, words in texts.PRESETS.items()]
        self.preset.choices = [(AS_LAB, _("as the lab")), *sets]

    def chosen_preset(self) -> Preset | None:
        """The rule set; None: as the lab."""
        return None if self.preset.data == AS_LAB else Preset(self.preset.data)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return NO_LIMIT if value is None else str(value)


def _read(name: str, typed: str) -> bool | int | None:
    if isinstance(KINDS[name], YesNo):
        return typed == "yes"
    return None if typed == NO_LIMIT else int(typed)
