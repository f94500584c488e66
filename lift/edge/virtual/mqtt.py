"""The machining cell as an MQTT publisher, with a broker of its own: JSON, retained, twice a second and on change."""

from __future__ import annotations

import json
import logging
import time

import aiomqtt
from amqtt.broker import Broker

from lift.edge.virtual.cell import CellValue, MachiningCell

TOPIC = "lift/machining-cell"
AT_LEAST_EVERY = 0.5  # s; so that a listener can tell silence from standstill
_FAST = ("SpindleLoad", "SpindleSpeed", "BearingTemperature", "AxisX", "AxisY", "AxisZ")


class MqttServer:
    """``<topic>/process`` holds the fast values, ``<topic>/state`` the others: {"time": …, "values": {…}}."""

    def __init__(self, cell: MachiningCell, port: int) -> None:
        self.url = f"mqtt://127.0.0.1:{port}"
        self._cell, self._port = cell, port
        self._broker: Broker | None = None
        self._client: aiomqtt.Client | None = None
        self._shown: dict[str, CellValue] = {}
        self._sent_at = 0.0

    async def start(self) -> None:
        logging.getLogger("amqtt").setLevel(logging.ERROR)
        logging.getLogger("transitions").setLevel(logging.ERROR)
        listener = {"type": "tcp", "bind": f"127.0.0.1:{self._port}", "max_connections": 50}
        plugins = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
        self._broker = Broker({"listeners": {"default": listener}, "plugins": plugins})
        await self._broker.start()
        self._client = aiomqtt.Client("127.0.0.1", self._port)
        await self._client.__aenter__()

    async def stop(self) -> None:
        client, self._client = self._client, None
        if client:
            await client.__aexit__(None, None, None)
        if self._broker:
            await self._broker.shutdown()

    async def publish(self) -> None:
        values, now = self._cell.values(), time.monotonic()
        if self._client is None or (values == self._shown and now - self._sent_at < AT_LEAST_EVERY):
            return
        self._shown, self._sent_at = values, now
        fast = {name: values[name] for name in _FAST}
        rest = {name: value for name, value in values.items() if name not in _FAST}
        for part, content in (("process", fast), ("state", rest)):
            body = json.dumps({"time": time.time(), "values": content})
            await self._client.publish(f"{TOPIC}/{part}", body, qos=0, retain=True)
