"""A real OpenID provider on loopback, as small as the standard allows: discovery, authorize, token, keys.

It checks what a provider checks: client secret, redirect address, PKCE verifier, single use of a code.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, abort, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

CLIENT_ID, CLIENT_SECRET = "lift", "the secret between the two"


class Provider:
    """Whom it vouches for next is ``subject``; ``spoil`` changes the claims before they are signed."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.signing_key = self.key
        self.subject = "anna@uni"
        self.spoil: dict[str, Any] = {}
        self.issuer = ""
        self.codes: dict[str, dict[str, str]] = {}
        self.app = Flask("provider")
        self.app.add_url_rule("/.well-known/openid-configuration", view_func=self.configuration)
        self.app.add_url_rule("/keys", view_func=self.keys)
        self.app.add_url_rule("/authorize", view_func=self.authorize)
        self.app.add_url_rule("/token", view_func=self.token, methods=["POST"])

    def configuration(self) -> Response:
        """Discovery."""
        return jsonify(
            issuer=self.issuer,
            authorization_endpoint=f"{self.issuer}/authorize",
            token_endpoint=f"{self.issuer}/token",
            jwks_uri=f"{self.issuer}/keys",
        )

    def keys(self) -> Response:
        """The public key."""
        return jsonify(keys=[self.key.as_dict(private=False)])

    def authorize(self) -> Response:
        """The person signs in there (here: at once) and is sent back with a code."""
        asked = request.args.to_dict()
        if asked.get("response_type") != "code" or asked.get("code_challenge_method") != "S256":
            abort(400)
        code = secrets.token_urlsafe(16)
        self.codes[code] = {**asked, "subject": self.subject}
        back = urlencode({"code": code, "state": asked["state"]})
        return redirect(f"{asked['redirect_uri']}?{back}")  # type: ignore[return-value]

    def token(self) -> Response:
        """A signed ID token for a code, once."""
        form, asked = request.form, self.codes.pop(request.form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        user = request.authorization
        if (
            asked is None
            or user is None
            or (user.username, user.password) != (CLIENT_ID, CLIENT_SECRET)
            or form.get("redirect_uri") != asked["redirect_uri"]
            or challenge != asked["code_challenge"]
        ):
            abort(400)
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "sub": asked["subject"], "nonce": asked["nonce"]}
        claims |= {"iat": now, "exp": now + 60, **self.spoil}
        header = {"alg": "RS256", "kid": "one"}
        return jsonify(access_token="x", token_type="Bearer", id_token=jwt.encode(header, claims, self.signing_key))


@contextmanager
def running_provider() -> Iterator[Provider]:
    """The provider on a free port."""
    provider = Provider()
    server = make_server("127.0.0.1", 0, provider.app, threaded=True)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
