"""The test's browser: every request in a context of its own, as in production, with the CSRF token that its page would carry."""

from __future__ import annotations

import hashlib
import os
from typing import Any

from flask import has_app_context
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from lift.core.db import db

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


class Browser(FlaskClient):
    """``csrf=False`` sends a form as another site would. Each browser has an address of its own: limits count per address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.environ_base["REMOTE_ADDR"] = f"10.{'.'.join(str(byte) for byte in os.urandom(3))}"

    def open(self, *args: Any, csrf: bool = True, **kwargs: Any) -> TestResponse:
        """Ask, in a context of its own.

        The test itself stands in an application context; without a nested one ``g`` and the session's loaded objects
        would leak from request to request. What the request wrote is seen by the test afterwards.
        """
        path = args[0] if args and isinstance(args[0], str) else ""
        if csrf and kwargs.get("method") in UNSAFE and path and not path.startswith(("/api/", "/edge/")):
            kwargs["headers"] = {"X-CSRFToken": self.csrf_token(), **dict(kwargs.get("headers") or {})}
        if not has_app_context():
            return super().open(*args, **kwargs)
        db.session.flush()
        with self.application.app_context():
            answer = super().open(*args, **kwargs)
        db.session.expire_all()
        return answer

    def csrf_token(self) -> str:
        """A token that fits this browser's cookie."""
        with self.session_transaction() as cookie:
            raw = cookie.setdefault("csrf_token", hashlib.sha1(os.urandom(64)).hexdigest())
        return URLSafeTimedSerializer(self.application.secret_key, salt="wtf-csrf-token").dumps(raw)
