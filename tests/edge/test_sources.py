"""One contract for four protocols, against the virtual factory that speaks all of them (X13)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from lift.edge.connectors.base import Connector, Reading, SourceLost, SourceRefused
from lift.edge.connectors.mqtt import MqttSource
from lift.edge.contract import Kind, Quality
from lift.edge.gateway.config import Asset, load_config
from lift.edge.gateway.gateway import connector_for
from lift.edge.virtual.cell import VARIABLES, MachiningCell
from lift.edge.virtual.factory import Factory
from lift.edge.virtual.program import IDEAL_CYCLE
from tests.edge.conftest import PROTOCOLS, Loop

pytestmark = [pytest.mark.integration, pytest.mark.slow]
DRIVEABLE = ("opcua", "http")
STEP = 5.0  # s of process time


def asset_for(factory: Factory, protocol: str, folder: Path) -> Asset:
    state = factory.settings.state_dir
    certificates = f'server_certificate = "{state}/opcua/own.der"\npki = "{state.parent}/gateway/pki"'
    path = folder / f"{protocol}.toml"
    path.write_text(
        f"""
[platform]
url = "https://lift.example"
token = "t"
[[assets]]
key = "cell"
description = "virtual machining cell"
[assets.source]
connector = "{protocol}"
url_file = "{state}/ready.json"
{certificates if protocol == "opcua" else ""}
""",
        encoding="utf-8",
    )
    return load_config(path).assets[0]


@asynccontextmanager
async def connected(asset: Asset) -> AsyncIterator[Connector]:
    connector = connector_for(asset)
    await connector.connect()
    try:
        yield connector
    finally:
        await connector.close()


def switch_on(factory: Factory, seed: int) -> None:
    """A machine that stands still in time, so that four sources read at four moments see the same."""
    factory.settings.speed = 0.0
    vars(factory.cell).clear()
    vars(factory.cell).update(vars(MachiningCell(seed=seed, running=True)))


def oee(samples: list[dict[str, Reading]]) -> tuple[float, float, float]:
    """Availability, effectiveness and quality ratio (ISO 22400-2) of a window of samples that lie ``STEP`` apart."""
    producing = [s["ItemState"].value == "Executing" and s["OperationMode"].value == "Processing" for s in samples]
    total, good = (
        float(samples[-1][name].value) - float(samples[0][name].value) for name in ("PartsTotal", "PartsGood")
    )
    return sum(producing) / len(samples), total * IDEAL_CYCLE / (sum(producing) * STEP), good / total


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_source_tells_every_value_of_the_machine_in_its_own_type(
    loop: Loop, factory: Factory, tmp_path: Path, protocol: str
) -> None:
    asset = asset_for(factory, protocol, tmp_path)

    async def read() -> dict[str, Reading]:
        switch_on(factory, 1)
        factory.cell.press_emergency_stop()
        factory.cell.release_emergency_stop()
        async with connected(asset) as connector:
            await asyncio.sleep(1.2)
            return (await connector.read()).readings

    readings = loop.run(read())
    assert set(readings) == set(asset.addresses)
    assert {reading.quality for reading in readings.values()} == {Quality.good}
    wanted = {name: float(v) if VARIABLES[name] is int else v for name, v in factory.cell.values().items()}
    steady = set(readings) - {"BearingTemperature"}
    assert {name: readings[name].value for name in steady} == {name: wanted[name] for name in steady}


def test_same_exercise_gives_the_same_oee_over_all_sources(loop: Loop, factory: Factory, tmp_path: Path) -> None:
    assets = {protocol: asset_for(factory, protocol, tmp_path) for protocol in PROTOCOLS}

    async def exercise() -> dict[str, list[dict[str, Reading]]]:
        """Four connectors watch one machine through ten minutes, which pass in seconds: a sample each ``STEP``."""
        switch_on(factory, 11)
        connectors = {protocol: connector_for(asset) for protocol, asset in assets.items()}
        await asyncio.gather(*(connector.connect() for connector in connectors.values()))
        samples: dict[str, list[dict[str, Reading]]] = {protocol: [] for protocol in PROTOCOLS}
        try:
            for _ in range(120):
                factory.cell.advance(STEP, 0.0)
                for server in factory.servers.values():
                    await server.publish()
                await asyncio.sleep(0.03)
                for protocol, connector in connectors.items():
                    samples[protocol].append((await connector.read()).readings)
        finally:
            await asyncio.gather(*(connector.close() for connector in connectors.values()))
        return samples

    samples = loop.run(exercise())
    found = {protocol: oee(seen) for protocol, seen in samples.items()}
    assert 0.7 < found["opcua"][0] < 1.0
    assert found["opcua"][1] == pytest.approx(1.0, abs=0.1)
    for protocol in PROTOCOLS:
        assert found[protocol] == pytest.approx(found["opcua"], abs=0.03), protocol
    columns = {
        protocol: [[s[name].value for name in ("PartsTotal", "PartsGood", "ItemState")] for s in seen]
        for protocol, seen in samples.items()
    }
    assert columns["mtconnect"] == columns["opcua"]
    assert columns["http"] == columns["opcua"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_source_writes_and_acts_or_says_that_it_only_reads(
    loop: Loop, factory: Factory, tmp_path: Path, protocol: str
) -> None:
    asset = asset_for(factory, protocol, tmp_path)
    cell = factory.cell

    async def drive() -> tuple[float, str]:
        switch_on(factory, 1)
        async with connected(asset) as connector:
            await connector.write("Watchdog", 1.0)
            await connector.write("RemoteControl", True)
            await connector.write("FeedOverride", 80.0)
            await connector.call("Stop")
            return cell.feed, cell.run.value

    assert asset.driveable is (protocol in DRIVEABLE)
    if protocol in DRIVEABLE:
        assert loop.run(drive()) == (80.0, "idle")
    else:
        with pytest.raises(SourceRefused, match="only"):
            loop.run(drive())
        assert cell.remote is False


@pytest.mark.parametrize("protocol", DRIVEABLE)
def test_refusal_of_the_controller_is_a_refusal_and_not_a_lost_machine(
    loop: Loop, factory: Factory, tmp_path: Path, protocol: str
) -> None:
    asset = asset_for(factory, protocol, tmp_path)

    async def refuse() -> list[str]:
        switch_on(factory, 1)
        refusals = []
        async with connected(asset) as connector:
            await connector.write("RemoteControl", True)
            for attempt in (
                connector.write("FeedOverride", 1_000.0),
                connector.write("PartsGood", 3.0),
                connector.write("CoolantOn", "yes"),
                connector.write("Watchdog", 1.5),
                connector.call("OpenDoor"),
            ):
                try:
                    await attempt
                except SourceRefused as refused:
                    refusals.append(str(refused))
            assert (await connector.read()).readings["FeedOverride"].value == 100.0
        return refusals

    assert len(loop.run(refuse())) == 5


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_source_that_goes_away_is_lost_and_comes_back(
    loop: Loop, factory: Factory, tmp_path: Path, protocol: str
) -> None:
    asset = asset_for(factory, protocol, tmp_path)

    async def lose() -> tuple[int, Quality]:
        switch_on(factory, 1)
        connector = connector_for(asset)
        await connector.connect()
        await factory.close(protocol)
        lost = 0
        try:
            for _ in range(40):
                await connector.read()
                await asyncio.sleep(0.1)
        except SourceLost:
            lost += 1
        await connector.close()
        try:
            await connector_for(asset).connect()
        except SourceLost:
            lost += 1
        await factory.open(protocol, 0)
        async with connected(asset) as again:
            return lost, (await again.read()).readings["PartsTotal"].quality

    assert loop.run(lose()) == (2, Quality.good)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_browse_lists_the_addresses_that_a_configuration_needs(
    loop: Loop, factory: Factory, tmp_path: Path, protocol: str
) -> None:
    asset = asset_for(factory, protocol, tmp_path)

    if isinstance(asset.source, MqttSource):
        asset.source.browse_seconds = 0.8

    async def browse() -> set[str]:
        async with connected(asset) as connector:
            return {found.address for found in await connector.browse()}

    found = loop.run(browse())
    wanted = {
        address.removesuffix(f".{name}") if protocol == "mqtt" else address for name, address in asset.addresses.items()
    }
    assert wanted <= found


def test_kinds_of_signals_are_known_without_a_description(factory: Factory, tmp_path: Path) -> None:
    kinds = asset_for(factory, "http", tmp_path).kinds
    assert (kinds["RemoteControl"], kinds["Watchdog"], kinds["PartsGood"]) == (Kind.boolean, Kind.counter, Kind.counter)
