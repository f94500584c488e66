"""The base of ``/api/v1``: blueprints that go into the OpenAPI document, bearer tokens, cursor pages."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from apiflask import APIBlueprint, HTTPTokenAuth
from flask import abort, request
from pydantic import BaseModel, ConfigDict, Field

from lift.core.errors import Forbidden, Invalid, Problem
from lift.core.i18n import N_, Text
from lift.web.current import current_actor

View = TypeVar("View", bound=Callable[..., Any])

PREFIX = "/api/v1"
BAD_CURSOR = Text(N_("The cursor is not one of ours. Start again without it."))
SCOPE_MISSING = Text(N_("The token lacks the scope %(scope)s."))

auth = HTTPTokenAuth(scheme="Bearer", description="A token from POST /api/v1/tokens or `flask token create`.")

_scopes: Callable[[], frozenset[str]] = frozenset


def use_scopes(scopes: Callable[[], frozenset[str]]) -> None:
    """Set by the sign-in glue: the scopes of the token of this request."""
    global _scopes
    _scopes = scopes


class ApiModel(BaseModel):
    """Parent of every schema of the API."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


class PageQuery(ApiModel):
    """Cursor paging."""

    cursor: str | None = Field(default=None, description="From `next` of the page before.", max_length=200)
    limit: int = Field(default=50, ge=1, le=200)


def api_blueprint(name: str, import_name: str) -> APIBlueprint:
    """A blueprint under /api/v1; its name is ``<feature>_api``."""
    return APIBlueprint(f"{name}_api", import_name, url_prefix=PREFIX, tag=name)


def scoped(scope: str) -> Callable[[View], View]:
    """Only with a token that carries ``scope`` (for example ``bookings:write``)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if current_actor().person_id is None:
                abort(401)
            if scope not in _scopes():
                raise Forbidden(Problem("R12", Text(SCOPE_MISSING.msgid, {"scope": scope}), owner="people"))
            return view(*args, **kwargs)

        guarded.guard = f"scope {scope}"  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def encode_cursor(key: UUID | str) -> str:
    """An opaque cursor out of the last row's key."""
    return base64.urlsafe_b64encode(str(key).encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None) -> UUID | None:
    """The key a cursor stands for. Raises Invalid for anything else."""
    if cursor is None:
        return None
    try:
        return UUID(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode())
    except (ValueError, binascii.Error) as error:
        raise Invalid(Problem("cursor", BAD_CURSOR, field="cursor")) from error


def bearer_token() -> str | None:
    """The token of this request, if it carries one."""
    header = request.headers.get("Authorization", "")
    return header[7:].strip() if header.lower().startswith("bearer ") else None
