"""The two programs as a technician starts them, and who gets into the OPC UA server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lift.edge.connectors.base import SourceLost
from lift.edge.connectors.http import HttpConnector, HttpSource
from lift.edge.connectors.opcua import OpcUaConnector, OpcUaSource
from lift.edge.contract import Kind
from lift.edge.gateway.__main__ import main
from lift.edge.pki import is_trusted, own_certificate, read_certificate, valid_until
from lift.edge.uapackage import Client
from lift.edge.virtual.__main__ import main as virtual
from lift.edge.virtual.factory import Factory, Settings
from tests.edge.conftest import Lab, Loop, until

pytestmark = [pytest.mark.integration, pytest.mark.slow]
ROOT = Path(__file__).parents[2]
NAMESPACE = "urn:lift:virtual:machining-cell"


def source_for(factory: Factory, pki: Path) -> OpcUaSource:
    server = factory.settings.state_dir / "opcua" / "own.der"
    return OpcUaSource(url=factory.urls["opcua"], namespace=NAMESPACE, server_certificate=server, pki=pki)


def test_stranger_with_a_certificate_of_its_own_is_kept_out(loop: Loop, factory: Factory, tmp_path: Path) -> None:
    stranger = OpcUaConnector(source_for(factory, tmp_path / "pki"), {}, {})
    with pytest.raises(SourceLost, match="BadCertificateUntrusted"):
        loop.run(stranger.connect())
    loop.run(stranger.close())


def test_server_with_another_certificate_than_the_pinned_one_is_not_spoken_to(
    loop: Loop, factory: Factory, tmp_path: Path
) -> None:
    own_certificate(tmp_path / "other", "urn:lift:virtual-factory")
    source = source_for(factory, factory.settings.state_dir.parent / "gateway" / "pki")
    source.server_certificate = tmp_path / "other" / "own.der"
    connector = OpcUaConnector(source, {}, {})
    with pytest.raises(SourceLost):
        loop.run(connector.connect())
    loop.run(connector.close())


def test_connection_without_security_is_not_offered_unless_asked_for(
    loop: Loop, factory: Factory, tmp_path: Path
) -> None:
    async def offered(url: str) -> list[str]:
        endpoints = await Client(url, timeout=2).connect_and_get_server_endpoints()
        return sorted(endpoint.SecurityPolicyUri.rpartition("#")[2] for endpoint in endpoints)

    async def plain() -> tuple[list[str], object]:
        async with Factory(Settings(tmp_path / "plain", no_security=True, running=False)) as plain_factory:
            url = plain_factory.urls["opcua"]
            source = OpcUaSource(url=url, namespace=NAMESPACE, security="None")
            connector = OpcUaConnector(source, {"Feed": "MachiningCell.FeedOverride"}, {})
            await connector.connect()
            snapshot = await connector.read()
            await connector.close()
            return await offered(url), snapshot.readings["Feed"].value

    assert loop.run(offered(factory.urls["opcua"])) == ["Basic256Sha256"]
    assert loop.run(plain()) == (["Basic256Sha256", "None"], 100.0)


def test_trust_is_by_the_very_certificate(tmp_path: Path) -> None:
    for name in ("mine", "twin"):
        own_certificate(tmp_path / name, "urn:lift:gateway")
    mine, twin = (tmp_path / name / "own.der" for name in ("mine", "twin"))
    certificate = read_certificate(mine)
    assert is_trusted(certificate, [tmp_path / "mine"]) is True
    assert is_trusted(certificate, [twin, tmp_path / "absent"]) is False
    assert 360 < (valid_until(mine).timestamp() - time.time()) / 86_400 < 370


def test_check_passes_for_a_machine_that_answers(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--config", str(lab.config_file())]) == 0
    assert "1 assets checked, 0 faults" in capsys.readouterr().out


def test_check_names_what_is_missing_at_the_machine(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    path = lab.config_file(driveable=False)
    own = 'variables = [{name = "Torque"}]\naddresses = {Torque = "Gone"}\nsignals = {}\ncontrol = {}\nactions = []\n'
    path.write_text(path.read_text().replace("[assets.source]", f"{own}[assets.source]"))
    assert main(["check", "--config", str(path)]) == 1
    assert "cell-1: no value for Torque at Gone" in capsys.readouterr().err


def test_browse_lists_the_nodes_of_the_machine(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["browse", "--config", str(lab.config_file())]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "cell-1\tMachiningCell.FeedOverride\tDouble\twritable" in lines
    assert "cell-1\tMachiningCell.PartsGood\tInt64\tread only" in lines
    assert "cell-1\tMachiningCell.Stop\tmethod\tread only" in lines


@pytest.fixture
def program(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "lift.edge.virtual", "--http-port", "0", "--idle"]
    environ = {**os.environ, "LIFT_HOME": str(tmp_path)}
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env=environ)
    yield process
    process.kill()
    process.communicate()


def test_virtual_factory_says_where_it_is_turns_its_panel_and_ends_on_term(
    program: subprocess.Popen[bytes], tmp_path: Path, loop: Loop
) -> None:
    assert program.stdout is not None
    ready = json.loads(program.stdout.readline())["ready"]
    assert json.loads((tmp_path / "virtual" / "ready.json").read_text()) == ready
    assert set(ready) == {"opcua", "http"}
    source = source_file(tmp_path, "http")
    assert virtual(["--state-dir", str(tmp_path / "virtual"), "--panel", "emergency-stop"]) == 0
    until(lambda: emergency_stop(loop, source) == "pressed")
    assert virtual(["--state-dir", str(tmp_path / "virtual"), "--panel", "normal"]) == 0
    until(lambda: emergency_stop(loop, source) == "clear")
    program.send_signal(signal.SIGTERM)
    assert program.wait(30) == 0


def source_file(home: Path, protocol: str) -> str:
    return str(json.loads((home / "virtual" / "ready.json").read_text())[protocol])


def emergency_stop(loop: Loop, url: str) -> object:
    async def read() -> object:
        source = HttpSource(url=url, path="/cell")
        connector = HttpConnector(source, {"E": "values.EmergencyStop"}, {}, {"E": Kind.text})
        await connector.connect()
        snapshot = await connector.read()
        await connector.close()
        return snapshot.readings["E"].value

    return loop.run(read())
