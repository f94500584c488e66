"""The form of a what-if as the template shows it: groups, limits, what is different from the run before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lift.twins import texts
from lift.twins.forms import WhatIfForm, typed, typed_as
from lift.twins.simulators.fields import FieldSpec
from lift.web.i18n import gettext as _
from lift.web.i18n import say

ALWAYS_OPEN = ("times", "run", "plan", "control")


@dataclass(frozen=True)
class Param:
    """One number: its field, limits, unit, and what it was in the run before ('' when it is the same)."""

    field: Any
    spec: FieldSpec
    limits: str
    unit: str
    was: str


@dataclass(frozen=True)
class Group:
    """Numbers that belong together; a group that hides nothing new may be folded."""

    title: str
    params: tuple[Param, ...]
    is_open: bool

    @property
    def folds(self) -> bool:
        """Whether it starts folded."""
        return not self.is_open


def groups_of(form: WhatIfForm, base: Mapping[str, Any] | None) -> list[Group]:
    """The fields by group, against the numbers of the run before."""
    by_group: dict[str, list[Param]] = {}
    for spec in form.specs:
        by_group.setdefault(spec.group, []).append(_param(form, spec, base))
    return [_group(name, params) for name, params in by_group.items()]


def changed_count(groups: list[Group]) -> int:
    """How many numbers differ from the run before."""
    return sum(bool(param.was) for group in groups for param in group.params)


def unit_words(unit: str) -> str:
    """A unit in the reader's language; symbols stay."""
    return say(texts.UNITS.get(unit, "")) or unit


def _group(name: str, params: list[Param]) -> Group:
    striking = any(param.was or param.field.errors for param in params)
    return Group(say(texts.GROUPS.get(name, name)), tuple(params), striking or name in ALWAYS_OPEN)


def _param(form: WhatIfForm, spec: FieldSpec, base: Mapping[str, Any] | None) -> Param:
    field = form[spec.name]
    unit = unit_words(spec.unit)
    before = typed(base[spec.name]) if base and spec.name in base else field.data
    told = say(spec.names[before]) if before in spec.names else before
    was = _("was %(value)s %(unit)s", value=told, unit=unit) if before != field.data else ""
    return Param(field, spec, _limits(spec), unit, str(was))


def _limits(spec: FieldSpec) -> str:
    if spec.minimum is None or spec.maximum is None:
        return ""
    return str(_("%(low)s to %(high)s", low=typed_as(spec.minimum), high=typed_as(spec.maximum)))
