"""Where to go after a sign-in, a switch or a refusal."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit
from uuid import UUID

from flask import current_app, request, url_for

from lift.core.actor import Actor, Role
from lift.people import queries

HOMES = (
    (Role.LEARNER, "training.my"),
    (Role.OWNER, "people.my_company"),
    (Role.LAB_MANAGER, "labs.desk"),
    (Role.LAB_TECHNICIAN, "labs.desk"),
    (Role.TRAINER, "training.my"),
    (Role.OFFICER, "clusters.my_hub"),
    (Role.LEAD, "network.groups"),
    (Role.AUTHOR, "network.groups"),
    (Role.REVIEWER, "network.groups"),
    (Role.PARTNER_ADMIN, "labs.desk"),
    (Role.ACCOUNTANT, "people.documents"),
    (Role.OPERATOR, "insight.operations"),
    (Role.ACTIVITY_LEADER, "network.partners"),
    (Role.BUSINESS_OWNER, "network.partners"),
    (Role.COORDINATOR, "network.partners"),
    (Role.AUDITOR, "insight.audit"),
)


NOBODY = "-"
"""Counted when no address was typed: a limit without a key is not counted at all."""


def back(default: str = "/") -> str:
    """The page that ``next`` names, if it is one of ours; never another site."""
    wanted = request.values.get("next", "")
    parts = urlsplit(wanted)
    ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return wanted if ours and "\n" not in wanted and "\r" not in wanted else default


def home_of(actor: Actor) -> str:
    """The page a person wants first."""
    for role, endpoint in HOMES:
        if actor.has(role) and endpoint in current_app.view_functions:
            return url_for(endpoint)
    return url_for("front.home")


def cursor(text: str) -> UUID | None:
    """The id in the address; anything else is the first page."""
    try:
        return UUID(text)
    except ValueError:
        return None


def full_link(endpoint: str) -> Callable[[str], str]:
    """Makes the address of a page that takes a token, as it stands in a mail."""
    base = current_app.config["LIFT"].public_url
    return lambda token: f"{base}{url_for(endpoint, token=token)}"


def typed_email() -> str:
    """The address in the form: many computers that try one account are slowed down together."""
    return queries.normal_email(request.form.get("email", "")) or NOBODY


def typed_email_here() -> str:
    """The address in the form on this computer: guessing here does not lock out its owner elsewhere."""
    return f"{request.remote_addr} {typed_email()}"


def posted_email() -> str:
    """The address in a JSON body."""
    body = request.get_json(silent=True)
    address = body.get("email") if isinstance(body, dict) else None
    return (queries.normal_email(address) if isinstance(address, str) else "") or NOBODY


def posted_email_here() -> str:
    """The address in a JSON body, from this computer."""
    return f"{request.remote_addr} {posted_email()}"
