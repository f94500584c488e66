"""The engines of a test run: started once for all xdist workers, template migrated once, databases cloned from it."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from apiflask import APIFlask
from flask_migrate import upgrade

from config import ROOT, Settings
from lift import embedded
from lift.app import create_app
from lift.core.db import db
from lift.engine_files import temporary_home
from tests.browser import Browser

TEMPLATE = "lift_template"

_running: list[embedded.Postgres | embedded.Valkey] = []


@dataclass(frozen=True)
class Servers:
    """Where the engines of this run answer. ``admin_url`` may create databases."""

    admin_url: str
    redis_url: str

    def url(self, database: str) -> str:
        """The address of one database."""
        return sa.make_url(self.admin_url).set(database=database).render_as_string(hide_password=False)


def home_of_run() -> Path:
    """The folder of this run's engines, named by the process that began the run."""
    return Path(os.environ["LIFT_TEST_ROOT"])


def begin_run() -> Path:
    """Make the folder and start the engines: done once, by the first process, so that they live as long as it."""
    home = temporary_home()
    os.environ["LIFT_TEST_ROOT"] = str(home)
    start(home)
    return home


def end_run(home: Path) -> None:
    """Stop the engines and remove their folder."""
    for engine in _running:
        engine.stop()
    os.environ.pop("LIFT_TEST_ROOT", None)
    shutil.rmtree(home, ignore_errors=True)


def start(home: Path) -> Servers:
    """Start or join the engines on ``home``; the first also migrates the template."""
    admin, redis_url = os.environ.get("LIFT_TEST_DATABASE_URL"), os.environ.get("LIFT_TEST_REDIS_URL")
    if not admin:
        postgres = embedded.start_postgres(home, fast=True)
        _running.append(postgres)
        admin = postgres.admin_url
    if not redis_url:
        valkey = embedded.start_valkey(home, fast=True)
        _running.append(valkey)
        redis_url = valkey.url
    servers = Servers(admin, redis_url)
    with (home / "template.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "template.ready").exists():
            make_template(servers, home)
            (home / "template.ready").touch()
    return servers


def make_template(servers: Servers, home: Path) -> None:
    """An empty database with every migration applied."""
    _ask(servers, f'DROP DATABASE IF EXISTS "{TEMPLATE}"', f'CREATE DATABASE "{TEMPLATE}"')
    with running_app(settings_for(servers, servers.url(TEMPLATE), home)) as app, app.app_context():
        upgrade(directory=str(ROOT / "migrations"))


@contextmanager
def empty_database(servers: Servers, name: str) -> Iterator[str]:
    """A database without any table, dropped at the end."""
    _ask(servers, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}" TEMPLATE template0')
    try:
        yield servers.url(name)
    finally:
        _ask(servers, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def cloned(servers: Servers, name: str) -> Iterator[str]:
    """A database cloned from the template, dropped at the end."""
    _ask(servers, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"')
    try:
        yield servers.url(name)
    finally:
        _ask(servers, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def settings_for(servers: Servers, url: str, home: Path) -> Settings:
    """Settings for an app under test."""
    environment = {
        "LIFT_MODE": "test",
        "LIFT_HOME": str(home),
        "LIFT_DATABASE_URL": url,
        "LIFT_REDIS_URL": servers.redis_url,
        "LIFT_SECRET_KEY": "test-secret-key-of-enough-length-0123456789",
        "LIFT_PUBLIC_URL": "http://lift.test",
        "LIFT_POOL_SIZE": "5",
    }
    return Settings.load(environment)


@contextmanager
def running_app(settings: Settings) -> Iterator[APIFlask]:
    """The application as tests see it; its connections are closed at the end."""
    app = create_app(settings)
    app.test_client_class = Browser
    try:
        yield app
    finally:
        app.extensions["lift_hub"].stop()
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def _ask(servers: Servers, *statements: str) -> None:
    engine = sa.create_engine(servers.admin_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
    engine.dispose()
