"""One private PostgreSQL and Valkey per run, one database per worker cloned from a template, each test in a savepoint."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from apiflask import APIFlask
from flask.testing import FlaskClient

from config import Settings
from lift.core import jobs
from lift.core.db import db
from lift.people.models import Account, Organisation, Person
from tests import engines
from tests.e2e.missing import (  # noqa: F401 hooks of pytest
    pytest_collection_modifyitems,
    pytest_terminal_summary,
    pytest_testnodedown,
)

HOME = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """The first process starts the engines; xdist workers find them by the environment."""
    if not hasattr(config, "workerinput"):
        config.stash[HOME] = engines.begin_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    """And stops them."""
    if HOME in config.stash:
        engines.end_run(config.stash[HOME])


@pytest.fixture(scope="session")
def servers() -> engines.Servers:
    """The engines of this run, with the template database migrated."""
    return engines.start(engines.home_of_run())


@pytest.fixture(scope="session")
def database_url(servers: engines.Servers, worker_id: str) -> Iterator[str]:
    """A database of this worker, cloned from the template."""
    with engines.cloned(servers, f"lift_{worker_id}") as url:
        yield url


@pytest.fixture(scope="session")
def settings(servers: engines.Servers, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of the app under test."""
    return engines.settings_for(servers, database_url, tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[APIFlask]:
    """The application on this worker's database."""
    with engines.running_app(settings) as app:
        yield app


@pytest.fixture
def database(app: APIFlask) -> Iterator[sa.Connection]:
    """The test's own transaction: whatever is committed inside is undone at the end.

    Flask-SQLAlchemy ignores a session bound to a connection, so the engine is swapped for the connection.
    """
    with app.app_context():
        engine = db.engines[None]
        connection = engine.connect()
        outer = connection.begin()
        app.extensions["sqlalchemy"]._app_engines[app][None] = connection
        db.session.configure(join_transaction_mode="create_savepoint")
        try:
            yield connection
        finally:
            db.session.remove()
            app.extensions["sqlalchemy"]._app_engines[app][None] = engine
            outer.rollback()
            connection.close()


@pytest.fixture
def client(app: APIFlask, database: sa.Connection) -> FlaskClient:
    """A browser without cookies. Requests share the test's transaction."""
    return app.test_client()


@pytest.fixture
def run_jobs(database: sa.Connection) -> Callable[[], int]:
    """Drain the outbox in this process."""
    return jobs.run_due


@pytest.fixture
def committed(servers: engines.Servers, tmp_path: Path, worker_id: str) -> Iterator[APIFlask]:
    """An app on a fresh clone where commits are real: for races, gateways, browsers and several processes."""
    name = f"lift_{worker_id}_{time.monotonic_ns()}"
    with (
        engines.cloned(servers, name) as url,
        engines.running_app(engines.settings_for(servers, url, tmp_path)) as app,
    ):
        yield app


@pytest.fixture
def count_queries(database: sa.Connection) -> Callable[[], int]:
    """Call it for the number of statements since the last call; the test's own savepoints do not count."""
    seen = 0

    def on_statement(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        nonlocal seen
        seen += "SAVEPOINT" not in statement

    sa.event.listen(database.engine, "before_cursor_execute", on_statement)

    def taken() -> int:
        nonlocal seen
        result, seen = seen, 0
        return result

    return taken


@pytest.fixture
def sign_in(database: sa.Connection) -> Callable[..., FlaskClient]:
    """``sign_in(client, person, organisation=None)``: the browser is signed in, without going through the page."""

    def signed_in(client: FlaskClient, person: Person, organisation: Organisation | None = None) -> FlaskClient:
        account = db.session.scalars(sa.select(Account).filter_by(person_id=person.id)).one()
        with client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = account.fs_uniquifier, True
            if organisation is not None:
                cookie["acting"] = str(organisation.id)
        return client

    return signed_in
