"""OPC UA by polling: one Read for all nodes per sample, so silence is noticed at once; typed writes; methods.

Nodes are found by namespace URI at each connect (the index may change after a restart of the server). Every connect
builds a new client: an old one may hang for ever after packet loss.
"""

from __future__ import annotations

import asyncio
import logging
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

from asyncua.crypto.security_policies import SecurityPolicyAes256Sha256RsaPss, SecurityPolicyBasic256Sha256
from asyncua.crypto.uacrypto import CertProperties
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import Field, model_validator

from lift.edge.connectors.base import Found, Reading, Snapshot, SourceLost, SourceRefused, reading_of
from lift.edge.connectors.source import Source
from lift.edge.contract import Quality, Value
from lift.edge.pki import own_certificate, read_certificate
from lift.edge.uapackage import Client, ua

log = logging.getLogger(__name__)
APPLICATION_URI = "urn:lift:gateway"
_POLICIES = {"Basic256Sha256": SecurityPolicyBasic256Sha256, "Aes256Sha256RsaPss": SecurityPolicyAes256Sha256RsaPss}
_WHOLE = ("SByte", "Byte", "Int16", "UInt16", "Int32", "UInt32", "Int64", "UInt64")


class OpcUaSource(Source):
    """``server_certificate`` pins the machine's certificate; ``pki`` is the folder of the gateway's own key pair."""

    schemes: ClassVar[dict[str, bool]] = {"opc.tcp": True}
    example: ClassVar[str] = "opc.tcp://192.0.2.10:4840"
    writes: ClassVar[bool] = True

    connector: Literal["opcua"] = "opcua"
    namespace: str
    security: Literal["Basic256Sha256", "Aes256Sha256RsaPss", "None"] = "Basic256Sha256"
    server_certificate: Path | None = None
    pki: Path = Path("pki")
    username: str | None = None
    password: str | None = Field(default=None, repr=False)
    object: str = ""

    @model_validator(mode="after")
    def _has_certificate(self) -> Self:
        if self.insecure:
            raise ValueError("OPC UA is never used unprotected beyond loopback: insecure is not for it")
        if self.security != "None" and self.server_certificate is None:
            raise ValueError("server_certificate is missing: the file of the machine's certificate")
        return self

    def is_protected(self, scheme: str) -> bool:
        return self.security != "None"

    def anchor(self, folder: Path) -> None:
        super().anchor(folder)
        self.pki = folder / self.pki
        if self.server_certificate:
            self.server_certificate = folder / self.server_certificate


class OpcUaConnector:
    """``addresses`` and ``actions`` map our names to string node ids within ``source.namespace``."""

    def __init__(self, source: OpcUaSource, addresses: dict[str, str], actions: dict[str, str]) -> None:
        self._source = source
        self._addresses = addresses
        self._actions = actions
        self._client: Any = None
        self._nodes: dict[str, Any] = {}
        self._types: dict[str, Any] = {}
        self._index = 0

    async def connect(self) -> None:
        source = self._source
        async with _losses():
            client = Client(source.address(), timeout=source.timeout)
            client.application_uri = APPLICATION_URI
            await self._secure(client)
            await client.connect()
            self._client = client
            self._index = await client.get_namespace_index(source.namespace)
            self._nodes = {name: self._node(address) for name, address in self._addresses.items()}
            self._types = {}

    async def read(self) -> Snapshot:
        names = list(self._nodes)
        async with _losses():
            values = await self._client.read_attributes([self._nodes[name] for name in names])
        return Snapshot({name: _reading(value) for name, value in zip(names, values, strict=True)})

    async def write(self, name: str, value: Value) -> None:
        async with _losses():
            variant = await self._typed(name, value)
            await self._nodes[name].write_value(ua.DataValue(variant))

    async def call(self, action: str) -> None:
        async with _losses():
            await self._node(self._source.object).call_method(self._node(self._actions[action]).nodeid)

    async def browse(self) -> list[Found]:
        found: list[Found] = []
        async with _losses():
            await self._walk(self._client.nodes.objects, found, 0)
        return found

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is None:
            return
        try:
            async with asyncio.timeout(self._source.timeout):
                await client.disconnect()
        except (OSError, TimeoutError, ua.UaError) as error:
            log.info("disconnect: %r", error)

    async def _secure(self, client: Any) -> None:
        source = self._source
        if source.username is not None:
            client.set_user(source.username)
            client.set_password(source.password or "")
        if source.security == "None":
            return
        certificate, key = await asyncio.to_thread(own_certificate, source.pki, APPLICATION_URI)
        pinned = read_certificate(source.server_certificate) if source.server_certificate else None
        await client.set_security(
            _POLICIES[source.security],
            CertProperties(certificate),
            CertProperties(key, "pem"),
            server_certificate=CertProperties(pinned.public_bytes(Encoding.DER)) if pinned else None,
        )

    async def _typed(self, name: str, value: Value) -> Any:
        """Variant of the node's own type: servers refuse an Int64 for a Double."""
        if name not in self._types:
            self._types[name] = await self._nodes[name].read_data_type_as_variant_type()
        kind = self._types[name]
        if kind.name in _WHOLE:
            if isinstance(value, str) or not float(value).is_integer():
                raise SourceRefused(f"{name} takes whole numbers")
            return ua.Variant(int(value), kind)
        wanted: dict[str, type] = {"Boolean": bool, "String": str, "Double": float, "Float": float}
        if kind.name not in wanted:
            raise SourceRefused(f"{name} has the type {kind.name}, which is not written")
        if wanted[kind.name] is float and not isinstance(value, bool | str):
            value = float(value)
        if not isinstance(value, wanted[kind.name]):
            raise SourceRefused(f"{name} takes {kind.name}")
        return ua.Variant(value, kind)

    def _node(self, address: str) -> Any:
        return self._client.get_node(ua.NodeId(address, self._index))

    async def _walk(self, node: Any, found: list[Found], depth: int) -> None:
        for child in await node.get_children():
            identifier = child.nodeid.Identifier
            if child.nodeid.NamespaceIndex == self._index and isinstance(identifier, str):
                found.append(await _described(child, identifier))
            if depth < 6 and len(found) < 5_000 and child.nodeid.NamespaceIndex != 0:
                await self._walk(child, found, depth + 1)


async def _described(node: Any, address: str) -> Found:
    name = (await node.read_browse_name()).Name
    node_class = await node.read_node_class()
    if node_class is not ua.NodeClass.Variable:
        return Found(address, name, node_class.name.lower(), False)
    kind = (await node.read_data_type_as_variant_type()).name
    return Found(address, name, kind, ua.AccessLevel.CurrentWrite in await node.get_access_level())


def _reading(value: Any) -> Reading:
    status = value.StatusCode
    stamp = value.SourceTimestamp.timestamp() if value.SourceTimestamp else time.time()
    if status is not None and status.is_bad():
        return Reading(None, Quality.bad, stamp)
    quality = Quality.good if status is None or status.is_good() else Quality.uncertain
    return reading_of(value.Value.Value if value.Value else None, quality, stamp)


@asynccontextmanager
async def _losses() -> AsyncIterator[None]:
    """A status that the server gave to a request is a refusal; everything else means that the source is lost."""
    try:
        yield
    except ua.UaStatusCodeError as error:
        if error.code in _LOST:
            raise SourceLost(str(error)) from error
        raise SourceRefused(str(error)) from error
    except _BROKEN as error:
        raise SourceLost(repr(error)) from error


# What asyncua lets through when an answer is cut off, garbled, badly signed or late.
_BROKEN = (
    OSError,
    TimeoutError,
    EOFError,
    ValueError,
    LookupError,
    AttributeError,
    struct.error,
    InvalidSignature,
    ua.UaError,
)
_LOST = tuple(
    getattr(ua.StatusCodes, name)
    for name in (
        "BadSessionIdInvalid",
        "BadSessionClosed",
        "BadSessionNotActivated",
        "BadSecureChannelClosed",
        "BadSecureChannelIdInvalid",
        "BadConnectionClosed",
        "BadServerHalted",
        "BadShutdown",
        "BadTimeout",
        "BadCertificateUntrusted",
        "BadSecurityChecksFailed",
        "BadUserAccessDenied",
        "BadTooManySessions",
    )
)
