"""Sign-in by institution: an OpenID Connect client (authorization code with PKCE), discovered from its issuer.

Authlib words the request, joserfc checks the ID token. Any failure on the way is one refusal: start again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from authlib.common.security import generate_token
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from lift.core.errors import Problem, Refused
from lift.people import texts

ALGORITHMS = ["RS256", "PS256", "ES256"]
TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True)
class Client:
    """What the provider knows us by."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str


@dataclass(frozen=True)
class Subject:
    """Whom the institution vouches for."""

    issuer: str
    subject: str


def begin(client: Client) -> tuple[str, dict[str, str]]:
    """Where to send the browser, and what to keep until it comes back (state, nonce, verifier)."""
    kept = {"state": generate_token(32), "nonce": generate_token(32), "verifier": generate_token(48)}
    try:
        door = _discovered(client.issuer)["authorization_endpoint"]
    except (httpx.HTTPError, KeyError, ValueError) as error:
        raise Refused(Problem("PA6", texts.INSTITUTION_FAILED)) from error
    address = prepare_grant_uri(
        door,
        client.client_id,
        "code",
        redirect_uri=client.redirect_uri,
        scope="openid",
        state=kept["state"],
        nonce=kept["nonce"],
        code_challenge=create_s256_code_challenge(kept["verifier"]),
        code_challenge_method="S256",
    )
    return str(address), kept


def finish(client: Client, kept: dict[str, str], address: str) -> Subject:
    """Whom the answer at ``address`` names. Refused for a wrong state, code, signature, audience, nonce or time."""
    answer = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    if not kept or answer.get("state") != kept.get("state") or "code" not in answer:
        raise Refused(Problem("PA6", texts.INSTITUTION_FAILED))
    try:
        known = _discovered(client.issuer)
        token = _exchange(client, known["token_endpoint"], answer["code"], kept["verifier"])
        keys = KeySet.import_key_set({"keys": _get(known["jwks_uri"])["keys"]})
        claims = jwt.decode(token["id_token"], keys, algorithms=ALGORITHMS).claims
        _registry(client, kept["nonce"]).validate(claims)
    except (httpx.HTTPError, JoseError, KeyError, ValueError) as error:
        raise Refused(Problem("PA6", texts.INSTITUTION_FAILED)) from error
    return Subject(str(claims["iss"]), str(claims["sub"]))


def _exchange(client: Client, door: str, code: str, verifier: str) -> dict[str, Any]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": client.redirect_uri,
        "code_verifier": verifier,
    }
    answer = httpx.post(door, data=form, auth=(client.client_id, client.client_secret), timeout=TIMEOUT_SECONDS)
    answer.raise_for_status()
    return dict(answer.json())


def _registry(client: Client, nonce: str) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": client.issuer},
        aud={"essential": True, "value": client.client_id},
        nonce={"essential": True, "value": nonce},
        exp={"essential": True},
        sub={"essential": True},
    )


def _discovered(issuer: str) -> dict[str, Any]:
    known = _get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if known.get("issuer") != issuer:
        raise ValueError("the provider names another issuer")
    return known


def _get(address: str) -> dict[str, Any]:
    answer = httpx.get(address, timeout=TIMEOUT_SECONDS)
    answer.raise_for_status()
    return dict(answer.json())
