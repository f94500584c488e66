"""The glue between Flask-Security / Flask-Login and our actors: who a request comes from, how a sign-in begins and ends."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import Flask, Response, current_app, g, has_request_context, request
from flask import session as cookie
from flask_login import current_user
from flask_security import Security, SQLAlchemyUserDatastore, login_user, logout_user
from flask_security.signals import password_reset
from flask_wtf.csrf import generate_csrf

from config import Settings
from lift.core.actor import ANONYMOUS, Actor
from lift.core.db import db
from lift.people import proofs, queries, services
from lift.people.models import Account
from lift.web import api, current

security = Security(totp_cls=proofs.OnceOnlyTotp)

SHARED = "shared"  # cookie key: id of the shared sign-in
ACTING = "acting"  # cookie key: the organisation the person acts for
WAS_IDLE = "was_idle"  # cookie key: the sign-in page says why nobody is signed in
NOTHING_STAYS = '"cache", "storage"'


def init_app(app: Flask, settings: Settings) -> None:
    """Install Flask-Security under our own pages and tell the web layer how actors are found."""
    app.config.update(
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 the name of the method
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],  # no key in the hash: the secret key may rotate
        SECURITY_PASSWORD_SALT=settings.secret_key,
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
        SECURITY_SEND_REGISTER_EMAIL=False,
        SECURITY_SEND_PASSWORD_RESET_NOTICE_EMAIL=False,  # ours goes through the outbox
        SECURITY_RECOVERABLE=True,
        SECURITY_RESET_PASSWORD_WITHIN=timedelta(hours=2),
        SECURITY_JOIN_USER_ROLES=False,
        SECURITY_USER_IDENTITY_ATTRIBUTES=[{"email": {"mapper": queries.normal_email, "case_insensitive": True}}],
        SECURITY_TWO_FACTOR=True,
        SECURITY_TWO_FACTOR_ENABLED_METHODS=["authenticator"],
        SECURITY_TOTP_SECRETS=proofs.totp_secrets(settings.secret_key, settings.secret_key_previous),
        SECURITY_TOTP_ISSUER="LIFT",
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=settings.cookie_secure,
    )
    datastore = SQLAlchemyUserDatastore(db, Account, None)  # type: ignore[arg-type]  # its roles are unused
    security.init_app(app, datastore, register_blueprint=False)
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]  # no token of theirs, in no body
    proofs.use_affordable_argon2(security.pwd_context)
    password_reset.connect(_note_password_reset, app)
    app.after_request(leave_nothing)
    current.use_loader(load_actor)
    api.use_scopes(token_scopes)


def load_actor() -> Actor:
    """The actor of this request: under /api/ by bearer token only, elsewhere by cookie only.

    A token's scopes bind it to the API; a cookie there would be open to forged requests.
    """
    if not has_request_context():
        return ANONYMOUS
    if request.path.startswith(api.PREFIX):
        token = api.bearer_token()
        found = queries.actor_of_token(token) if token else None
        g.token_scopes = found.scopes if found else frozenset()
        return found.actor if found else ANONYMOUS
    here = presence()
    return here.actor if here else ANONYMOUS


def presence() -> queries.Presence | None:
    """Who is signed in by cookie, with memberships, loaded once per request; None for visitors."""
    if "presence" not in g:
        g.presence = _load_presence()
    found: queries.Presence | None = g.presence
    return found


def _load_presence() -> queries.Presence | None:
    if not has_request_context() or not current_user.is_authenticated:
        return None
    if SHARED in cookie and not _shared_goes_on():
        forget_browser()
        cookie[WAS_IDLE] = True
        return None
    chosen = cookie.get(ACTING)
    found = queries.presence_of(current_user.person_id, UUID(chosen) if chosen else None)
    if found:
        g.locale = cookie.get("locale") or found.person.language
    return found


def _shared_goes_on() -> bool:
    """False when this shared sign-in is over. A page that beats, polls or listens by itself does not keep it alive:
    what counts is a page that somebody opened or a form they sent, and the word of the island that a hand moved.
    """
    by_hand = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate" or request.endpoint == "people.still_here"
    return services.keep_shared_sign_in(UUID(cookie[SHARED]), seen=by_hand)


def begin(account: Account, *, how: str, shared: bool = False) -> None:
    """Start the sign-in of this browser with an empty cookie; ``how`` is password, card or institution."""
    locale = cookie.get("locale")
    cookie.clear()
    if locale and not shared:
        cookie["locale"] = locale
    login_user(account, authn_via=[how])
    services.note_sign_in(account, how)
    g.pop("csrf_token", None)
    generate_csrf()  # now, for all pages: two opened at once would each make their own, and one form would be refused
    if shared:
        cookie[SHARED] = str(services.begin_shared_sign_in(account.person_id))
    g.pop("presence", None)
    current.forget_actor()


def end() -> None:
    """End the sign-in of this browser; whatever the person was driving goes to its safe state first."""
    found = presence()
    if found:
        shared = cookie.get(SHARED)
        services.sign_out(found.actor, UUID(shared) if shared else None)
    forget_browser()
    g.pop("presence", None)
    current.forget_actor()


def end_erased() -> None:
    """The account of this browser was just erased: look anew, find nobody, empty the browser."""
    g.pop("_login_user", None)  # Flask-Login's own note of who is here; its row is gone
    g.pop("presence", None)
    end()


def forget_browser() -> None:
    """Empty the cookie; ``leave_nothing`` then clears what else the browser keeps."""
    logout_user()
    cookie.clear()
    g.leaves = True


def leave_nothing(response: Response) -> Response:
    """On a shared computer no page is kept, and at the end of any sign-in cache and storage are cleared (L15)."""
    if g.get("leaves"):
        response.headers["Clear-Site-Data"] = NOTHING_STAYS
        for name in set(request.cookies) - {current_app.config["SESSION_COOKIE_NAME"]}:
            response.delete_cookie(name)
    if g.get("leaves") or (not request.path.startswith("/static/") and SHARED in cookie):
        response.headers["Cache-Control"] = "no-store"
    return response


def _note_password_reset(_app: Flask, user: Account, **_more: object) -> None:
    services.note_password_reset(user)


def is_shared() -> bool:
    """True on a shared computer."""
    return SHARED in cookie


def act_for(organisation_id: UUID) -> bool:
    """Switch the acting organisation to another one of the person's own; False when it is not theirs."""
    g.pop("presence", None)  # a membership that this request has just begun counts
    found = presence()
    if found is None or organisation_id not in {m.organisation_id for m in found.memberships}:
        return False
    cookie[ACTING] = str(organisation_id)
    g.pop("presence", None)
    current.forget_actor()
    return True


def token_scopes() -> frozenset[str]:
    """The scopes of this request's token; empty for a cookie."""
    scopes: frozenset[str] = g.get("token_scopes", frozenset())
    return scopes
