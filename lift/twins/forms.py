"""The form of a what-if, made from the simulator's own schema; what was typed is kept, comma or point is read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from wtforms import (  # type: ignore[attr-defined]  # SelectChoice is newer than its stubs
    BooleanField,
    HiddenField,
    RadioField,
    SelectChoice,
    StringField,
)

from lift.twins.simulators.base import AnySimulator, Parameters
from lift.twins.simulators.fields import FieldSpec, fields_of, parse
from lift.web.forms import LiftForm
from lift.web.i18n import decimal, language, say
from lift.web.i18n import lazy_gettext as _l


class WhatIfForm(LiftForm):
    """Numbers of one run. ``like`` is the run whose luck may be shared; ``session`` and ``step`` lead back to a training."""

    like = HiddenField()
    same_luck = BooleanField(_l("Same luck"))
    session = HiddenField()
    step = HiddenField()
    simulator: AnySimulator
    specs: tuple[FieldSpec, ...] = ()
    parameters: Parameters | None = None

    def validate(self, extra_validators: Any = None) -> bool:
        """Reads every number; each problem stands at its field. ``parameters`` is then set."""
        fine = super().validate(extra_validators)
        typed = {spec.name: self[spec.name].data for spec in self.specs if self[spec.name].data is not None}
        found: Parameters | tuple[Any, ...] = parse(self.simulator.parameters, typed, language())
        if isinstance(found, tuple):
            for problem in found:
                self[problem.field].errors = [say(problem.text)]
            return False
        self.parameters = found
        return bool(fine)

    def show(self, values: Mapping[str, Any]) -> None:
        """Put numbers into the fields, written as the reader writes them; texts as they are."""
        for spec in self.specs:
            self[spec.name].data = typed(values.get(spec.name, spec.default))

    def beside_id(self) -> UUID | None:
        """The run that the form stood beside."""
        try:
            return UUID(self.like.data or "")
        except ValueError:
            return None

    def like_id(self) -> UUID | None:
        """The run whose luck is wanted; None for new luck or no such id."""
        return self.beside_id() if self.same_luck.data else None


def typed(value: float | str) -> str:
    """What stands in a field: words as they are, numbers as one types them."""
    return value if isinstance(value, str) else typed_as(value)


def typed_as(value: float) -> str:
    """A number as one types it in the reader's language: 2.5 or 2,5, without separators."""
    return str(decimal(value, "0.######"))


@lru_cache(maxsize=32)
def form_class(simulator: AnySimulator) -> type[WhatIfForm]:
    """The form of this simulator: one field for each of its parameters, in their order."""
    specs = fields_of(simulator.parameters)
    own = {spec.name: _control(spec) for spec in specs}
    return type("SimulatorForm", (WhatIfForm,), {**own, "simulator": simulator, "specs": specs})


def _control(spec: FieldSpec) -> Any:
    if spec.choices:
        choices = [SelectChoice(str(choice), _choice_label(spec, str(choice))) for choice in spec.choices]
        return RadioField(_l(spec.title), choices=choices, validate_choice=False)
    return StringField(_l(spec.title))


def _choice_label(spec: FieldSpec, choice: str) -> Any:
    name = spec.names.get(choice)
    return _l(name) if name else f"{choice} {spec.unit}".strip()
