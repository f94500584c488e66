"""Every view says whom it is for; an architecture test walks the routes and fails on one that does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import abort, current_app, redirect, request, url_for
from flask import session as cookie

from lift.core.actor import Role
from lift.core.errors import Conflict, Forbidden, Problem
from lift.core.i18n import N_, Text
from lift.web.current import current_actor

View = TypeVar("View", bound=Callable[..., Any])

OTHER_ORGANISATION = Text(
    N_("You now act for another organisation than when you opened this page. Nothing was saved; reload and check.")
)
NO_ROLE = Text(N_("This page is for people with another role. Ask your organisation's administrator if you need it."))


def public(view: View) -> View:
    """Anybody may open it."""
    view.guard = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Only for signed-in people; others are sent to the sign-in page and come back."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if current_actor().person_id is None:
            if request.path.startswith("/api/"):
                abort(401)
            return redirect(url_for("people.sign_in", next=request.full_path.rstrip("?")))
        return view(*args, **kwargs)

    guarded.guard = "signed_in"  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]


def role_needed(*roles: Role) -> Callable[[View], View]:
    """Only for people who hold one of these roles anywhere; what they may do with which object the services judge."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not any(current_actor().has(role) for role in roles):
                raise Forbidden(Problem("R2", NO_ROLE, owner="people"))
            return view(*args, **kwargs)

        inner = signed_in(guarded)
        inner.guard = "role"  # type: ignore[attr-defined]
        return inner  # type: ignore[return-value]

    return decorate


def machine(view: View) -> View:
    """For gateways: the view checks the bearer token itself."""
    view.guard = "machine"  # type: ignore[attr-defined]
    return view


def check_acting_organisation() -> None:
    """Every form carries the organisation it was opened for; a different one now is refused with 409 (RULES R2)."""
    if request.method != "POST" or request.blueprint is None or "acting" not in request.form:
        return
    mine = current_actor().organisation_id
    if request.form["acting"] != (str(mine) if mine else ""):
        raise Conflict(Problem("R2", OTHER_ORGANISATION, owner="people"))


def remember(name: str, value: Any) -> None:
    """Keep a small value in the signed cookie."""
    cookie[name] = value


def is_demo() -> bool:
    """True where the demo accounts may be shown."""
    return bool(current_app.config["LIFT"].mode == "demo")
