"""Idempotency-Key: a request that outlives its lease and the one that took over never both stand (I2)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from apiflask import APIFlask
from flask import Response

from lift.core.db import db, transaction
from lift.core.errors import Conflict, Problem, Refused
from lift.core.i18n import Text
from lift.core.models import IdempotencyKey, Tally
from lift.web import idempotency

pytestmark = pytest.mark.integration

View = Callable[[], tuple[str, int]]


@pytest.fixture
def beside() -> Iterator[ThreadPoolExecutor]:
    """A thread for the second request, with a session of its own."""
    with ThreadPoolExecutor(1) as pool:
        yield pool


@pytest.fixture
def no_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every lease is over at once, as if the first request had been slow for 30 s."""
    monkeypatch.setattr(idempotency, "LEASE", timedelta(0))


def ask(app: APIFlask, view: View) -> Response:
    """The same key, principal, address and body each time."""
    with app.test_request_context("/api/v1/things", method="POST", json={}, headers={"Idempotency-Key": "k"}):
        answer: Response = idempotency.idempotent(view)()
        return answer


def creating(name: str) -> View:
    def create() -> tuple[str, int]:
        with transaction() as session:
            session.add(Tally(what=name, whom="me", window="w"))
        return name, 201

    return create


def created(app: APIFlask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Tally.what)))


def replayed(app: APIFlask) -> tuple[str, str | None]:
    answer = ask(app, creating("a third"))
    return answer.get_data(as_text=True), answer.headers.get("Idempotency-Replayed")


@pytest.mark.usefixtures("no_lease")
def test_i2_slow_request_whose_key_was_taken_over_and_answered_is_undone(
    committed: APIFlask, beside: ThreadPoolExecutor
) -> None:
    def slow() -> tuple[str, int]:
        made = creating("slow")()
        assert beside.submit(ask, committed, creating("quick")).result(30).status_code == 201
        return made

    with pytest.raises(Conflict, match="still running"):
        ask(committed, slow)
    assert created(committed) == ["quick"]
    assert replayed(committed) == ("quick", "true")


@pytest.mark.usefixtures("no_lease")
def test_i2_slow_request_whose_key_was_taken_over_is_undone_while_the_other_still_runs(
    committed: APIFlask, beside: ThreadPoolExecutor
) -> None:
    running, go_on = threading.Event(), threading.Event()
    second: list[Future[Response]] = []

    def other() -> tuple[str, int]:
        running.set()
        go_on.wait(30)
        return creating("other")()

    def slow() -> tuple[str, int]:
        second.append(beside.submit(ask, committed, other))
        assert running.wait(30)
        return creating("slow")()

    with pytest.raises(Conflict, match="still running"):
        ask(committed, slow)
    go_on.set()
    assert (second[0].result(30).status_code, created(committed)) == (201, ["other"])
    assert replayed(committed) == ("other", "true")


@pytest.mark.usefixtures("no_lease")
def test_i2_slow_request_that_is_refused_leaves_the_marker_of_who_took_over(
    committed: APIFlask, beside: ThreadPoolExecutor
) -> None:
    running, go_on = threading.Event(), threading.Event()
    second: list[Future[Response]] = []

    def other() -> tuple[str, int]:
        running.set()
        go_on.wait(30)
        return creating("other")()

    def refused() -> tuple[str, int]:
        second.append(beside.submit(ask, committed, other))
        assert running.wait(30)
        raise Refused(Problem("B14", Text("Taken.")))

    with pytest.raises(Refused):
        ask(committed, refused)
    go_on.set()
    assert second[0].result(30).status_code == 201
    assert replayed(committed) == ("other", "true")
    assert created(committed) == ["other"]


def test_i2_refusal_frees_the_key_at_once(committed: APIFlask) -> None:
    def refused() -> tuple[str, int]:
        raise Refused(Problem("B14", Text("Taken.")))

    with pytest.raises(Refused):
        ask(committed, refused)
    assert ask(committed, creating("again")).status_code == 201


def test_i2_request_whose_rival_is_refused_in_that_moment_is_told_to_ask_again(committed: APIFlask) -> None:
    """The marker stands when the second request tries to make its own, and is gone when it reads it."""
    with committed.app_context(), db.engine.connect() as rival:
        ask(committed, creating("first"))

        def remove(_connection: sa.Connection, _cursor: object, statement: str, *_more: object) -> None:
            if statement.startswith("SELECT idempotency_key"):
                rival.execute(sa.delete(IdempotencyKey))
                rival.commit()

        sa.event.listen(db.engine, "before_cursor_execute", remove)
        with pytest.raises(Conflict, match="still running"):
            ask(committed, creating("second"))
    assert created(committed) == ["first"]
