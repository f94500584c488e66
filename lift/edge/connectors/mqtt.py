"""MQTT with JSON by mapping: the last message of each topic is the source's present state.

An address is ``topic#path``: where in the JSON of that topic the value lies (``topic`` alone: the whole payload).
MQTT tells nothing when a publisher falls silent, so silence beyond ``silence`` seconds counts as a lost machine.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import time
from collections.abc import Mapping
from typing import ClassVar, Literal
from urllib.parse import urlsplit

import aiomqtt
from pydantic import Field

from lift.edge.connectors.base import Found, Reading, Snapshot, SourceLost, SourceRefused
from lift.edge.connectors.source import Source
from lift.edge.connectors.text import at_path, instant, reading_of_json, reading_of_text
from lift.edge.contract import Kind, Quality, Value

MAX_PAYLOAD = 256_000  # bytes; a larger message is not read, its values turn bad


class MqttSource(Source):
    """``time_path``: where a message has its own time."""

    schemes: ClassVar[dict[str, bool]] = {"mqtts": True, "mqtt": False}
    example: ClassVar[str] = "mqtts://192.0.2.10:8883"

    connector: Literal["mqtt"] = "mqtt"
    username: str | None = None
    password: str | None = Field(default=None, repr=False)
    time_path: str = ""
    silence: float = Field(default=5.0, gt=0)
    browse_topic: str = "#"
    browse_seconds: float = Field(default=3.0, gt=0, le=60)


class MqttConnector:
    def __init__(self, source: MqttSource, addresses: Mapping[str, str], kinds: Mapping[str, Kind]) -> None:
        self._source, self._kinds = source, kinds
        self._places = {
            name: (topic, path) for name, address in addresses.items() for topic, _, path in [address.partition("#")]
        }
        self._client: aiomqtt.Client | None = None
        self._listening: asyncio.Task[None] | None = None
        self._messages: dict[str, tuple[bytes, float]] = {}
        self._heard_at = 0.0

    async def connect(self) -> None:
        client = self._new_client()
        try:
            async with asyncio.timeout(self._source.timeout):
                await client.__aenter__()
                self._client = client
                for topic in sorted({topic for topic, _ in self._places.values()}):
                    await client.subscribe(topic, qos=1)
        except (aiomqtt.MqttError, OSError, ValueError, TimeoutError) as error:
            raise SourceLost(repr(error)) from error
        self._heard_at = time.monotonic()
        self._listening = asyncio.create_task(self._listen(client))
        await self._first_messages()

    async def read(self) -> Snapshot:
        if self._listening is None or self._listening.done():
            raise SourceLost("the broker closed the connection")
        if time.monotonic() - self._heard_at > self._source.silence:
            raise SourceLost(f"no message for {self._source.silence:g} s")
        documents = {topic: _parsed(payload) for topic, (payload, _) in self._messages.items()}
        return Snapshot(
            {name: self._reading(name, topic, path, documents) for name, (topic, path) in self._places.items()}
        )

    async def write(self, name: str, value: Value) -> None:
        raise SourceRefused("an MQTT source is read only: a broker cannot say that the machine did it")

    async def call(self, action: str) -> None:
        raise SourceRefused("an MQTT source is read only: a broker cannot say that the machine did it")

    async def browse(self) -> list[Found]:
        """Topics heard within ``browse_seconds``, with the paths of their JSON."""
        if self._client is None:
            raise SourceLost("not connected")
        await self._client.subscribe(self._source.browse_topic)
        await asyncio.sleep(self._source.browse_seconds)
        found = []
        for topic, (payload, _) in sorted(self._messages.items()):
            document = _parsed(payload)
            paths = sorted(document) if isinstance(document, dict) else [""]
            found += [Found(f"{topic}#{path}" if path else topic, path or topic, "json", False) for path in paths]
        return found

    async def close(self) -> None:
        listening, self._listening = self._listening, None
        client, self._client = self._client, None
        if listening is not None:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
        if client is not None:
            try:
                async with asyncio.timeout(self._source.timeout):
                    await client.__aexit__(None, None, None)
            except (aiomqtt.MqttError, TimeoutError):
                return

    def _new_client(self) -> aiomqtt.Client:
        source = self._source
        try:
            address = urlsplit(source.address())
        except (OSError, ValueError) as error:
            raise SourceLost(repr(error)) from error
        secure = address.scheme == "mqtts"
        return aiomqtt.Client(
            address.hostname or "",
            address.port or (8883 if secure else 1883),
            username=source.username,
            password=source.password,
            timeout=source.timeout,
            tls_context=ssl.create_default_context() if secure else None,
        )

    async def _listen(self, client: aiomqtt.Client) -> None:
        try:
            async for message in client.messages:
                payload = bytes(message.payload)
                self._heard_at = time.monotonic()
                kept = payload if len(payload) <= MAX_PAYLOAD else b""
                self._messages[message.topic.value] = (kept, time.time())
        except aiomqtt.MqttError:
            return

    async def _first_messages(self) -> None:
        """Give retained messages a moment, so that the first sample is not a row of nulls."""
        wanted = {topic for topic, _ in self._places.values()}
        for _ in range(20):
            if wanted <= set(self._messages):
                return
            await asyncio.sleep(self._source.timeout / 20)

    def _reading(self, name: str, topic: str, path: str, documents: Mapping[str, object]) -> Reading:
        heard = self._messages.get(topic)
        if heard is None:
            return Reading(None, Quality.bad, time.time())
        payload, received = heard
        kind = self._kinds.get(name, Kind.analog)
        if not path:
            return reading_of_text(payload.decode("utf-8", "replace"), kind, received)
        document = documents[topic]
        at = instant(at_path(document, self._source.time_path)) if self._source.time_path else received
        return reading_of_json(at_path(document, path), kind, at)


def _parsed(payload: bytes) -> object:
    try:
        return json.loads(payload)
    except ValueError:
        return None
