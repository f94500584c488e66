"""What stands in deploy/ is held to the code: settings, queues, paths, and the hook that ends streams."""

from __future__ import annotations

import importlib.util
import re
import signal
import threading
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
import yaml

from config import TABLE, Settings, SettingsError
from lift.core.broker import QUEUES

pytestmark = pytest.mark.unit
DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


def example() -> dict[str, str]:
    lines = (DEPLOY / "production.env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def services() -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    return found


def words(service: str) -> list[str]:
    command = services()[service]["command"]
    assert isinstance(command, list)
    return [str(word) for word in command]


def gunicorn_conf() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gunicorn_conf", DEPLOY / "gunicorn_conf.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_production_example_is_accepted_as_it_stands() -> None:
    settings = Settings.load(example())
    assert (settings.mode, settings.cookie_secure, settings.trusted_proxies) == ("production", True, 1)


def test_production_example_without_https_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"LIFT_PUBLIC_URL: .*, example https://lift.example"):
        Settings.load({**example(), "LIFT_PUBLIC_URL": "http://lift.example"})


def test_every_setting_named_in_deploy_exists() -> None:
    named = {
        name
        for path in DEPLOY.iterdir()
        if path.is_file()
        for name in re.findall(r"\bLIFT_[A-Z_]+\b", path.read_text())
    }
    assert named - {setting.name for setting in TABLE} == set()


def test_compose_has_every_process_and_every_queue() -> None:
    assert sorted(services()) == sorted(
        ["postgres", "redis", "migrate", "web", "stream", "worker", "live", "beat", "proxy"]
    )
    served = [queue for name in ("worker", "live") for queue in words(name)[words(name).index("-Q") + 1].split(",")]
    assert sorted(served) == sorted(QUEUES)


def test_streams_and_pages_have_their_own_server() -> None:
    shapes = {name: words(name)[words(name).index("--worker-class") + 1] for name in ("web", "stream")}
    assert shapes == {"web": "gthread", "stream": "gevent"}
    proxy = (DEPLOY / "Caddyfile").read_text()
    assert re.search(r"handle /stream/\* \{\s+reverse_proxy stream:8000", proxy) is not None
    assert proxy.index("reverse_proxy stream:8000") < proxy.index("reverse_proxy web:8000")


def test_term_ends_open_streams_before_the_worker_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    ended, stopped = threading.Event(), []
    handlers = {signal.SIGTERM: lambda number, frame: stopped.append(number)}
    monkeypatch.setattr(signal, "getsignal", handlers.__getitem__)
    monkeypatch.setattr(signal, "signal", handlers.__setitem__)
    hub = SimpleNamespace(stop=ended.set)
    gunicorn_conf().post_worker_init(SimpleNamespace(wsgi=SimpleNamespace(extensions={"lift_hub": hub})))
    handlers[signal.SIGTERM](signal.SIGTERM, None)
    assert ended.wait(5) is True
    assert stopped == [signal.SIGTERM]
