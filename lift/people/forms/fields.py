"""Fields that more than one form uses."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from wtforms import DecimalField, Field, IntegerField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older
from wtforms.validators import StopValidation

from lift.web.i18n import lazy_gettext as _l

LANGUAGES = [SelectChoice("en", "English"), SelectChoice("it", "Italiano"), SelectChoice("de", "Deutsch")]


def trimmed(value: str | None) -> str | None:
    """Without the spaces that pasting brings along."""
    return value.strip() if value else value


def readable(_form: object, field: Field) -> None:
    """Stop here when the words could not be read at all: one sentence is enough."""
    if field.process_errors:
        raise StopValidation


class WholeNumber(IntegerField):
    """A whole number; spaces between thousands are fine."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Keep what was typed, and say in our words what is wrong with it."""
        if valuelist and valuelist[0].strip():
            self.data = None
            try:
                self.data = int("".join(valuelist[0].split()))
            except ValueError as error:
                raise ValueError(_l("Write a whole number, for example 24.")) from error


class Amount(DecimalField):
    """A number with point or comma."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """The same; what is no finite number is none."""
        if valuelist and valuelist[0].strip():
            self.data = None
            try:
                value = Decimal("".join(valuelist[0].split()).replace(",", "."))
            except InvalidOperation as error:
                raise ValueError(_l("Write a number, for example 3.5.")) from error
            if not value.is_finite():
                raise ValueError(_l("Write a number, for example 3.5."))
            self.data = value
