"""Safe retries of creating calls: same key and body, same answer; same key, other body, 422 (I2).

The marker commits first, then one outermost transaction holds the verb and the stored answer. So a crash between
commit and answer leaves the stored answer, and a crash before leaves a marker whose lease runs out. Whoever then takes
the marker over gives it another lease: the first, if it was only slow, no longer owns it and its verb rolls back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from flask import Response, make_response, request
from sqlalchemy.dialects.postgresql import insert

from lift.core import clock
from lift.core.db import db, transaction
from lift.core.errors import Conflict, Invalid, Problem
from lift.core.i18n import N_, Text
from lift.core.ids import uuid7
from lift.core.models import IdempotencyKey
from lift.web.current import current_actor

View = TypeVar("View", bound=Callable[..., Any])

LEASE = timedelta(seconds=30)
OTHER_BODY = Text(N_("This Idempotency-Key was used for another request. Use a new key for a new request."))
STILL_RUNNING = Text(N_("The first request with this Idempotency-Key is still running. Ask again in a moment."))
TOO_LONG = Text(N_("An Idempotency-Key has 1 to 200 characters."))


@dataclass(frozen=True)
class Marker:
    """The row and the lease by which this request owns it."""

    id: UUID
    lease_until: datetime

    def owned(self) -> sa.ColumnElement[bool]:
        """True of the row as long as nobody took it over or answered."""
        mine = sa.and_(IdempotencyKey.id == self.id, IdempotencyKey.lease_until == self.lease_until)
        return sa.and_(mine, IdempotencyKey.status.is_(None))


def idempotent(view: View) -> View:
    """Wrap a creating API view; without the header nothing changes."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return view(*args, **kwargs)
        if not 1 <= len(key) <= 200:
            raise Invalid(Problem("I2", TOO_LONG, field="Idempotency-Key"))
        marker = _begin(key)
        if isinstance(marker, Response):
            return marker
        try:
            with transaction():
                response = make_response(view(*args, **kwargs))
                _store(marker, response)
        except Exception:
            _forget(marker)
            raise
        return response

    return guarded  # type: ignore[return-value]


def _begin(key: str) -> Marker | Response:
    """The committed marker, or the answer stored under this key."""
    actor = current_actor()
    identity = {
        "key": key,
        "principal": f"{actor.person_id}:{actor.organisation_id}",
        "route": f"{request.method} {request.path}",
    }
    digest = hashlib.sha256(request.get_data()).hexdigest()
    now = clock.now()
    lease_until = now + LEASE
    with transaction() as session:
        fresh = insert(IdempotencyKey).values(id=uuid7(), **identity, body_sha256=digest, lease_until=lease_until)
        made = session.execute(fresh.on_conflict_do_nothing().returning(IdempotencyKey.id)).scalar_one_or_none()
        if made is not None:
            return Marker(made, lease_until)
        query = sa.select(IdempotencyKey).filter_by(**identity).with_for_update(key_share=True)
        row = session.scalars(query, execution_options={"populate_existing": True}).one_or_none()
        if row is None:  # the first was refused this moment, and its marker removed
            raise Conflict(Problem("I2", STILL_RUNNING))
        if row.body_sha256 != digest:
            raise Invalid(Problem("I2", OTHER_BODY, field="Idempotency-Key"))
        if row.status is not None:
            return _answer(row)
        if row.lease_until > now:
            raise Conflict(Problem("I2", STILL_RUNNING))
        row.lease_until = lease_until
        return Marker(row.id, lease_until)


def _store(marker: Marker, response: Response) -> None:
    """Keep the answer in the verb's transaction. Raises Conflict, so that the verb rolls back, for a marker lost meanwhile."""
    values = {
        "status": response.status_code,
        "answer": response.get_data(as_text=True),
        "location": response.headers.get("Location"),
    }
    kept = sa.update(IdempotencyKey).where(marker.owned()).values(**values).returning(IdempotencyKey.id)
    if db.session.scalar(kept, execution_options={"synchronize_session": False}) is None:
        raise Conflict(Problem("I2", STILL_RUNNING))


def _forget(marker: Marker) -> None:
    """A refusal is not an answer to keep: the same key may try again."""
    with transaction() as session:
        session.execute(
            sa.delete(IdempotencyKey).where(marker.owned()), execution_options={"synchronize_session": False}
        )


def _answer(row: IdempotencyKey) -> Response:
    response = Response(row.answer or "", status=row.status, mimetype="application/json")
    response.headers["Idempotency-Replayed"] = "true"
    if row.location:
        response.headers["Location"] = row.location
    return response
