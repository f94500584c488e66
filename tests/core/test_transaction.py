"""transaction(): one unit of work, joined when nested, never half committed."""

from __future__ import annotations

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


def test_transaction_is_read_committed_in_a_real_session(committed: APIFlask) -> None:
    with committed.app_context():
        assert db.session.scalar(sa.text("SHOW transaction_isolation")) == "read committed"
        assert db.session.scalar(sa.text("SHOW lock_timeout")) == "3s"
