"""Own key pairs and the certificates of others, as OPC UA needs them. Private keys never leave their folder."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from asyncua.crypto.cert_gen import (
    dump_private_key_as_pem,
    generate_private_key,
    generate_self_signed_app_certificate,
)
from asyncua.crypto.uacrypto import check_certificate
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID


def own_certificate(folder: Path, application_uri: str) -> tuple[bytes, bytes]:
    """Certificate (DER) and private key (PEM) as kept in ``folder``, made when missing, renewed when run out.

    Blocks for the time that a key takes to make. In one piece on purpose: a connection that is given up half-way
    leaves no file open and no half a key.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    certificate, key = folder / "own.der", folder / "own.pem"
    if not key.exists():
        _keep(key, dump_private_key_as_pem(generate_private_key()), 0o600)
    private = serialization.load_pem_private_key(key.read_bytes(), password=None)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise ValueError(f"{key} holds no RSA key")
    if not certificate.exists() or _is_run_out(certificate, application_uri):
        _keep(certificate, _self_signed(private, application_uri), 0o644)
    return certificate.read_bytes(), key.read_bytes()


def _is_run_out(certificate: Path, application_uri: str) -> bool:
    """Also when the machine was renamed, whose name stands in it."""
    return bool(check_certificate(read_certificate(certificate), application_uri, socket.gethostname()))


def _self_signed(key: rsa.RSAPrivateKey, application_uri: str) -> bytes:
    names = [x509.UniformResourceIdentifier(application_uri), x509.DNSName(socket.gethostname())]
    uses = [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]
    made = generate_self_signed_app_certificate(
        key, application_uri, {"organizationName": "LIFT"}, names, extended=uses, days=365
    )
    return made.public_bytes(serialization.Encoding.DER)


def _keep(path: Path, content: bytes, mode: int) -> None:
    """Whole or not at all, and never readable by others for a moment."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    draft.replace(path)


def read_certificate(path: Path) -> x509.Certificate:
    """Certificate of a DER or PEM file; raises OSError or ValueError."""
    raw = path.read_bytes()
    return x509.load_pem_x509_certificate(raw) if raw.startswith(b"-----") else x509.load_der_x509_certificate(raw)


def is_trusted(certificate: x509.Certificate, trusted: Iterable[Path]) -> bool:
    """Whether the very same certificate lies at one of ``trusted`` (files, or folders of them)."""
    return any(found == certificate for place in trusted for found in _certificates(place))


def valid_until(path: Path) -> datetime:
    return read_certificate(path).not_valid_after_utc


def _certificates(place: Path) -> Iterator[x509.Certificate]:
    """All certificates at ``place``; keys and whatever else lies there are passed over."""
    for path in sorted(place.iterdir()) if place.is_dir() else [place]:
        try:
            yield read_certificate(path)
        except (OSError, ValueError):
            continue
