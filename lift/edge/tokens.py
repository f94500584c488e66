"""Sign and verify grants and commands: compact JWS, Ed25519 (RFC 9864), key id and type in the header."""

from __future__ import annotations

from typing import Any, TypeVar

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from lift.edge.contract import CommandClaims, GrantClaims

ALGORITHM = "Ed25519"
GRANT_TYPE = "lift-grant+jws"
COMMAND_TYPE = "lift-command+jws"
_MAX_TOKEN = 8_192

C = TypeVar("C", GrantClaims, CommandClaims)


class BadToken(Exception):
    """Not signed by a key in the set, of another type, or not made of the claims it should hold."""


def new_key(kid: str) -> dict[str, Any]:
    """A fresh private signing key as JWK; keep it secret, publish only :func:`public_keys`."""
    key = OKPKey.generate_key("Ed25519", {"kid": kid, "use": "sig", "alg": ALGORITHM}, private=True)
    return dict(key.as_dict(private=True))


def public_keys(*keys: dict[str, Any]) -> dict[str, Any]:
    """The JWKS of the public halves, as sent in ``HeartbeatAnswer.keys``."""
    return {"keys": [dict(OKPKey.import_key(key).as_dict(private=False)) for key in keys]}


def sign_grant(claims: GrantClaims, key: dict[str, Any]) -> str:
    return _sign(GRANT_TYPE, claims.model_dump_json(), key)


def sign_command(claims: CommandClaims, key: dict[str, Any]) -> str:
    return _sign(COMMAND_TYPE, claims.model_dump_json(), key)


def verify_grant(token: str, keys: dict[str, Any]) -> GrantClaims:
    """Claims of a grant signed by one of ``keys`` (a JWKS); raises BadToken. Says nothing about time or counter."""
    return _claims(GrantClaims, _payload(token, GRANT_TYPE, keys))


def verify_command(token: str, keys: dict[str, Any]) -> CommandClaims:
    """As :func:`verify_grant`, for a command."""
    return _claims(CommandClaims, _payload(token, COMMAND_TYPE, keys))


def _sign(kind: str, payload: str, key: dict[str, Any]) -> str:
    header = {"alg": ALGORITHM, "kid": key["kid"], "typ": kind}
    return jws.serialize_compact(header, payload, OKPKey.import_key(key), algorithms=[ALGORITHM])


def _payload(token: str, kind: str, keys: dict[str, Any]) -> bytes:
    if len(token) > _MAX_TOKEN:
        raise BadToken("token too long")
    try:
        signed = jws.deserialize_compact(token, KeySet.import_key_set(keys), algorithms=[ALGORITHM])  # type: ignore[arg-type]
    except (JoseError, ValueError) as error:
        raise BadToken(str(error)) from error
    if signed.headers().get("typ") != kind:
        raise BadToken(f"not of type {kind}")
    return signed.payload


def _claims(model: type[C], payload: bytes) -> C:
    try:
        return model.model_validate_json(payload)
    except ValueError as error:
        raise BadToken(str(error)) from error
