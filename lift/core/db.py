"""The database: metadata with names for every constraint, the session, column types, and ``transaction()``.

Models subclass ``Base`` and know nothing of Flask; Flask-SQLAlchemy gives session and engine only, so it can be dropped.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column

from lift.core.ids import uuid7

log = logging.getLogger(__name__)

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
        "ex": "ex_%(table_name)s_%(constraint_name)s",
    }
)

Instants = pg.Range[datetime]
Texts = dict[str, str]
Json = dict[str, Any]


class Base(DeclarativeBase):
    """Parent of every table."""

    metadata = metadata
    type_annotation_map = {
        datetime: sa.DateTime(timezone=True),
        UUID: pg.UUID(as_uuid=True),
        Instants: pg.TSTZRANGE(),
        Texts: pg.JSONB(),
        Json: pg.JSONB(),
        list[Any]: pg.JSONB(),
        list[str]: pg.ARRAY(sa.Text()),
        str: sa.Text(),
    }


Key = Annotated[UUID, mapped_column(primary_key=True, default=uuid7)]
BigKey = Annotated[int, mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)]
Created = Annotated[datetime, mapped_column(server_default=sa.func.now())]


def state_column(states: type, default: Any = None) -> Any:
    """A text column that takes the values of a StrEnum only; the check is named ``<column>_known``."""
    kind = sa.Enum(
        states, native_enum=False, create_constraint=False, values_callable=lambda e: [m.value for m in e], length=40
    )
    return mapped_column(kind) if default is None else mapped_column(kind, default=default)


def one_of(column: str, states: type[Any]) -> sa.CheckConstraint:
    """The check that goes with ``state_column``."""
    values = ", ".join(f"'{s.value}'" for s in states)
    return sa.CheckConstraint(f"{column} IN ({values})", name=f"{column}_known")


db = SQLAlchemy(metadata=metadata)

_DEPTH = "lift_depth"
_DOOMED = "lift_doomed"
_AFTER = "lift_after_commit"


@contextmanager
def transaction() -> Iterator[Session]:
    """One unit of work: commits at the outermost level, joins when nested.

    An exception that leaves a nested level dooms the outer one too: half a verb is never committed, even if
    somebody catches the exception. Where a failure may be survived, use ``savepoint()``.
    """
    session = db.session()
    depth = session.info.get(_DEPTH, 0)
    session.info[_DEPTH] = depth + 1
    try:
        yield session
        if depth == 0:
            _finish(session)
    except BaseException:
        session.info[_DOOMED] = depth > 0
        if depth == 0:
            session.info.pop(_AFTER, None)
            session.rollback()
        raise
    finally:
        session.info[_DEPTH] = depth
    if depth == 0:
        _run_hooks(session)


def _run_hooks(session: Session) -> None:
    """All is committed: a hook that fails is no failure of the verb, and takes no other hook along."""
    for hook in session.info.pop(_AFTER, []):
        try:
            hook()
        except Exception:
            log.exception("a hook after the commit failed; what was committed stands")
            session.rollback()


def _finish(session: Session) -> None:
    if session.info.pop(_DOOMED, False):
        raise RuntimeError("A nested verb failed and its exception was swallowed; nothing was committed.")
    session.commit()


@contextmanager
def savepoint() -> Iterator[Session]:
    """A part that may fail alone: what it wrote, the hooks it added and the doom of verbs that failed in it are undone.

    A part that succeeds changes nothing of these: a failure swallowed before or inside it still dooms the whole.
    """
    session = db.session()
    doomed = session.info.get(_DOOMED, False)
    hooks = len(session.info.get(_AFTER, ()))
    try:
        with session.begin_nested():
            yield session
    except BaseException:
        session.info[_DOOMED] = doomed
        del session.info.get(_AFTER, [])[hooks:]
        raise


def after_commit(hook: Callable[[], None]) -> None:
    """Run ``hook`` once the outermost transaction has committed; never if it, or the savepoint around, rolls back.

    A hook that raises is logged.
    """
    db.session().info.setdefault(_AFTER, []).append(hook)


def in_transaction() -> bool:
    """True inside ``transaction()``."""
    return bool(db.session().info.get(_DEPTH, 0))
