"""transaction(): one unit of work, joined when nested, never half committed."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from apiflask import APIFlask

from lift.core.db import after_commit, db, savepoint, transaction
from lift.core.models import Tally


def add(what: str) -> None:
    with transaction() as session:
        session.add(Tally(what=what, whom="me", window="w"))


def count() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Tally)) or 0


@pytest.mark.usefixtures("database")
def test_transaction_commits_at_the_outermost_level() -> None:
    calls: list[str] = []
    with transaction():
        add("a")
        after_commit(lambda: calls.append("after"))
        assert calls == []
    assert (calls, count()) == (["after"], 1)


def fail_after_adding() -> None:
    add("b")
    raise ValueError("outer fails")


@pytest.mark.usefixtures("database")
def test_transaction_that_fails_writes_nothing_and_calls_no_hook() -> None:
    calls: list[str] = []
    with pytest.raises(ValueError, match="outer fails"), transaction():
        after_commit(lambda: calls.append("after"))
        fail_after_adding()
    assert (calls, count()) == ([], 0)


@pytest.mark.usefixtures("database")
def test_transaction_with_a_swallowed_failure_of_a_nested_verb_is_refused() -> None:
    def nested() -> None:
        with transaction():
            add("half")
            raise ValueError("nested fails")

    def outer() -> None:
        with transaction(), pytest.raises(ValueError, match="nested fails"):
            nested()

    with pytest.raises(RuntimeError, match="nothing was committed"):
        outer()
    assert count() == 0


@pytest.mark.usefixtures("database")
def test_savepoint_lets_a_part_fail_alone() -> None:
    with transaction():
        add("kept")
        with pytest.raises(ValueError, match="part"), savepoint():
            add("undone")
            raise ValueError("part")
    assert count() == 1


def fail() -> None:
    """A verb that writes and then fails."""
    with transaction():
        add("half")
        raise ValueError("verb fails")


def fail_in_savepoint() -> None:
    with savepoint():
        fail()


def add_in_savepoint() -> None:
    with savepoint():
        add("whole")


def fail_swallowed() -> None:
    with pytest.raises(ValueError, match="verb fails"):
        fail()


def fail_swallowed_in_savepoint() -> None:
    with savepoint():
        fail_swallowed()


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "parts",
    [
        (fail_swallowed, add_in_savepoint),
        (add_in_savepoint, fail_swallowed),
        (fail_swallowed_in_savepoint,),
        (fail_swallowed_in_savepoint, add_in_savepoint),
    ],
)
def test_savepoint_that_succeeds_does_not_forgive_a_swallowed_failure(parts: tuple[Callable[[], None], ...]) -> None:
    def outer() -> None:
        with transaction():
            for part in parts:
                part()

    with pytest.raises(RuntimeError, match="nothing was committed"):
        outer()
    assert count() == 0


@pytest.mark.usefixtures("database")
def test_verb_that_fails_inside_a_savepoint_leaves_the_rest_to_be_committed() -> None:
    with transaction():
        add("before")
        with pytest.raises(ValueError, match="verb fails"):
            fail_in_savepoint()
        add("after")
    assert count() == 2


@pytest.mark.usefixtures("database")
def test_failure_swallowed_before_a_savepoint_that_fails_still_dooms() -> None:
    def outer() -> None:
        with transaction():
            fail_swallowed()
            with pytest.raises(ValueError, match="verb fails"):
                fail_in_savepoint()

    with pytest.raises(RuntimeError, match="nothing was committed"):
        outer()
    assert count() == 0


@pytest.mark.usefixtures("database")
def test_hooks_of_a_savepoint_that_failed_are_never_run() -> None:
    calls: list[str] = []

    def part(name: str) -> None:
        with savepoint():
            after_commit(lambda: calls.append(name))
            if name == "undone":
                with transaction():
                    after_commit(lambda: calls.append("undone too"))
                raise ValueError("part")

    with transaction():
        after_commit(lambda: calls.append("before"))
        part("kept")
        with pytest.raises(ValueError, match="part"):
            part("undone")
        after_commit(lambda: calls.append("after"))
    assert calls == ["before", "kept", "after"]


@pytest.mark.usefixtures("database")
def test_hook_that_fails_is_logged_and_stops_neither_the_verb_nor_the_other_hooks(
    caplog: pytest.LogCaptureFixture,
) -> None:
    calls: list[int] = []

    def breaks() -> None:
        db.session.execute(sa.text("SELECT 1 / 0"))

    with caplog.at_level(logging.ERROR), transaction():
        add("kept")
        after_commit(breaks)
        after_commit(lambda: calls.append(count()))
    assert (calls, count()) == ([1], 1)
    assert [(r.name, r.levelname) for r in caplog.records] == [("lift.core.db", "ERROR")]


def test_transaction_is_read_committed_in_a_real_session(committed: APIFlask) -> None:
    with committed.app_context():
        assert db.session.scalar(sa.text("SHOW transaction_isolation")) == "read committed"
        assert db.session.scalar(sa.text("SHOW lock_timeout")) == "3s"
