"""Is a picture plain SVG: shapes and text, nothing that runs, loads or hides.

Expat is used directly so that a document type or an entity ends the reading before anything is expanded.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.parsers import expat

from lift.content.folder.faults import Fault, fault

_ELEMENTS = frozenset(
    {"svg", "g", "defs", "title", "desc", "rect", "circle", "ellipse", "line", "polyline", "polygon", "path", "text"}
    | {"tspan", "marker", "pattern", "linearGradient", "radialGradient", "stop", "clipPath", "use"}
)
_NAMESPACE = "http://www.w3.org/2000/svg"


class _Forbidden(Exception):
    """Ends the reading; never leaves this file."""


def picture_faults(file: str, data: bytes) -> list[Fault]:
    """All faults of the picture: the first thing that is not allowed, or why it cannot be read."""
    try:
        _read(data)
    except _Forbidden as found:
        return [fault(file, "", "svg_forbidden", value=str(found))]
    except expat.ExpatError as error:
        return [fault(file, "", "svg_unreadable", detail=str(error))]
    return []


def _read(data: bytes) -> None:
    parser = expat.ParserCreate("utf-8", "|")
    elements = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal elements
        elements += 1
        space, _, local = name.rpartition("|")
        if space != _NAMESPACE or local not in _ELEMENTS or (elements == 1 and local != "svg"):
            raise _Forbidden(f"<{local}>")
        for bad in _bad_attributes(attributes):
            raise _Forbidden(bad)

    def refuse(*_: object) -> None:
        raise _Forbidden("<!DOCTYPE>")

    def instruction(target: str, _data: str) -> None:
        raise _Forbidden(f"<?{target}?>")

    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ProcessingInstructionHandler = instruction
    parser.Parse(data, True)


def _bad_attributes(attributes: dict[str, str]) -> Iterator[str]:
    for name, value in attributes.items():
        local = name.rpartition("|")[2]
        squeezed = "".join(value.split()).lower()
        if local.lower().startswith("on"):
            yield local
        elif (local == "href" and not squeezed.startswith("#")) or _loads(squeezed):
            yield f"{local}={value}"


def _loads(value: str) -> bool:
    return value.count("url(") != value.count("url(#") or "javascript:" in value or "data:" in value
