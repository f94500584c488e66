"""The base of ``/api/v1``: blueprints that go into the OpenAPI document, bearer tokens, cursor pages, refusals.

A view of the API, outermost first: ``@bp.post("/things")``, ``@scoped("things:write")``, ``@idempotent`` (when it
creates), ``@bp.input(ThingIn)``, ``@bp.output(ThingOut, status_code=201)``. What every operation may answer beside its
success, and which scope it needs, is added to the document here, once.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from apiflask import APIBlueprint, APIFlask, HTTPError
from flask import Response, current_app, request
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from lift.core.errors import Forbidden, Invalid, Problem
from lift.core.i18n import N_, Text
from lift.web.current import current_actor
from lift.web.errors import answer, problem_document

View = TypeVar("View", bound=Callable[..., Any])
Row = TypeVar("Row")

PREFIX = "/api/v1"
BAD_CURSOR = Text(N_("The cursor is not one of ours. Start again without it."))
SCOPE_MISSING = Text(N_("The token lacks the scope %(scope)s."))

BEARER = "bearer"
REFUSALS = {
    "400": "The request could not be read.",
    "401": "No token, or one that is unknown, revoked or over.",
    "403": "The token's person may not do this, or the token lacks the scope.",
    "404": "Unknown, or not for this person and organisation.",
    "405": "The address exists, the method does not.",
    "409": "Not possible right now: taken, full, too late, or somebody was faster. Says why and what is.",
    "413": "The body is too large.",
    "415": "The body is not of a kind that can be read.",
    "422": "The input has the wrong shape; each problem names its field.",
    "429": "Too many requests; `Retry-After` says when to try again.",
    "503": "A dependency does not answer, or a lock was not free in time. Nothing was written; try again.",
}

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


class WayOut(ApiModel):
    """A way on from a refusal."""

    label: str
    url: str


class ProblemItem(ApiModel):
    """One reason: rule, sentence in the reader's language, who owns the rule, what would pass."""

    rule: str
    text: str
    owner: str | None = None
    field: str | None = None
    passes: Any = None
    ways: list[WayOut] = []


class ProblemDocument(ApiModel):
    """RFC 9457 with an extension member."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str | None = None
    problems: list[ProblemItem]


def init_app(app: APIFlask) -> None:
    """Wrong input becomes a problem document; the OpenAPI document tells guards and refusals of every operation."""
    app.config.update(AUTO_VALIDATION_ERROR_RESPONSE=False, AUTO_AUTH_ERROR_RESPONSE=False, AUTO_404_RESPONSE=False)
    app.register_error_handler(HTTPError, refuse_input)
    app.spec_processor(complete_document)


def refuse_input(error: HTTPError) -> Response:
    """What pydantic found, one problem a field."""
    found = [
        Problem("input", Text(message), field="" if field == "_schema" else field)
        for fields in (error.detail or {}).values()
        for field, messages in fields.items()
        for message in messages
    ]
    return problem_document(error.status_code, tuple(found)) if found else answer(error.status_code, ())


def complete_document(document: Any) -> Any:
    """Add bearer security, the scope of each operation and its refusals."""
    parts = document.setdefault("components", {})
    parts.setdefault("securitySchemes", {})[BEARER] = {
        "type": "http",
        "scheme": "bearer",
        "description": "A token from POST /api/v1/tokens or `flask token create`.",
    }
    schema = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    parts.setdefault("schemas", {}).update({**schema.pop("$defs"), "ProblemDocument": schema})
    body = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}
    for rule in current_app.url_map.iter_rules():
        path = re.sub(r"<(?:[^<:]+:)?([^>]+)>", r"{\1}", rule.rule)
        for method, operation in document.get("paths", {}).get(path, {}).items():
            if method.upper() in (rule.methods or ()):
                _complete_operation(operation, getattr(current_app.view_functions[rule.endpoint], "guard", ""), body)
    return document


def _complete_operation(operation: dict[str, Any], guard: str, body: dict[str, Any]) -> None:
    for status, description in REFUSALS.items():
        operation["responses"].setdefault(status, {"description": description, "content": body})
    if guard.startswith("scope "):
        operation["x-scope"] = guard.removeprefix("scope ")
    if guard and guard != "public":
        operation["security"] = [{BEARER: []}]


def known_scopes() -> frozenset[str]:
    """Every scope that some operation asks for."""
    guards = (str(getattr(view, "guard", "")) for view in current_app.view_functions.values())
    return frozenset(guard.removeprefix("scope ") for guard in guards if guard.startswith("scope "))


def api_blueprint(name: str, import_name: str) -> APIBlueprint:
    """A blueprint under /api/v1; its name is ``<feature>_api``."""
    return APIBlueprint(f"{name}_api", import_name, url_prefix=PREFIX, tag=name)


def scoped(scope: str) -> Callable[[View], View]:
    """Only with a token that carries ``scope`` (for example ``bookings:write``)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if current_actor().person_id is None:
                raise Unauthorized(www_authenticate=WWWAuthenticate("bearer"))
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


def cut(rows: Sequence[Row], limit: int, key: Callable[[Row], UUID | str]) -> tuple[list[Row], str | None]:
    """Of ``limit + 1`` rows asked for: those of this page, and the cursor of the next when there is more."""
    page = list(rows[:limit])
    return page, (encode_cursor(key(page[-1])) if len(rows) > limit else None)


def bearer_token() -> str | None:
    """The token of this request, if it carries one."""
    header = request.headers.get("Authorization", "")
    return header[7:].strip() if header.lower().startswith("bearer ") else None
