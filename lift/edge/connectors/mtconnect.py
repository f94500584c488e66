"""MTConnect: probe, current, then sample from the agent's own nextSequence.

Namespaces differ by version, so elements are matched by local name. UNAVAILABLE is a state, never a number. A restarted
agent (other instanceId) and an overrun buffer (OUT_OF_RANGE) start again from current and are told as a gap.
An address is a dataItemId, or ``dataItemId:key`` for an entry of a data set.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import httpx
from lxml import etree

from lift.edge.connectors.base import Found, Reading, Snapshot, SourceLost, SourceRefused
from lift.edge.connectors.http import fetch
from lift.edge.connectors.source import Source
from lift.edge.connectors.text import instant, reading_of_text
from lift.edge.contract import GapReason, Kind, Quality, Value

MAX_DOCUMENT = 8_000_000  # bytes
COUNT = 1_000  # observations a request
MAX_REQUESTS = 50  # of sample before one read gives up catching up
LEVELS = ("Normal", "Warning", "Fault")
UNAVAILABLE = "UNAVAILABLE"


class MtconnectSource(Source):
    schemes: ClassVar[dict[str, bool]] = {"https": True, "http": False}
    example: ClassVar[str] = "http://192.0.2.10:5000/"

    connector: Literal["mtconnect"] = "mtconnect"


@dataclass(slots=True)
class Streams:
    """A parsed answer of current or sample: ``observations`` are (id, local name, attributes, text, entries)."""

    instance: str
    next_sequence: int
    last_sequence: int
    observations: list[Observation] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Observation:
    item: str
    name: str
    sequence: int
    at: float
    text: str
    native_code: str
    entries: tuple[tuple[str, str], ...]


class OutOfRange(Exception):
    """The agent no longer has the observations that were asked for."""


class MtconnectConnector:
    def __init__(self, source: MtconnectSource, addresses: Mapping[str, str], kinds: Mapping[str, Kind]) -> None:
        self._source, self._addresses, self._kinds = source, addresses, kinds
        self._client: httpx.AsyncClient | None = None
        self._instance = ""
        self._next = 0
        self._texts: dict[str, tuple[str, float]] = {}
        self._conditions: dict[str, dict[str, str]] = {}

    async def connect(self) -> None:
        async with _losses():
            self._client = httpx.AsyncClient(
                base_url=self._source.address(), timeout=self._source.timeout, trust_env=False
            )
            offered = {item.address for item in _data_items(await self._get("probe"))}
            wanted = {address.partition(":")[0] for address in self._addresses.values()}
            if missing := sorted(wanted - offered):
                raise SourceLost(f"the agent has no data item {', '.join(missing)}")
            await self._start_over()

    async def read(self) -> Snapshot:
        async with _losses():
            try:
                gap = await self._catch_up()
            except OutOfRange:
                await self._start_over()
                gap = GapReason.source_overflow
        kinds = self._kinds
        readings = {name: self._reading(at, kinds.get(name, Kind.analog)) for name, at in self._addresses.items()}
        return Snapshot(readings, gap)

    async def write(self, name: str, value: Value) -> None:
        raise SourceRefused("MTConnect only reads")

    async def call(self, action: str) -> None:
        raise SourceRefused("MTConnect only reads")

    async def browse(self) -> list[Found]:
        async with _losses():
            return list(_data_items(await self._get("probe")))

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _catch_up(self) -> GapReason | None:
        for _ in range(MAX_REQUESTS):
            streams = parse_streams(await self._get(f"sample?from={self._next}&count={COUNT}"))
            if streams.instance != self._instance:
                await self._start_over()
                return GapReason.source_restarted
            self._apply(streams)
            if self._next > streams.last_sequence:
                return None
        return GapReason.source_overflow

    async def _start_over(self) -> None:
        self._texts, self._conditions = {}, {}
        streams = parse_streams(await self._get("current"))
        self._instance = streams.instance
        self._apply(streams)

    def _apply(self, streams: Streams) -> None:
        self._next = streams.next_sequence
        for seen in sorted(streams.observations, key=lambda observation: observation.sequence):
            self._texts[seen.item] = (seen.text, seen.at)
            self._texts.update({f"{seen.item}:{key}": (text, seen.at) for key, text in seen.entries})
            if seen.name in LEVELS or seen.name == "Unavailable":
                self._condition(seen)

    def _condition(self, seen: Observation) -> None:
        """Several can be active at once, told apart by their native code; Normal without one clears them all."""
        active = self._conditions.setdefault(seen.item, {})
        if seen.name in ("Warning", "Fault"):
            active[seen.native_code] = seen.name
        elif seen.native_code:
            active.pop(seen.native_code, None)
        else:
            active.clear()
        worst = max(active.values(), key=LEVELS.index, default="Normal")
        self._texts[seen.item] = (UNAVAILABLE if seen.name == "Unavailable" else worst, seen.at)

    def _reading(self, address: str, kind: Kind) -> Reading:
        text, at = self._texts.get(address, (UNAVAILABLE, 0.0))
        return Reading(None, Quality.bad, at) if text == UNAVAILABLE else reading_of_text(text, kind, at)

    async def _get(self, path: str) -> etree._Element:
        return parse(await fetch(self._client, path, MAX_DOCUMENT))


def parse(body: bytes) -> etree._Element:
    """Root of a document; entities, DTDs and the network stay off. Raises ValueError for what is no XML."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(str(error)) from error
    if root.getroottree().docinfo.doctype:
        raise ValueError("a document type is not accepted")
    return root


def parse_streams(root: etree._Element) -> Streams:
    """Header and observations; raises OutOfRange, or ValueError for another error or document."""
    errors = [element for element in root.iter() if _local(element) == "Error"]
    if any(error.get("errorCode") == "OUT_OF_RANGE" for error in errors):
        raise OutOfRange
    if errors:
        raise ValueError("; ".join(f"{error.get('errorCode')}: {error.text}" for error in errors))
    header = next((element for element in root.iter() if _local(element) == "Header"), None)
    if header is None:
        raise ValueError("no Header")
    newest, last = (int(header.get(name, "")) for name in ("nextSequence", "lastSequence"))
    streams = Streams(header.get("instanceId", ""), newest, last)
    streams.observations = [_observation(element) for element in root.iter() if element.get("dataItemId")]
    return streams


def _observation(element: etree._Element) -> Observation:
    entries = [(entry.get("key", ""), entry.text or "") for entry in element if _local(entry) == "Entry"]
    text = (element.text or "").strip()
    if element.get("sampleCount") and text != UNAVAILABLE:
        text = text.split()[-1] if text else UNAVAILABLE  # a time series: the grid takes its newest value
    return Observation(
        item=element.get("dataItemId", ""),
        name=_local(element),
        sequence=int(element.get("sequence", "0")),
        at=instant(element.get("timestamp")),
        text=text,
        native_code=element.get("nativeCode", ""),
        entries=tuple(entries),
    )


def _data_items(root: etree._Element) -> Iterator[Found]:
    for element in root.iter():
        if _local(element) == "DataItem":
            item = element.get("id", "")
            yield Found(item, element.get("name") or element.get("type") or item, element.get("category", ""), False)


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


@asynccontextmanager
async def _losses() -> AsyncIterator[None]:
    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        raise SourceLost(repr(error)) from error
