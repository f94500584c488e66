"""What is wrong with a module folder: which file, which field, what, and the way out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from lift.content.folder.texts import FAULTS, OTHER
from lift.core.i18n import Text

_TAGS = frozenset({"number", "choice", "cut_kpi", "twin_drive", "simulation", "upload"}) | frozenset(
    {"view", "answer", "evidence", "twin_check", "signoff"}
)


@dataclass(frozen=True)
class Fault:
    file: str
    field: str
    text: Text
    way_out: Text

    def __str__(self) -> str:
        place = f"{self.file}, {self.field}" if self.field else self.file
        return f"{place}: {self.text} {self.way_out}"


class FolderError(ValueError):
    """The folder is no module; `faults` holds every fault found, in the order of the files."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def fault(file: str, where: str, kind: str, **values: object) -> Fault:
    text, way_out = FAULTS[kind]
    return Fault(file, where, Text(text, values), Text(way_out, values))


def broken(kind: str, **values: object) -> PydanticCustomError:
    """A rule of the format broken inside a pydantic validator."""
    text, _way_out = FAULTS[kind]
    sentence = (text % values).replace("{", "(").replace("}", ")")
    return PydanticCustomError(kind, sentence, {"values": values})


def faults_of(file: str, error: ValidationError) -> list[Fault]:
    """Pydantic's findings as faults of `file`; fields are written as in the file, lists counted from 1."""
    return [_fault_of(file, finding) for finding in error.errors(include_url=False, include_input=False)]


def _fault_of(file: str, finding: Any) -> Fault:
    context = dict(finding.get("ctx", {}))
    values = context.pop("values", context)
    text, way_out = FAULTS.get(finding["type"], OTHER)
    if finding["type"] not in FAULTS:
        values = {"detail": finding["msg"]}
    return Fault(file, _place(finding["loc"]), Text(text, values), Text(way_out, values))


def _place(location: tuple[int | str, ...]) -> str:
    """`("steps", 0, "exercise", 1, "number", "value")` becomes `steps[1].exercise[2].value`."""
    parts: list[str] = []
    for at, name in enumerate(location):
        if isinstance(name, int):
            parts[-1:] = [f"{parts[-1]}[{name + 1}]"] if parts else [f"[{name + 1}]"]
        elif not (name in _TAGS and at and (isinstance(location[at - 1], int) or location[at - 1] == "completion")):
            parts.append(name)
    return ".".join(parts)
