"""Puts the parts together and runs them until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import Any

from lift.edge.connectors.base import Connector
from lift.edge.connectors.http import HttpConnector, HttpSource
from lift.edge.connectors.mqtt import MqttConnector, MqttSource
from lift.edge.connectors.mtconnect import MtconnectConnector, MtconnectSource
from lift.edge.connectors.opcua import OpcUaConnector, OpcUaSource
from lift.edge.gateway.authority import Authority
from lift.edge.gateway.config import Asset, Config
from lift.edge.gateway.link import Link
from lift.edge.gateway.machine import Machine
from lift.edge.gateway.store import Store

log = logging.getLogger(__name__)
SHUT_DOWN_WITHIN = 4.0  # s


def connector_for(asset: Asset) -> Connector:
    """A new connector of the kind that the asset's source names."""
    match asset.source:
        case OpcUaSource() as source:
            return OpcUaConnector(source, asset.addresses, asset.action_addresses)
        case HttpSource() as source:
            return HttpConnector(source, asset.addresses, asset.action_addresses, asset.kinds)
        case MqttSource() as source:
            return MqttConnector(source, asset.addresses, asset.kinds)
        case MtconnectSource() as source:
            return MtconnectConnector(source, asset.addresses, asset.kinds)


class Gateway:
    def __init__(self, config: Config) -> None:
        self._config = config
        self.store = Store(config.store.path, config.store.max_batches)
        self.authority = Authority(self.store)
        self.link = Link(config.platform, self.store, self.authority)
        self.machines = [self._machine(asset) for asset in config.assets]
        self.link.machines = self.machines

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop`` is set; then machines that are being driven are made safe and the rest is stored.

        An unforeseen fault in one loop ends the process: the supervisor starts a new one, and until then the machines'
        own watchdogs keep them safe.
        """
        loops = [
            self.link.beat_forever(),
            self.link.upload_forever(),
            self.link.listen_forever(),
            self._flush_forever(),
        ]
        for machine in self.machines:
            loops += [machine.sample_forever(), machine.guard_forever(), machine.obey_forever()]
        tasks = [asyncio.create_task(loop) for loop in loops]
        stopping = asyncio.create_task(stop.wait())
        try:
            done, _ = await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
            await asyncio.gather(*(machine.shut_down(SHUT_DOWN_WITHIN) for machine in self.machines))
            for task in done:
                task.result()
        finally:
            await _end([stopping, *tasks])
            self._flush()
            await self.link.close()
            self.store.close()

    def _machine(self, asset: Asset) -> Machine:
        return Machine(asset, lambda: connector_for(asset), self.store, self.authority, self.link.poke)

    async def _flush_forever(self) -> None:
        while True:
            await asyncio.sleep(self._config.store.flush)
            self._flush()

    def _flush(self) -> None:
        taken = [machine.sampler.take() for machine in self.machines]
        blocks = [block for block, _ in taken if block]
        gaps = [gap for _, found in taken for gap in found]
        if blocks or gaps:
            self.store.put(blocks, gaps, time.time())
            self.link.stored()


async def _end(tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Cancel until all have ended: a library that loses one cancellation gets another."""
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=0.5)
