"""What sources really send: odd MTConnect documents, JSON of other shapes, silence and floods."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable

import aiomqtt
import pytest

from lift.edge.connectors.base import Connector, Snapshot, SourceLost
from lift.edge.connectors.http import MAX_BODY, HttpConnector, HttpSource
from lift.edge.connectors.mqtt import MqttConnector, MqttSource
from lift.edge.connectors.mtconnect import MAX_DOCUMENT, MtconnectConnector, MtconnectSource, OutOfRange, parse
from lift.edge.connectors.mtconnect import parse_streams as streams_of
from lift.edge.connectors.text import at_path, instant, reading_of_json, reading_of_text
from lift.edge.contract import GapReason, Kind, Quality
from lift.edge.virtual.cell import MachiningCell
from lift.edge.virtual.factory import free_port
from lift.edge.virtual.mqtt import TOPIC, MqttServer
from lift.edge.virtual.mtconnect import MtconnectServer
from lift.edge.virtual.web import Request, Response, WebServer
from tests.edge.conftest import Loop

pytestmark = pytest.mark.integration
STREAMS = """<?xml version="1.0"?>
<{prefix}MTConnectStreams xmlns{suffix}="urn:mtconnect.{tld}:MTConnectStreams:{version}">
<{prefix}Header instanceId="{instance}" firstSequence="1" lastSequence="{last}" nextSequence="{next}"/>
<{prefix}Streams>{body}</{prefix}Streams></{prefix}MTConnectStreams>"""
PROBE = b"""<MTConnectDevices><Devices><Device><DataItems><DataItem id="x" category="SAMPLE" type="POSITION"/>
<DataItem id="s" category="CONDITION" type="SYSTEM"/></DataItems></Device></Devices></MTConnectDevices>"""


def document(body: str, *, following: int = 2, last: int = 1, instance: str = "1", **names: str) -> bytes:
    parts = {"prefix": "", "suffix": "", "tld": "org", "version": "1.3", **names}
    return STREAMS.format(body=body, next=following, last=last, instance=instance, **parts).encode()


class Agent:
    """An agent that answers what a test puts into it."""

    def __init__(self) -> None:
        self.port = free_port()
        self.answers = {"probe": PROBE, "current": document(""), "sample": document("")}
        self.asked: list[dict[str, str]] = []
        self.web = WebServer(self.port, self.answer)

    async def answer(self, request: Request) -> Response:
        self.asked.append(request.query)
        return Response(200, "text/xml", self.answers[request.path.strip("/")])


def with_agent(loop: Loop, work: Callable[[Agent, Connector], Awaitable[None]]) -> None:
    async def run() -> None:
        agent = Agent()
        await agent.web.start()
        source = MtconnectSource(url=f"http://127.0.0.1:{agent.port}/")
        connector = MtconnectConnector(source, {"X": "x", "S": "s"}, {"S": Kind.text})
        try:
            await work(agent, connector)
        finally:
            await connector.close()
            await agent.web.stop()

    loop.run(run())


def value(snapshot: Snapshot, name: str) -> tuple[object, Quality]:
    return snapshot.readings[name].value, snapshot.readings[name].quality


POSITION = '<Position dataItemId="x" sequence="{0}" timestamp="2026-11-23T10:00:00Z">{1}</Position>'


def test_cursor_is_the_agents_next_sequence_and_not_the_newest_observation(loop: Loop) -> None:
    async def work(agent: Agent, connector: Connector) -> None:
        agent.answers["current"] = document(POSITION.format(12313, 1.5), following=101, last=100)
        agent.answers["sample"] = document(POSITION.format(101, 2.5), following=102, last=101)
        await connector.connect()
        assert value(await connector.read(), "X") == (2.5, Quality.good)
        assert agent.asked[-1]["from"] == "101"

    with_agent(loop, work)


def test_restarted_agent_starts_over_with_a_gap_told_once(loop: Loop) -> None:
    async def work(agent: Agent, connector: Connector) -> None:
        await connector.connect()
        agent.answers["sample"] = document("", instance="2")
        agent.answers["current"] = document(POSITION.format(1, 7), instance="2")
        first = await connector.read()
        assert (first.gap, value(first, "X")) == (GapReason.source_restarted, (7.0, Quality.good))
        assert (await connector.read()).gap is None

    with_agent(loop, work)


@pytest.mark.parametrize("names", [{}, {"tld": "com", "version": "2.3"}, {"prefix": "m:", "suffix": ":m"}])
def test_any_namespace_is_read(loop: Loop, names: dict[str, str]) -> None:
    async def work(agent: Agent, connector: Connector) -> None:
        agent.answers["current"] = document(POSITION.format(1, 3.25), **names)
        agent.answers["sample"] = document("", **names)
        await connector.connect()
        snapshot = await connector.read()
        assert value(snapshot, "X") == (3.25, Quality.good)
        assert snapshot.readings["X"].source_time == 1_795_428_000.0

    with_agent(loop, work)


@pytest.mark.parametrize("text", ["UNAVAILABLE", "", "1,5", "NaN"])
def test_what_is_no_number_is_bad_and_never_zero(loop: Loop, text: str) -> None:
    async def work(agent: Agent, connector: Connector) -> None:
        agent.answers["current"] = document(POSITION.format(1, text))
        await connector.connect()
        assert value(await connector.read(), "X") == (None, Quality.bad)

    with_agent(loop, work)


def test_conditions_add_up_and_clear_one_by_one(loop: Loop) -> None:
    def told(*levels: str) -> bytes:
        elements = []
        for sequence, level in enumerate(levels, start=1):
            name, _, code = level.partition(":")
            native = f' nativeCode="{code}"' if code else ""
            elements.append(f'<{name} dataItemId="s" sequence="{sequence}" timestamp="2026-11-23T10:00:00Z"{native}/>')
        return document("".join(elements))

    steps = [
        (told("Warning:1", "Fault:2"), ("Fault", Quality.good)),
        (told("Normal:2"), ("Warning", Quality.good)),
        (told("Normal"), ("Normal", Quality.good)),
        (told("Unavailable"), (None, Quality.bad)),
    ]

    async def work(agent: Agent, connector: Connector) -> None:
        await connector.connect()
        for answer, expected in steps:
            agent.answers["sample"] = answer
            assert value(await connector.read(), "S") == expected

    with_agent(loop, work)


def test_time_series_gives_its_newest_value_and_data_set_its_entries() -> None:
    series = '<Position dataItemId="x" sequence="1" timestamp="2026-11-23T10:00:00Z" sampleCount="3">1 2 3.5</Position>'
    entries = '<Vars dataItemId="v" sequence="2"><Entry key="a">5</Entry><Entry key="b">6</Entry></Vars>'
    seen = streams_of(parse(document(series + entries))).observations
    assert [(one.item, one.text, one.entries) for one in seen] == [
        ("x", "3.5", ()),
        ("v", "", (("a", "5"), ("b", "6"))),
    ]


def test_agent_errors_are_told_apart() -> None:
    error = '<MTConnectError><Errors><Error errorCode="{0}">no</Error></Errors></MTConnectError>'
    with pytest.raises(OutOfRange):
        streams_of(parse(error.format("OUT_OF_RANGE").encode()))
    with pytest.raises(ValueError, match="NO_DEVICE: no"):
        streams_of(parse(error.format("NO_DEVICE").encode()))
    with pytest.raises(ValueError, match="no Header"):
        streams_of(parse(b"<html/>"))


@pytest.mark.parametrize(
    "body",
    [
        b"<a",
        b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
        b'<!DOCTYPE a [<!ENTITY e "ha"><!ENTITY f "&e;&e;&e;">]><a>&f;</a>',
    ],
)
def test_hostile_xml_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"document type|Couldn't find end"):
        parse(body)


def test_document_beyond_the_cap_loses_the_source(loop: Loop) -> None:
    async def work(agent: Agent, connector: Connector) -> None:
        await connector.connect()
        agent.answers["sample"] = b"<a>" + b" " * MAX_DOCUMENT + b"</a>"
        with pytest.raises(SourceLost, match="more than"):
            await connector.read()

    with_agent(loop, work)


def test_address_that_the_agent_does_not_offer_is_named(loop: Loop) -> None:
    async def work(agent: Agent, connector: Connector) -> None:
        agent.answers["probe"] = PROBE.replace(b'id="x"', b'id="y"')
        with pytest.raises(SourceLost, match="no data item x"):
            await connector.connect()

    with_agent(loop, work)


def test_overrun_buffer_of_the_agent_is_a_gap(loop: Loop) -> None:
    async def run() -> tuple[GapReason | None, GapReason | None, object]:
        cell = MachiningCell(1, running=True)
        server = MtconnectServer(cell, free_port(), buffer=20)
        await server.start()
        await server.publish()
        connector = MtconnectConnector(MtconnectSource(url=server.url), {"P": "PartsTotal"}, {"P": Kind.counter})
        try:
            await connector.connect()
            for _ in range(60):
                cell.advance(1.0)
                await server.publish()
            first, second = await connector.read(), await connector.read()
            return first.gap, second.gap, first.readings["P"].value
        finally:
            await connector.close()
            await server.stop()

    assert loop.run(run()) == (GapReason.source_overflow, None, 2.0)


# --- HTTP ---


def test_oversized_broken_and_failing_answers_lose_the_source(loop: Loop) -> None:
    async def run() -> list[str]:
        bodies = {"/big": b"[" + b"1," * MAX_BODY + b"1]", "/broken": b"{", "/gone": b"{}"}
        port = free_port()

        async def answer(request: Request) -> Response:
            return Response(404 if request.path == "/gone" else 200, "application/json", bodies[request.path])

        web = WebServer(port, answer)
        await web.start()
        faults = []
        for path in bodies:
            connector = HttpConnector(HttpSource(url=f"http://127.0.0.1:{port}/", path=path), {}, {}, {})
            try:
                await connector.connect()
            except SourceLost as lost:
                faults.append(str(lost))
            await connector.close()
        await web.stop()
        return faults

    big, broken, gone = loop.run(run())
    assert "more than 1000000 bytes" in big
    assert "JSONDecodeError" in broken
    assert "404" in gone


@pytest.mark.parametrize(
    ("raw", "kind", "found"),
    [
        (1, Kind.analog, 1.0),
        ("1.5", Kind.analog, 1.5),
        (True, Kind.analog, None),
        (None, Kind.analog, None),
        (True, Kind.boolean, True),
        ("ON", Kind.boolean, True),
        (1, Kind.boolean, None),
        ("x", Kind.text, "x"),
        (5, Kind.text, None),
        ({}, Kind.text, None),
    ],
)
def test_json_value_is_read_by_its_kind(raw: object, kind: Kind, found: object) -> None:
    reading = reading_of_json(raw, kind, 1.0)
    assert (reading.value, type(reading.value)) == (found, type(found))
    assert reading.quality is (Quality.bad if found is None else Quality.good)


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("off", Kind.boolean, False),
        ("maybe", Kind.boolean, None),
        (" 7 ", Kind.counter, 7.0),
        ("inf", Kind.analog, None),
    ],
)
def test_text_value_is_read_by_its_kind(text: str, kind: Kind, found: object) -> None:
    reading = reading_of_text(text, kind, 1.0)
    assert (reading.value, type(reading.value)) == (found, type(found))


def test_path_finds_nested_values_and_nothing_where_there_is_nothing() -> None:
    found = {"a": [{"b": 1}, 2]}
    assert [at_path(found, path) for path in ("a.0.b", "a.1", "a.2", "a.b", "c", "")] == [1, 2, None, None, None, found]


def test_instant_reads_numbers_and_iso_texts() -> None:
    assert instant(12.5) == 12.5
    assert instant("1970-01-01T00:01:00Z") == 60.0
    assert instant("1970-01-01T01:00:00+01:00") == 0.0
    assert abs(instant("yesterday") - time.time()) < 5


# --- MQTT ---


def test_silent_publisher_is_a_lost_machine_and_broken_json_a_bad_value(loop: Loop) -> None:
    async def run() -> tuple[list[object], str]:
        server = MqttServer(MachiningCell(1), free_port())
        await server.start()
        await server.publish()
        places = {"P": f"{TOPIC}/state#values.PartsTotal", "T": "plain"}
        source = MqttSource(url=server.url, silence=0.5)
        connector = MqttConnector(source, places, {"P": Kind.counter, "T": Kind.analog})
        async with aiomqtt.Client("127.0.0.1", int(server.url.rpartition(":")[2])) as client:
            seen: list[object] = []
            await client.publish("plain", "21.5", retain=True)
            await connector.connect()
            for payload in (json.dumps({"values": {"PartsTotal": 7}}), "{broken"):
                await client.publish(f"{TOPIC}/state", payload)
                await asyncio.sleep(0.1)
                seen.append(value(await connector.read(), "P"))
            seen.append(value(await connector.read(), "T"))
            await asyncio.sleep(0.6)
            try:
                await connector.read()
                fault = ""
            except SourceLost as lost:
                fault = str(lost)
        await connector.close()
        await server.stop()
        return seen, fault

    seen, fault = loop.run(run())
    assert seen == [(7.0, Quality.good), (None, Quality.bad), (21.5, Quality.good)]
    assert fault == "no message for 0.5 s"


@pytest.mark.parametrize("url", ["http://192.0.2.10/", "ftp://127.0.0.1/", "http://"])
def test_unprotected_or_impossible_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"not protected|example https"):
        HttpSource(url=url)
    assert HttpSource(url="http://192.0.2.10/", insecure=True).may_drive is False
