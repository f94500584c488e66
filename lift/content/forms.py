"""Forms of an author and of a reviewer. Exercises are typed as in a module folder; what was typed is kept."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from flask import request
from pydantic import BaseModel, ValidationError
from wtforms import (
    BooleanField,
    DateField,
    FileField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms import ValidationError as Wrong
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lift.content import texts
from lift.content.enums import StepKind
from lift.content.esco import skill_labels
from lift.content.folder.exercises import EntryQuestion, Exercise
from lift.content.folder.faults import faults_of
from lift.content.folder.toml_out import to_toml
from lift.content.models import ModuleStep, ModuleVersion
from lift.core.i18n import Text
from lift.network.policy import LICENCES
from lift.web.forms import LiftForm
from lift.web.i18n import gettext as _
from lift.web.i18n import lazy_gettext as _l
from lift.web.i18n import say

LANGUAGES = (("en", "English"), ("it", "Italiano"), ("de", "Deutsch"))
TOML_CHARACTERS = 60_000


class _Exercises(BaseModel):
    exercise: list[Exercise] = []


class _Questions(BaseModel):
    exercise: list[EntryQuestion] = []


def whole_number(typed: str | None) -> int | None:
    """A small whole number out of a hidden field; None for anything else."""
    return int(typed) if typed and typed.isdecimal() and len(typed) < 9 else None


def exercises_in(typed: str, model: type[_Exercises | _Questions] = _Exercises) -> list[dict[str, Any]]:
    """``[[exercise]]`` tables as a step keeps them. Raises Wrong with the first thing that cannot be read."""
    try:
        found = model.model_validate(tomllib.loads(typed.replace("\r\n", "\n")))
    except tomllib.TOMLDecodeError as error:
        raise Wrong(say(Text(texts.BAD_TOML, {"detail": str(error)}))) from error
    except ValidationError as error:
        first = faults_of("", error)[0]
        said = {"place": first.field, "text": first.text, "way": first.way_out}
        raise Wrong(say(Text(texts.BAD_EXERCISE, said))) from error
    return [e.model_dump(mode="json", exclude_none=True) for e in found.exercise]


def exercises_out(kept: Sequence[dict[str, Any]]) -> str:
    """Exercises as an author types them."""
    return to_toml({"exercise": [_without_none(e) for e in kept]}) if kept else ""


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_none(v) for k, v in value.items() if v is not None}
    return [_without_none(v) for v in value] if isinstance(value, list) else value


class StepForm(LiftForm):
    """One step in one language."""

    title = StringField(_l("Title"), [InputRequired(_l("Give the step a title.")), Length(max=160)])
    kind = SelectField(_l("What one does"))
    minutes = IntegerField(
        _l("Minutes"),
        [InputRequired(_l("Say how long it takes.")), NumberRange(5, 12, _l("A step takes 5 to 12 minutes."))],
    )
    required = BooleanField(_l("Needed for the certificate"))
    rule = SelectField(_l("Done when"))
    body = TextAreaField(_l("Text, in Markdown"), [Optional(), Length(max=90_000)])
    drives = StringField(_l("Controls that the learner may use"), [Optional(), Length(max=400)])
    exercises = TextAreaField(_l("Exercises"), [Length(max=TOML_CHARACTERS)])
    revision = StringField()

    def offer(self) -> None:
        """The choices, in the reader's language."""
        self.kind.choices = [(kind.value, say(words)) for kind, words in texts.KINDS.items()]
        self.rule.choices = [(rule, say(words)) for rule, words in texts.RULES.items()]

    def show(self, step: ModuleStep, language: str) -> None:
        """What is kept."""
        self.title.data, self.body.data = step.title.get(language, ""), step.body.get(language, "")
        self.kind.data, self.minutes.data, self.required.data = step.kind.value, step.minutes, step.required
        self.rule.data = step.completion.get("rule", "view")
        self.drives.data = ", ".join(step.live.get("drives", []))
        self.exercises.data, self.revision.data = exercises_out(step.exercises), str(step.revision)

    def validate_exercises(self, field: Any) -> None:
        """Readable, and each an exercise."""
        self.tables = exercises_in(field.data or "")

    @property
    def seen_revision(self) -> int:
        """The revision that the author had before them; 0 for what is no number."""
        return whole_number(self.revision.data) or 0

    @property
    def step_kind(self) -> StepKind:
        """The kind chosen."""
        return StepKind(self.kind.data)

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of controls, typed with commas."""
        return tuple(dict.fromkeys(part.strip() for part in (self.drives.data or "").split(",") if part.strip()))


class AboutForm(LiftForm):
    """What stands beside the steps, in one language."""

    title = StringField(_l("Title"), [InputRequired(_l("Give the module a title.")), Length(max=160)])
    summary = StringField(_l("In one sentence"), [InputRequired(_l("Say it in one sentence.")), Length(max=400)])
    gain = TextAreaField(_l("What a small firm gains"), [Optional(), Length(max=2000)])
    what_changed = StringField(_l("What is new in this version"), [Optional(), Length(max=400)])
    licence = SelectField(_l("Licence"))
    eqf_level = IntegerField(_l("EQF level"), [Optional(), NumberRange(1, 8, _l("A level from 1 to 8."))])
    method = SelectField(_l("Teaching method"))
    languages = SelectMultipleField(_l("Languages"))
    asset_type = SelectField(_l("Kind of machine"))
    capabilities = StringField(_l("What it must be able to do"), [Optional(), Length(max=400)])
    minutes = IntegerField(_l("Minutes at the machine"), [Optional(), NumberRange(5, 480, _l("5 to 480 minutes."))])
    operators = IntegerField(_l("People at the controls"), [Optional(), NumberRange(1, 12, _l("1 to 12 people."))])
    entry = TextAreaField(_l("Entry and exit questions"), [Length(max=TOML_CHARACTERS)])
    revision = StringField()

    def offer(
        self, version: ModuleVersion, bodies: Sequence[tuple[str, str]], kinds: Sequence[tuple[str, str]]
    ) -> None:
        """The choices; ``bodies`` are (slug, name) of those who may share the credit, ``kinds`` of machines."""
        self.languages.choices = list(LANGUAGES)
        self.licence.choices = [("", _("not chosen yet")), *((name, name) for name in LICENCES)]
        self.method.choices = [("", _("not named")), *((key, say(words)) for key, words in texts.METHODS.items())]
        self.asset_type.choices = [("", _("no machine")), *kinds]
        self.bodies = list(bodies)
        self.skills = list(skill_labels().items())
        self.shares = dict(version.credits)
        self.levels = {skill["uri"]: skill["level"] for skill in version.skills}
        if self.is_submitted():
            self.shares = {slug: number for slug, _name in bodies if (number := _number(f"share-{slug}"))}
            self.levels = {uri: level for at, (uri, _label) in enumerate(self.skills)
                           if (level := request.form.get(f"skill-{at}", "")) in texts.LEVELS}  # fmt: skip

    def show(self, version: ModuleVersion, language: str) -> None:
        """What is kept."""
        for name in ("title", "summary", "gain"):
            getattr(self, name).data = getattr(version, name).get(language, "")
        needs = version.requirements
        values = {
            "what_changed": version.what_changed, "licence": version.licence, "eqf_level": version.eqf_level,
            "method": version.method or "", "languages": list(version.languages), "entry": exercises_out(version.entry_questions),
            "revision": str(version.revision), "asset_type": needs.get("asset_type", ""), "minutes": needs.get("minutes"),
            "capabilities": ", ".join(needs.get("capabilities", [])), "operators": needs.get("operators"),
        }  # fmt: skip
        for name, value in values.items():
            getattr(self, name).data = value

    def validate_entry(self, field: Any) -> None:
        """Readable, and each a question with a number or a choice."""
        self.tables = exercises_in(field.data or "", _Questions)

    def validate_languages(self, field: Any) -> None:
        """At least one."""
        if not field.data:
            raise Wrong(_("Choose at least one language."))

    def validate_asset_type(self, field: Any) -> None:
        """A machine comes with its minutes and people."""
        if field.data and not (self.minutes.data and self.operators.data):
            raise Wrong(_("Say for how many minutes it is needed, and for how many people."))

    @property
    def requirements(self) -> dict[str, Any]:
        """What the live steps ask of a lab; empty without a machine."""
        if not self.asset_type.data:
            return {}
        names = [part.strip() for part in (self.capabilities.data or "").split(",") if part.strip()]
        return {"asset_type": self.asset_type.data, "capabilities": names, "minutes": self.minutes.data,
                "operators": self.operators.data}  # fmt: skip

    @property
    def seen_revision(self) -> int:
        """The revision that the author had before them."""
        return whole_number(self.revision.data) or 0


def _number(name: str) -> int:
    return whole_number(request.form.get(name, "").strip()) or 0


class PictureForm(LiftForm):
    """A picture for the steps."""

    picture = FileField(_l("Picture (SVG)"))


class FolderForm(LiftForm):
    """A module folder as one archive."""

    archive = FileField(_l("Module as a zip archive"))


class InviteForm(LiftForm):
    """Ask somebody to review."""

    reviewer = SelectField(_l("Who"))
    due = DateField(_l("By"), [InputRequired(_l("Choose a day, for example 2026-11-30."))])
    scope = TextAreaField(_l("What to look at"), [Optional(), Length(max=1000)])
    effort = IntegerField(_l("Expected effort"), [InputRequired(_l("Say how many minutes.")), NumberRange(5, 600)])

    def offer(self, reviewers: Sequence[tuple[Any, str, Any, str]]) -> None:
        """Who may be asked: (person, name, organisation, its name)."""
        self.reviewer.choices = [(f"{p} {o}", f"{name}, {short}") for p, name, o, short in reviewers]

    @property
    def due_at(self) -> datetime | None:
        """The end of the day."""
        return end_of(self.due.data) if self.due.data else None


def end_of(day: date) -> datetime:
    """The last minute of a day, in UTC."""
    return datetime.combine(day, time(23, 59), UTC)


class RemarkForm(LiftForm):
    """Words of a step, and what somebody says about them."""

    quote = TextAreaField(
        _l("The passage"), [InputRequired(_l("Mark words in the text, or type them here.")), Length(max=2000)]
    )
    text = TextAreaField(_l("Your remark"), [InputRequired(_l("Write what you want to say.")), Length(max=4000)])
    must_fix = BooleanField(_l("This must be put right before it is published"))
    at = StringField()


class DecideForm(LiftForm):
    """A reviewer's answer."""

    note = TextAreaField(_l("A word to the authors"), [Optional(), Length(max=4000)])
    instead = StringField(_l("Who could do it instead"), [Optional(), Length(max=200)])


class ReasonForm(LiftForm):
    """Why something is taken back."""

    reason = TextAreaField(_l("Why"), [InputRequired(_l("Say why, in a sentence.")), Length(max=1000)])
    step = StringField()
