"""The gateway's one TOML file, and the description of an asset that it may refer to."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, TypeAdapter, ValidationError, model_validator

from lift.edge.connectors.http import HttpSource
from lift.edge.connectors.mqtt import MqttSource
from lift.edge.connectors.mtconnect import MtconnectSource
from lift.edge.connectors.opcua import OpcUaSource
from lift.edge.connectors.source import LOOPBACK
from lift.edge.contract import ActionSpec, AssetSpec, Key, Kind, Name, VariableSpec

Source = Annotated[OpcUaSource | HttpSource | MqttSource | MtconnectSource, Field(discriminator="connector")]
URL_VARIABLE = "LIFT_GATEWAY_URL"
TOKEN_VARIABLE = "LIFT_GATEWAY_TOKEN"  # noqa: S105 - the name of a variable
BUILT_IN = {"virtual machining cell": Path(__file__).parent.parent / "virtual" / "machining_cell.toml"}


class BadConfig(Exception):
    """One line per fault: where, what is wrong, an example where that helps."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Platform(Part):
    """``retry_slowly``: seconds between tries once the token was refused."""

    url: HttpUrl
    token: str = Field(default="", repr=False)
    token_file: Path | None = None
    retry_slowly: float = Field(default=30.0, gt=0)

    @model_validator(mode="after")
    def _is_encrypted(self) -> Self:
        if self.url.scheme != "https" and self.url.host not in LOOPBACK:
            raise ValueError("the platform is reached by https only, example https://lift.example")
        return self

    def secret(self) -> str:
        """The token from the environment, the file or this configuration, in this order; empty when there is none."""
        if TOKEN_VARIABLE in os.environ:
            return os.environ[TOKEN_VARIABLE]
        if self.token_file:
            return self.token_file.read_text(encoding="utf-8").strip()
        return self.token


class Store(Part):
    """``flush``: seconds between batches; ``max_batches``: how many wait at most before the oldest become gaps."""

    path: Path = Path("gateway.db")
    flush: float = Field(default=1.0, gt=0, le=60)
    max_batches: int = Field(default=200_000, ge=10)


class Signals(Part):
    """Which variable says what; an absent one is unknown, hence never in order."""

    item_state: Name | None = None
    operation_mode: Name | None = None
    emergency_stop: Name | None = None
    interlock: Name | None = None
    safe: Name | None = None
    remote: Name | None = None
    watchdog_ok: Name | None = None


class Control(Part):
    """How the asset is driven: the watchdog that is fed, the switch to remote control, the way into the safe state."""

    watchdog: Name | None = None
    watchdog_period: float = Field(default=1.0, gt=0, le=5)
    remote: Name | None = None
    safe_action: Name | None = None


class Asset(Part):
    key: Key
    driveable: bool = False
    period: float = Field(default=1.0, ge=0.05, le=3600)
    source: Source
    variables: tuple[VariableSpec, ...]
    actions: tuple[ActionSpec, ...] = ()
    signals: Signals = Signals()
    control: Control = Control()
    addresses: dict[Name, str] = Field(default_factory=dict)
    action_addresses: dict[Name, str] = Field(default_factory=dict)

    @property
    def kinds(self) -> dict[str, Kind]:
        """Kind of every address: as described for variables, whole numbers for the watchdog, yes or no for signals."""
        signals = {name: Kind.boolean for name in (self.signals.remote, self.signals.watchdog_ok) if name}
        watchdog = {self.control.watchdog: Kind.counter} if self.control.watchdog else {}
        return {**signals, **watchdog, **{spec.name: spec.kind for spec in self.variables}}

    @property
    def spec(self) -> AssetSpec:
        return AssetSpec(variables=self.variables, actions=self.actions)

    @model_validator(mode="after")
    def _names_have_addresses(self) -> Self:
        wanted = {spec.name for spec in self.variables} | {name for _, name in self.signals if name}
        wanted |= {name for name in (self.control.watchdog, self.control.remote) if name}
        if missing := sorted(wanted - set(self.addresses)):
            raise ValueError(f"addresses miss {', '.join(missing)}")
        called = {spec.name for spec in self.actions} | ({self.control.safe_action} - {None})
        if missing := sorted(str(name) for name in called - set(self.action_addresses)):
            raise ValueError(f"action_addresses miss {', '.join(missing)}")
        return self

    @model_validator(mode="after")
    def _can_be_made_safe(self) -> Self:
        """A machine is driven only if the loss of the gateway makes it safe by itself."""
        if not self.driveable:
            return self
        if not self.source.may_drive:
            raise ValueError(f"a {self.source.connector} source of this kind only reads: set driveable = false")
        needed = {
            "control.watchdog": self.control.watchdog,
            "control.safe_action": self.control.safe_action,
            "signals.safe": self.signals.safe,
            "signals.watchdog_ok": self.signals.watchdog_ok,
            "signals.item_state": self.signals.item_state,
        }
        if missing := [place for place, name in needed.items() if name is None]:
            raise ValueError(f"a driveable asset needs {', '.join(missing)}; or set driveable = false")
        return self


class Config(Part):
    platform: Platform
    store: Store = Store()
    assets: tuple[Asset, ...]

    @model_validator(mode="after")
    def _keys_are_unique(self) -> Self:
        if len({asset.key for asset in self.assets}) != len(self.assets):
            raise ValueError("two assets have the same key")
        if not self.assets:
            raise ValueError("assets: none, so there is nothing to do")
        return self


def load_config(path: Path) -> Config:
    """Configuration of ``path``; relative paths count from its folder. The environment's LIFT_GATEWAY_URL
    and LIFT_GATEWAY_TOKEN win. Raises BadConfig with all faults at once.
    """
    raw = _read_toml(path)
    if URL_VARIABLE in os.environ and isinstance(raw.get("platform"), dict):
        raw["platform"]["url"] = os.environ[URL_VARIABLE]
    folder = path.resolve().parent
    assets = raw.get("assets", [])
    if isinstance(assets, list):
        raw["assets"] = [_with_description(asset, folder) if isinstance(asset, dict) else asset for asset in assets]
    try:
        config = TypeAdapter(Config).validate_python(raw)
    except ValidationError as error:
        raise BadConfig([_fault(item) for item in error.errors()]) from error
    _anchor(config, folder)
    try:
        secret = config.platform.secret()
    except OSError as error:
        raise BadConfig([f"platform.token_file: {error.strerror}"]) from error
    if not secret:
        raise BadConfig([f"platform.token: missing; set token_file, or {TOKEN_VARIABLE} in the environment"])
    return config


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadConfig([f"{path}: {error.strerror}"]) from error
    except ValueError as error:
        raise BadConfig([f"{path}: {error}"]) from error


def _with_description(asset: dict[str, Any], folder: Path) -> dict[str, Any]:
    """``asset`` on top of the file that its ``description`` names; addresses are those of its source's protocol."""
    merged = dict(asset)
    merged["source"] = {"connector": "opcua", **merged.get("source", {})}
    if "description" in merged:
        name = str(merged.pop("description"))
        described = _read_toml(BUILT_IN.get(name, folder / name))
        protocol = str(merged["source"]["connector"])
        by_protocol = described.pop("protocols", {}).get(protocol, {})
        described.pop("title", None)
        source = {**by_protocol.pop("source", {}), **merged.pop("source", {})}
        merged = {**described, **by_protocol, **merged, "source": source}
    return merged


def _anchor(config: Config, folder: Path) -> None:
    config.store.path = folder / config.store.path
    if config.platform.token_file:
        config.platform.token_file = folder / config.platform.token_file
    for asset in config.assets:
        asset.source.anchor(folder)


def _fault(item: Any) -> str:
    place = ".".join(str(step) for step in item["loc"])
    return f"{place}: {item['msg'].removeprefix('Value error, ')}"
