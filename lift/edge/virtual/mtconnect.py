"""The machining cell behind an MTConnect agent: probe, current, sample; a ring of observations; one condition."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

from lift.edge.virtual.cell import VARIABLES, CellValue, MachiningCell
from lift.edge.virtual.web import Request, Response, WebServer

VERSION = "2.3"
STREAMS = f"urn:mtconnect.org:MTConnectStreams:{VERSION}"
DEVICES = f"urn:mtconnect.org:MTConnectDevices:{VERSION}"
ERROR = f"urn:mtconnect.org:MTConnectError:{VERSION}"
BUFFER = 4_096
CONDITION = "System"
_HIDDEN = ("RemoteControl", "WatchdogOk", "Watchdog")


@dataclass(frozen=True, slots=True)
class Observed:
    sequence: int
    item: str
    element: str
    at: str
    text: str


class MtconnectServer:
    def __init__(self, cell: MachiningCell, port: int, buffer: int = BUFFER) -> None:
        self.url = f"http://127.0.0.1:{port}/"
        self._cell = cell
        self._web = WebServer(port, self._handle)
        self._ring: deque[Observed] = deque(maxlen=buffer)
        self._latest: dict[str, Observed] = {}
        self._instance = str(time.time_ns())
        self._next = 1

    async def start(self) -> None:
        await self._web.start()

    async def stop(self) -> None:
        await self._web.stop()

    async def publish(self) -> None:
        for name, value in self._cell.values().items():
            if name not in _HIDDEN:
                self._observe(name, name, _text(value))
        level = "Fault" if self._cell.emergency_stop else "Normal"
        self._observe(CONDITION, level, "emergency stop" if self._cell.emergency_stop else "")

    def _observe(self, item: str, element: str, text: str) -> None:
        latest = self._latest.get(item)
        if latest and (latest.element, latest.text) == (element, text):
            return
        at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        self._latest[item] = Observed(self._next, item, element, at, text)
        self._ring.append(self._latest[item])
        self._next += 1

    async def _handle(self, request: Request) -> Response:
        match request.method, request.path.strip("/"):
            case "GET", "probe":
                return _xml(self._devices())
            case "GET", "current":
                return _xml(self._streams(list(self._latest.values()), self._next))
            case "GET", "sample":
                return self._sample(request)
        return _xml(self._error("UNSUPPORTED", "probe, current or sample"), 404)

    def _sample(self, request: Request) -> Response:
        first = self._ring[0].sequence if self._ring else 1
        try:
            start, count = int(request.query.get("from", first)), int(request.query.get("count", 100))
        except ValueError:
            return _xml(self._error("INVALID_REQUEST", "from and count are numbers"), 400)
        if not first <= start <= self._next or count <= 0:
            return _xml(self._error("OUT_OF_RANGE", f"from lies outside {first} to {self._next}"))
        found = [seen for seen in self._ring if seen.sequence >= start][:count]
        return _xml(self._streams(found, found[-1].sequence + 1 if found else self._next))

    def _header(self, root: etree._Element, following: int | None = None) -> None:
        numbers = {} if following is None else self._numbers(following)
        at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        values = {"instanceId": self._instance, "version": VERSION, "sender": "lift", "creationTime": at, **numbers}
        etree.SubElement(root, _tag(root, "Header"), values)

    def _numbers(self, following: int) -> dict[str, str]:
        first = self._ring[0].sequence if self._ring else 1
        return {
            "bufferSize": str(self._ring.maxlen),
            "firstSequence": str(first),
            "lastSequence": str(self._next - 1),
            "nextSequence": str(following),
        }

    def _streams(self, found: list[Observed], following: int) -> etree._Element:
        root = etree.Element(f"{{{STREAMS}}}MTConnectStreams", nsmap={None: STREAMS})
        self._header(root, following)
        device = etree.SubElement(etree.SubElement(root, _tag(root, "Streams")), _tag(root, "DeviceStream"))
        component = etree.SubElement(device, _tag(root, "ComponentStream"), component="Controller")
        parts = {kind: etree.SubElement(component, _tag(root, kind)) for kind in ("Samples", "Events", "Condition")}
        for seen in found:
            kind = "Condition" if seen.item == CONDITION else _category(seen.item)
            attributes = {"dataItemId": seen.item, "sequence": str(seen.sequence), "timestamp": seen.at}
            etree.SubElement(parts[kind], _tag(root, seen.element), attributes).text = seen.text
        return root

    def _devices(self) -> etree._Element:
        root = etree.Element(f"{{{DEVICES}}}MTConnectDevices", nsmap={None: DEVICES})
        self._header(root)
        device = etree.SubElement(
            etree.SubElement(root, _tag(root, "Devices")), _tag(root, "Device"), id="cell", name="MachiningCell"
        )
        items = etree.SubElement(device, _tag(root, "DataItems"))
        for name in VARIABLES:
            if name not in _HIDDEN:
                category = "SAMPLE" if _category(name) == "Samples" else "EVENT"
                etree.SubElement(items, _tag(root, "DataItem"), id=name, name=name, category=category, type=name)
        etree.SubElement(items, _tag(root, "DataItem"), id=CONDITION, category="CONDITION", type="SYSTEM")
        return root

    def _error(self, code: str, text: str) -> etree._Element:
        root = etree.Element(f"{{{ERROR}}}MTConnectError", nsmap={None: ERROR})
        self._header(root)
        errors = etree.SubElement(root, _tag(root, "Errors"))
        etree.SubElement(errors, _tag(root, "Error"), errorCode=code).text = text
        return root


def _category(name: str) -> str:
    return "Samples" if VARIABLES[name] is float else "Events"


def _text(value: CellValue) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _tag(root: etree._Element, name: str) -> str:
    return f"{{{etree.QName(root).namespace}}}{name}"


def _xml(root: etree._Element, status: int = 200) -> Response:
    return Response(status, "application/xml", etree.tostring(root, xml_declaration=True, encoding="UTF-8"))
