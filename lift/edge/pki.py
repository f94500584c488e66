"""Own key pairs and the certificates of others, as OPC UA needs them. Private keys never leave their folder."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from asyncua.crypto.cert_gen import setup_self_signed_certificate
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID


async def own_certificate(folder: Path, application_uri: str) -> tuple[Path, Path]:
    """Certificate (DER) and private key (PEM, mode 600) in ``folder``, made when missing, renewed when run out."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    certificate, key = folder / "own.der", folder / "own.pem"
    before = os.umask(0o077)
    try:
        await setup_self_signed_certificate(
            key,
            certificate,
            application_uri,
            socket.gethostname(),
            [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH],
            {"organizationName": "LIFT"},
        )
    finally:
        os.umask(before)
    certificate.chmod(0o644)
    return certificate, key


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
