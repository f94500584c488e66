"""The glue between Flask-Security / Flask-Login and our actors: who a request comes from."""

from __future__ import annotations

from uuid import UUID

from flask import Flask, g, has_request_context
from flask import session as cookie
from flask_login import current_user
from flask_security import Security, SQLAlchemyUserDatastore

from config import Settings
from lift.core.actor import ANONYMOUS, Actor
from lift.core.db import db
from lift.people import queries
from lift.people.models import Account
from lift.web import api, current

security = Security()


def init_app(app: Flask, settings: Settings) -> None:
    """Install Flask-Security under our own pages and tell the web layer how actors are found."""
    app.config.update(
        SECURITY_PASSWORD_HASH="argon2",
        SECURITY_PASSWORD_SALT=settings.secret_key,
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
        SECURITY_SEND_REGISTER_EMAIL=False,
        SECURITY_JOIN_USER_ROLES=False,
        SECURITY_USER_IDENTITY_ATTRIBUTES=[{"email": {"mapper": queries.normal_email, "case_insensitive": True}}],
        SECURITY_TOTP_SECRETS={"1": settings.secret_key},
        SECURITY_TOTP_ISSUER="LIFT",
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=settings.cookie_secure,
    )
    datastore = SQLAlchemyUserDatastore(db, Account, None)
    security.init_app(app, datastore, register_blueprint=False)
    current.use_loader(load_actor)
    api.use_scopes(token_scopes)


def load_actor() -> Actor:
    """The actor of this request: by bearer token, else by cookie."""
    if not has_request_context():
        return ANONYMOUS
    token = api.bearer_token()
    if token is not None:
        found = queries.actor_of_token(token)
        g.token_scopes = found.scopes if found else frozenset()
        return found.actor if found else ANONYMOUS
    if not current_user.is_authenticated:
        return ANONYMOUS
    chosen = cookie.get("acting")
    actor = queries.actor_of(current_user.person_id, UUID(chosen) if chosen else None)
    g.locale = cookie.get("locale") or queries.language_of(current_user.person_id)
    return actor


def token_scopes() -> frozenset[str]:
    """The scopes of this request's token; empty for a cookie."""
    scopes: frozenset[str] = g.get("token_scopes", frozenset())
    return scopes
