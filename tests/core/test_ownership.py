"""Services are the only writers, of their own feature's tables: a listener watches who hands which row to the session."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import FrameType

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Mapper, ORMExecuteState, Session

from lift.core.db import Base, db, transaction
from lift.core.models import Tally
from lift.people.models import Organisation
from lift.seed.demo import seed_demo
from tests.factories.people import make_organisation

SHARED = {"core"}  # outbox, audit, tallies, files: every verb writes them through the kernel's functions


def feature_of(model: type[Base]) -> str:
    return model.__module__.split(".")[1]


def writing_service(frame: FrameType | None) -> str | None:
    """The feature of the nearest service on the stack."""
    while frame is not None:
        parts = str(frame.f_globals.get("__name__", "")).split(".")
        if len(parts) > 2 and parts[0] == "lift" and parts[2] == "services":
            return parts[1]
        frame = frame.f_back
    return None


@pytest.fixture
def foreign_writes(database: sa.Connection) -> Iterator[list[tuple[str, str]]]:
    """(service's feature, table) of every write to another feature's table."""
    found: list[tuple[str, str]] = []

    def note(model: type[Base]) -> None:
        owner, writer = feature_of(model), writing_service(sys._getframe())
        if writer is not None and owner != writer and owner not in SHARED:
            found.append((writer, model.__tablename__))

    def on_attach(_session: Session, row: Base) -> None:
        if sa.inspect(row).transient or sa.inspect(row).pending:
            note(type(row))

    def on_execute(state: ORMExecuteState) -> None:
        if state.is_insert or state.is_update or state.is_delete:
            mapper: Mapper[Base] | None = state.bind_mapper
            if mapper is not None:
                note(mapper.class_)

    session = db.session()
    sa.event.listen(session, "before_attach", on_attach)
    sa.event.listen(session, "do_orm_execute", on_execute)
    yield found
    sa.event.remove(session, "before_attach", on_attach)
    sa.event.remove(session, "do_orm_execute", on_execute)


def test_verbs_of_the_whole_demo_world_write_only_their_own_tables(foreign_writes: list[tuple[str, str]]) -> None:
    assert seed_demo()
    assert foreign_writes == []


def test_a_foreign_write_would_be_noticed(foreign_writes: list[tuple[str, str]]) -> None:
    make_organisation()
    namespace = {
        "__name__": "lift.labs.services.fake",
        "transaction": transaction,
        "Organisation": Organisation,
        "sa": sa,
    }
    exec(
        "def write():\n    with transaction() as session:\n        session.execute(sa.update(Organisation).values(city='x'))\n",
        namespace,
    )
    namespace["write"]()  # type: ignore[operator]
    with transaction() as session:
        session.add(Tally(what="a", whom="b", window="c"))
    assert foreign_writes == [("labs", "organisation")]
