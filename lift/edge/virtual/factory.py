"""Runs one machining cell in real time (or faster) behind its servers."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from lift.edge.virtual.cell import MachiningCell
from lift.edge.virtual.json_api import JsonServer
from lift.edge.virtual.mqtt import MqttServer
from lift.edge.virtual.mtconnect import MtconnectServer
from lift.edge.virtual.opcua import OpcUaServer

log = logging.getLogger(__name__)
PANEL = "panel.json"
READY = "ready.json"


class CellServer(Protocol):
    """One protocol in front of the cell."""

    url: str

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def publish(self) -> None: ...


@dataclass
class Settings:
    """``ports`` by protocol (0: any free one; absent: not served). ``speed`` is process seconds per real second."""

    state_dir: Path
    ports: dict[str, int] = field(default_factory=lambda: {"opcua": 0})
    trust: Sequence[Path] = ()
    no_security: bool = False
    seed: int = 1
    speed: float = 1.0
    interval: float = 0.2
    running: bool = True


class Factory:
    """``async with Factory(settings) as factory``: the cell lives and is served until the block ends."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.cell = MachiningCell(settings.seed, running=settings.running)
        self.servers: dict[str, CellServer] = {}
        self._panel_seen = 0.0
        self._clock: asyncio.Task[None] | None = None

    @property
    def urls(self) -> dict[str, str]:
        return {name: server.url for name, server in self.servers.items()}

    async def __aenter__(self) -> Factory:
        self.settings.state_dir.mkdir(parents=True, exist_ok=True)
        (self.settings.state_dir / PANEL).unlink(missing_ok=True)
        try:
            for name, port in self.settings.ports.items():
                await self.open(name, port)
        except BaseException:
            await self._close_all()
            raise
        self._clock = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._clock:
            self._clock.cancel()
            await asyncio.gather(self._clock, return_exceptions=True)
        await self._close_all()

    async def open(self, name: str, port: int) -> None:
        """Serve protocol ``name``; raises OSError when the port is taken. The addresses are left in ready.json."""
        server = self._server(name, port or free_port())
        await server.start()
        await server.publish()
        self.servers[name] = server
        (self.settings.state_dir / READY).write_text(json.dumps(self.urls), encoding="utf-8")

    async def close(self, name: str) -> None:
        """Stop serving protocol ``name``; the machine itself goes on."""
        await self.servers.pop(name).stop()

    async def _close_all(self) -> None:
        for name in list(self.servers):
            await self.close(name)

    async def wait(self) -> None:
        """Until the clock ends, which only a fault does; the fault is raised."""
        if self._clock:
            await self._clock

    def _server(self, name: str, port: int) -> CellServer:
        if name == "opcua":
            folder = self.settings.state_dir / "opcua"
            return OpcUaServer(self.cell, port, folder, self.settings.trust, self.settings.no_security)
        other: dict[str, Callable[[MachiningCell, int], CellServer]] = {
            "mqtt": MqttServer,
            "mtconnect": MtconnectServer,
            "http": JsonServer,
        }
        return other[name](self.cell, port)

    async def _run(self) -> None:
        last = time.monotonic()
        while True:
            await asyncio.sleep(self.settings.interval)
            now = time.monotonic()
            self._read_panel()
            self.cell.advance((now - last) * self.settings.speed, now - last)
            last = now
            for server in list(self.servers.values()):
                await server.publish()

    def _read_panel(self) -> None:
        panel = self.settings.state_dir / PANEL
        changed = panel.stat().st_mtime if panel.exists() else 0.0
        if changed != self._panel_seen:
            self._panel_seen = changed
            apply_panel(self.cell, json.loads(panel.read_text()) if changed else {})


def apply_panel(cell: MachiningCell, panel: dict[str, bool]) -> None:
    """Turn the local panel's switches as ``panel`` says; the absent ones stand in their normal position."""
    if panel.get("emergency_stop", False):
        cell.press_emergency_stop()
    else:
        cell.release_emergency_stop()
    cell.set_interlock(panel.get("interlock_closed", True))
    cell.set_maintenance(panel.get("maintenance", False))


def free_port(wanted: int = 0) -> int:
    """``wanted`` if nobody listens there, else one that the system picks."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    raise OSError("no free port on 127.0.0.1")
