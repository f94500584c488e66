"""``create_app()``: the one place that knows every blueprint, and the table of who listens to which event."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from apiflask import APIFlask
from flask import Flask
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from config import ROOT, Settings, stored_secret
from lift import cli, embedded
from lift.core import broker, events, files, jobs, pseudonyms
from lift.core import redis as live_redis
from lift.core.db import db
from lift.core.engine import engine_options
from lift.features import BLUEPRINTS, CSRF_FREE, EVENTS, register_holders, tell_lower_floors
from lift.front import chrome
from lift.live.services import signing
from lift.people import signin
from lift.web import api, errors, guard, headers, health, i18n, limits, logs, sse, templating

csrf = CSRFProtect()


def create_app(settings: Settings | None = None) -> APIFlask:
    """The application. Without settings they come from the environment."""
    settings = with_engines(settings or Settings.load())
    app = APIFlask(
        "lift",
        title="LIFT",
        version="1",
        spec_path="/api/v1/openapi.json",
        docs_path=None,
        json_errors=False,
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    configure(app, settings)
    if settings.mode != "test":
        logs.configure(settings.log_format, settings.log_level)
    connect(app, settings)
    for part in (i18n, headers, errors, templating, logs):
        part.init_app(app)
    limits.init_app(app, settings.redis_url)
    sse.init_app(app, settings.redis_url)
    api.init_app(app)
    signin.init_app(app, settings)
    chrome.init_app(app)
    install_features(app)
    cli.init_app(app)
    return app


def with_engines(settings: Settings) -> Settings:
    """Fill in the addresses of the embedded engines where none is set, starting them if nobody has."""
    if not settings.database_url:
        settings = replace(settings, database_url=embedded.borrow_postgres(settings.home, "lift"))
    if not settings.redis_url:
        settings = replace(settings, redis_url=embedded.borrow_valkey(settings.home))
    return settings


def configure(app: Flask, settings: Settings) -> None:
    """Flask's own configuration out of ours."""
    app.config.update(
        LIFT=settings,
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=[settings.secret_key_previous] if settings.secret_key_previous else [],
        TESTING=settings.mode == "test",
        MAX_CONTENT_LENGTH=settings.upload_limit_mb * 1024 * 1024,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.cookie_secure,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.pool_size),
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_DEFAULT_LOCALE=settings.languages[0],
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "translations"),
        OPENAPI_VERSION="3.1.0",
        LOCAL_SPEC_JSON_INDENT=2,
    )
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]


def connect(app: Flask, settings: Settings) -> None:
    """Database, Redis, broker, files."""
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "migrations"))
    live_redis.use_url(settings.redis_url)
    if settings.mode != "test":
        jobs.use_sender(broker.celery_sender(broker.make_celery(settings.redis_url)))
    files.use_root(Path(settings.home) / "files")
    pseudonyms.use_key(stored_secret(Path(settings.home), "pseudonym_key"))
    signing.use_folder(Path(settings.home) / "secrets")
    csrf.init_app(app)


def install_features(app: Flask) -> None:
    """Blueprints, events, what each feature holds of a person."""
    app.register_blueprint(health.bp)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for blueprint in CSRF_FREE:
        csrf.exempt(blueprint)
    app.before_request(guard.check_acting_organisation)
    events.subscribe(EVENTS)
    register_holders()
    tell_lower_floors()
