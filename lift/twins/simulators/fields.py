"""From a simulator's own schema to a form, and from what was typed to parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from pydantic import ValidationError

from lift.core.i18n import N_, Text
from lift.measures.answers import ReadProblem, read_number
from lift.twins.simulators.base import Parameters

P = TypeVar("P", bound=Parameters)

_BETWEEN = N_("Type a number from %(minimum)s to %(maximum)s.")
_WHOLE = N_("Type a whole number from %(minimum)s to %(maximum)s.")
_CHOOSE = N_("Choose one of %(choices)s.")
_CHOOSE_OFFERED = N_("Choose one of those that are offered.")
_UNKNOWN = N_("This simulator has no such field.")


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One input of a form; `kind` is number, integer or choice. `title`, `description` and `names` are source texts.

    `names` has a word for each choice that is no number.
    """

    name: str
    kind: str
    title: str
    description: str
    unit: str
    group: str
    default: float | str
    minimum: float | None
    maximum: float | None
    step: float
    choices: tuple[int | str, ...]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field, and what to type."""

    field: str
    text: Text


def fields_of(parameters: type[Parameters]) -> tuple[FieldSpec, ...]:
    """The form of a simulator, read from its JSON schema, in the order in which the fields are declared."""
    properties = cast("dict[str, dict[str, Any]]", parameters.model_json_schema()["properties"])
    return tuple(_field(name, schema) for name, schema in properties.items())


def _field(name: str, schema: dict[str, Any]) -> FieldSpec:
    choices = tuple(schema.get("enum", ()))
    whole = schema.get("type") == "integer"
    return FieldSpec(
        name=name,
        kind="choice" if choices else "integer" if whole else "number",
        title=schema["title"],
        description=schema.get("description", ""),
        unit=schema.get("unit", ""),
        group=schema.get("group", ""),
        default=schema["default"],
        minimum=schema.get("minimum"),
        maximum=schema.get("maximum"),
        step=schema.get("step", 1),
        choices=choices,
        names=schema.get("names", {}),
    )


def parse(parameters: type[P], typed: Mapping[str, object], locale: str = "en") -> P | tuple[FieldProblem, ...]:
    """Parameters from what was typed (text with comma or point, or numbers); or every field's problem.

    A field that is left out keeps its default; a name that the simulator does not know is a problem.
    """
    specs = {spec.name: spec for spec in fields_of(parameters)}
    problems = [FieldProblem(name, Text(_UNKNOWN)) for name in typed if name not in specs]
    values: dict[str, object] = {}
    for name, raw in typed.items():
        if name in specs:
            read = _value(raw, locale)
            values[name] = raw if read is None else read
    try:
        found = parameters.model_validate(values)
    except ValidationError as error:
        named = {str(fault["loc"][0]): None for fault in error.errors()}
        return (*problems, *(FieldProblem(name, _hint(specs[name])) for name in named))
    return tuple(problems) or found


def _value(raw: object, locale: str) -> float | int | None:
    """The number that was typed; None if there is none to read."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        return None
    if not isinstance(raw, str):
        return raw
    read = read_number(raw, "", locale, negative=True)
    if isinstance(read, ReadProblem):
        return None
    return int(read.value) if read.value.is_integer() else read.value


def _hint(spec: FieldSpec) -> Text:
    if spec.names:
        return Text(_CHOOSE_OFFERED)
    if spec.choices:
        return Text(_CHOOSE, {"choices": ", ".join(str(choice) for choice in spec.choices)})
    limits = {"minimum": f"{spec.minimum:g}", "maximum": f"{spec.maximum:g}"}
    return Text(_WHOLE if spec.kind == "integer" else _BETWEEN, limits)
