"""The machining cell behind a real OPC UA server: typed nodes, methods, certificates, a user manager of our own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509

from lift.edge.pki import is_trusted, own_certificate
from lift.edge.uapackage import (
    CallbackType,
    CertificateValidator,
    CertificateValidatorOptions,
    Server,
    ServiceError,
    User,
    UserRole,
    ua,
)
from lift.edge.virtual.cell import ACTIONS, VARIABLES, WRITABLE, CellValue, MachineRefused, MachiningCell, Refusal

NAMESPACE = "urn:lift:virtual:machining-cell"
APPLICATION_URI = "urn:lift:virtual-factory"
OBJECT = "MachiningCell"
_VARIANTS = {
    bool: ua.VariantType.Boolean,
    int: ua.VariantType.Int64,
    float: ua.VariantType.Double,
    str: ua.VariantType.String,
}
_STATUS = {
    Refusal.unknown: ua.StatusCodes.BadNodeIdUnknown,
    Refusal.read_only: ua.StatusCodes.BadNotWritable,
    Refusal.kind: ua.StatusCodes.BadTypeMismatch,
    Refusal.limits: ua.StatusCodes.BadOutOfRange,
    Refusal.state: ua.StatusCodes.BadInvalidState,
}


class ChannelUsers:
    """A session counts as a user when its channel's certificate was trusted, or when no security is offered at all."""

    def __init__(self, without_security: bool) -> None:
        self._without_security = without_security

    def get_user(
        self, iserver: object, username: str | None = None, password: str | None = None, certificate: object = None
    ) -> Any:
        if certificate is None and not self._without_security:
            return None
        return User(role=UserRole.User, name="gateway")


class OpcUaServer:
    """Serves ``cell`` at ``url`` (loopback). ``publish`` copies changed values into the address space."""

    def __init__(self, cell: MachiningCell, port: int, folder: Path, trust: Sequence[Path], no_security: bool) -> None:
        self.url = f"opc.tcp://127.0.0.1:{port}/lift"
        self._cell = cell
        self._folder = folder
        self._trust = (folder / "trusted", *trust)
        self._no_security = no_security
        self._server = Server(user_manager=ChannelUsers(no_security))
        self._nodes: dict[str, Any] = {}
        self._names: dict[Any, str] = {}
        self._shown: dict[str, CellValue] = {}
        self._basic = CertificateValidator(
            CertificateValidatorOptions.EXT_VALIDATION | CertificateValidatorOptions.PEER_CLIENT
        )

    async def start(self) -> None:
        """Raises OSError when the port is taken."""
        server = self._server
        await server.init()
        server.set_endpoint(self.url)
        server.set_server_name("LIFT virtual factory")
        await server.set_application_uri(APPLICATION_URI)
        (self._folder / "trusted").mkdir(parents=True, exist_ok=True)
        certificate, key = await asyncio.to_thread(own_certificate, self._folder, APPLICATION_URI)
        await server.load_certificate(certificate)
        await server.load_private_key(key, format="pem")
        policies = [ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt]
        server.set_security_policy(policies + ([ua.SecurityPolicyType.NoSecurity] if self._no_security else []))
        server.set_identity_tokens([ua.AnonymousIdentityToken])
        server.set_certificate_validator(self._check_certificate)
        await self._build()
        server.subscribe_server_callback(CallbackType.PreWrite, self._before_write)
        await server.start()

    async def stop(self) -> None:
        await self._server.stop()

    async def publish(self) -> None:
        now = datetime.now(UTC)
        for name, value in self._cell.values().items():
            if self._shown.get(name) != value:
                self._shown[name] = value
                variant = ua.Variant(value, _VARIANTS[VARIABLES[name]])
                await self._server.write_attribute_value(
                    self._nodes[name].nodeid, ua.DataValue(variant, SourceTimestamp=now, ServerTimestamp=now)
                )

    async def _build(self) -> None:
        index = await self._server.register_namespace(NAMESPACE)
        machine = await self._server.nodes.objects.add_object(ua.NodeId(OBJECT, index), f"{index}:{OBJECT}")
        for name, value in self._cell.values().items():
            node_id = ua.NodeId(f"{OBJECT}.{name}", index)
            node = await machine.add_variable(node_id, f"{index}:{name}", value, _VARIANTS[VARIABLES[name]])
            if name in WRITABLE:
                await node.set_writable()
            self._nodes[name], self._names[node_id] = node, name
        for action in ACTIONS:
            await machine.add_method(ua.NodeId(f"{OBJECT}.{action}", index), f"{index}:{action}", self._method(action))

    def _method(self, action: str) -> Any:
        async def run(_parent: object, *_arguments: object) -> Any:
            try:
                self._cell.call(action)
            except MachineRefused as refused:
                return ua.StatusCode(_STATUS[refused.refusal])
            await self.publish()
            return ua.StatusCode()

        return run

    async def _before_write(self, event: Any, _service: object) -> None:
        """The controller's own limits: a write that it refuses fails with a status and changes nothing."""
        if not event.is_external:
            return
        for item in event.request_params.NodesToWrite:
            name = self._names.get(item.NodeId)
            if name is None or item.AttributeId != ua.AttributeIds.Value or item.Value.Value is None:
                raise ServiceError(ua.StatusCodes.BadNotWritable)
            if item.Value.Value.VariantType is not _VARIANTS[VARIABLES[name]]:
                raise ServiceError(ua.StatusCodes.BadTypeMismatch)
            try:
                self._cell.write(name, item.Value.Value.Value)
            except MachineRefused as refused:
                raise ServiceError(_STATUS[refused.refusal]) from refused
        await self.publish()

    async def _check_certificate(self, certificate: x509.Certificate, client: Any) -> None:
        await self._basic(certificate, client)
        if not is_trusted(certificate, self._trust):
            raise ServiceError(ua.StatusCodes.BadCertificateUntrusted)
