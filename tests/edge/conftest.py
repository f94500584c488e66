"""A virtual factory per worker, and per test a platform and a gateway between the two: all real, all on loopback."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from lift.edge.contract import AssetReport, CommandAnswer
from lift.edge.gateway.config import Config, load_config
from lift.edge.gateway.gateway import Gateway
from lift.edge.virtual.cell import MachiningCell
from lift.edge.virtual.factory import Factory, Settings
from tests.edge.platform import ASSET, TOKEN, Platform

T = TypeVar("T")
PROTOCOLS = ("opcua", "mqtt", "mtconnect", "http")


def until(what: Callable[[], T], within: float = 20.0, every: float = 0.02) -> T:
    """The first truthy value of ``what``; fails when it does not come ``within`` so many seconds."""
    end = time.monotonic() + within
    while True:
        value = what()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {within} s")
        time.sleep(every)


class Loop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(90)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


class Beside:
    """A machine and the gateway beside it, which speaks to the platform at ``url``."""

    def __init__(
        self, loop: Loop, factory: Factory, url: str, folder: Path, *, token: str = TOKEN, asset: str = ASSET
    ) -> None:
        self._loop, self._url, self._token, self._asset = loop, url, token, asset
        self.factory = factory
        self.folder = folder
        self.gateway: Gateway | None = None
        self._stop: asyncio.Event | None = None
        self._running: Any = None

    @property
    def cell(self) -> MachiningCell:
        return self.factory.cell

    def config_file(self, period: float = 0.2, flush: float = 0.2, **asset: Any) -> Path:
        state = self.factory.settings.state_dir
        lines = [
            "[platform]",
            f'url = "{self._url}"',
            f'token = "{self._token}"',
            "retry_slowly = 0.5",
            "[store]",
            f"flush = {flush}",
            "[[assets]]",
            f'key = "{self._asset}"',
            'description = "virtual machining cell"',
            f"period = {period}",
            *(f"{name} = {json.dumps(value)}" for name, value in asset.items()),
            "[assets.source]",
            f'url_file = "{state / "ready.json"}"',
            f'server_certificate = "{state / "opcua" / "own.der"}"',
            f'pki = "{state.parent / "gateway" / "pki"}"',
        ]
        path = self.folder / "gateway.toml"
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    def config(self, **config: Any) -> Config:
        return load_config(self.config_file(**config))

    def begin(self, **config: Any) -> None:
        settings = self.config(**config)

        async def begin() -> None:
            self._stop = asyncio.Event()
            self.gateway = Gateway(settings)
            self._running = asyncio.create_task(self.gateway.run(self._stop))

        self._loop.run(begin())

    def stop(self) -> None:
        async def end() -> None:
            if self._stop and self._running:
                self._stop.set()
                await self._running

        self._loop.run(end())
        self._running = None

    def fast_forward(self, seconds: float) -> None:
        """Let the process, not the watchdog, live through ``seconds`` at once."""

        async def jump() -> None:
            self.cell.advance(seconds, 0.0)

        self._loop.run(jump())

    def close_opcua(self) -> None:
        self._loop.run(self.factory.close("opcua"))

    def open_opcua(self) -> None:
        self._loop.run(self.factory.open("opcua", 0))

    def restart_opcua(self, away: float) -> None:
        self.close_opcua()
        time.sleep(away)
        self.open_opcua()

    def sampled(self) -> list[float]:
        """A list that grows with the time of every sample that the gateway takes from now on."""
        assert self.gateway is not None
        sampler, times = self.gateway.machines[0].sampler, []
        add = sampler.add

        def noting(at: float, *more: Any) -> None:
            times.append(at)
            add(at, *more)

        sampler.add = noting  # type: ignore[method-assign, assignment]
        return times


class Lab(Beside):
    """What most tests touch: the machine, the gateway, and a platform that does what the test says."""

    def __init__(self, loop: Loop, factory: Factory, platform: Platform, folder: Path) -> None:
        super().__init__(loop, factory, platform.url, folder)
        self.platform = platform

    def start(self, **config: Any) -> None:
        self.begin(**config)
        until(lambda: self.report and self.report.link, 40)

    @property
    def report(self) -> AssetReport | None:
        beats = self.platform.beats
        return beats[-1].assets[0] if beats else None

    def answer(self, command: str, within: float = 20.0) -> CommandAnswer:
        until(lambda: command in self.platform.answers, within)
        return self.platform.answers[command]

    def drive(self) -> str:
        """A grant, taken up by the gateway: the machine is under remote control."""
        grant = self.platform.grant()
        until(lambda: self.cell.remote)
        return grant


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    loop = Loop()
    yield loop
    loop.close()


@pytest.fixture(scope="session")
def factory(loop: Loop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Factory]:
    home = tmp_path_factory.mktemp("factory")
    settings = Settings(
        home / "virtual", trust=[home / "gateway" / "pki"], ports=dict.fromkeys(PROTOCOLS, 0), interval=0.05
    )
    factory = Factory(settings)
    loop.run(factory.__aenter__())
    yield factory
    loop.run(factory.__aexit__())


@pytest.fixture
def platform() -> Iterator[Platform]:
    platform = Platform()
    platform.start()
    yield platform
    platform.stop()


@pytest.fixture
def cell(loop: Loop, factory: Factory) -> MachiningCell:
    """The machine as it is switched on in the morning, running five times as fast as a real one."""

    async def switch_on() -> None:
        factory.settings.speed = 5.0
        vars(factory.cell).clear()
        vars(factory.cell).update(vars(MachiningCell(seed=1, running=True)))

    loop.run(switch_on())
    return factory.cell


@pytest.fixture
def lab(loop: Loop, factory: Factory, cell: MachiningCell, platform: Platform, tmp_path: Path) -> Iterator[Lab]:
    lab = Lab(loop, factory, platform, tmp_path)
    yield lab
    lab.stop()
