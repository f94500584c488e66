"""The floor: what a bare application of the same kind needs on the same server for the same bytes or rows.

One Flask app with SQLAlchemy and Jinja, no feature, no guard, no translation. ``FLOOR_DATABASE_URL`` names the database
that LIFT itself uses in the same run; its own tables begin with ``floor_``.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import redis
import sqlalchemy as sa
from flask import Flask, Response, jsonify, render_template, request
from jinja2 import DictLoader
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from lift.core.engine import engine_options

ROWS = 50
PAGE = """<!doctype html><title>Floor</title><table>{% for row in rows %}<tr><td>{{ row.code }}</td><td>{{ row.title.en }}</td>
<td>{{ row.place.en }}</td><td>{{ row.city }}</td><td>{{ row.starts_at }}</td><td>{{ row.price_cents }}</td></tr>{% endfor %}
</table>"""


class Base(DeclarativeBase):
    """Parent of the floor's one mapped table."""


class Row(Base):
    """A row of the same kinds of columns as a pilot session: keys, texts in two languages, instants, numbers."""

    __tablename__ = "floor_row"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID]
    version_id: Mapped[UUID]
    code: Mapped[str]
    city: Mapped[str]
    title: Mapped[dict[str, str]] = mapped_column(JSONB)
    place: Mapped[dict[str, str]] = mapped_column(JSONB)
    bring: Mapped[dict[str, str]] = mapped_column(JSONB)
    starts_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))
    enrol_until: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))
    price_cents: Mapped[int]


TABLES = """
CREATE TABLE IF NOT EXISTS floor_row (id uuid PRIMARY KEY, lab_id uuid, version_id uuid, code text, city text, title jsonb,
  place jsonb, bring jsonb, starts_at timestamptz, ends_at timestamptz, enrol_until timestamptz, price_cents int);
INSERT INTO floor_row SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'CODE' || n, 'City ' || n, t.x, t.x, t.x,
  now(), now(), now(), n FROM generate_series(1, 50) n,
  LATERAL (SELECT jsonb_build_object('en', 'A title in English ' || n, 'it', 'Un titolo in italiano ' || n) AS x) t;
CREATE TABLE IF NOT EXISTS floor_booking (LIKE booking INCLUDING INDEXES);
CREATE TABLE IF NOT EXISTS floor_claim (LIKE claim INCLUDING INDEXES);
CREATE TABLE IF NOT EXISTS floor_audit (LIKE audit_entry INCLUDING IDENTITY INCLUDING DEFAULTS INCLUDING INDEXES);
CREATE TABLE IF NOT EXISTS floor_enrolment (LIKE enrolment INCLUDING INDEXES);
CREATE TABLE IF NOT EXISTS floor_ledger (LIKE pool_ledger INCLUDING IDENTITY INCLUDING DEFAULTS INCLUDING INDEXES);
CREATE TABLE IF NOT EXISTS floor_pool (id int PRIMARY KEY, size int, taken int, CHECK (taken <= size));
CREATE TABLE IF NOT EXISTS floor_slot (id int PRIMARY KEY, taken boolean);
CREATE TABLE IF NOT EXISTS floor_tally (id int PRIMARY KEY, count int);
INSERT INTO floor_tally VALUES (1, 0) ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS floor_chunk (LIKE telemetry_chunk INCLUDING IDENTITY INCLUDING DEFAULTS INCLUDING INDEXES);
"""

# The rows that LIFT writes for the same request, no others: into tables of the same columns and indexes.
BOOKING = sa.text("""
WITH b AS (INSERT INTO floor_booking (id, code, lab_id, organisation_id, title, purpose, status, during, note,
                                      sequence, created_at)
  VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'Bench', 'training', 'confirmed',
          tstzrange(now(), now() + interval '1 hour'), '', 0, now()) RETURNING id)
INSERT INTO floor_claim (id, unit_id, booking_id, during, created_at)
  SELECT gen_random_uuid(), gen_random_uuid(), b.id, tstzrange(now(), now() + interval '1 hour'), now() FROM b
""")
TALLY = sa.text("UPDATE floor_tally SET count = count + 1 WHERE id = 1")
AUDIT = sa.text("INSERT INTO floor_audit (action, thing_kind, thing_id, after) VALUES ('floor', 'booking', 'x', '{}')")
ENROLMENT = """
INSERT INTO floor_enrolment (id, session_id, pool_id, organisation_id, status, ticket, price_cents, aid_cents,
                             voucher_cents, aid, pool_code, together, needs_yes, declines, warned_again, extended, created_at)
VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), '%s', 1, 0, 0, 0, 'full_price', '',
        false, false, 0, false, false, now())
"""
SEATED, WAITING = (sa.text(ENROLMENT % status) for status in ("confirmed", "waiting"))
LEDGER = sa.text("INSERT INTO floor_ledger (pool_id, change, reason) VALUES (gen_random_uuid(), 1, 'enrolled')")
TAKE_SEAT = sa.text("UPDATE floor_pool SET taken = taken + 1 WHERE id = 1 AND taken < size RETURNING taken")
TAKE_SLOT = sa.text("UPDATE floor_slot SET taken = true WHERE id = 1 AND NOT taken RETURNING id")
# It neither asks who sends nor reads what is sent: that is what makes it bare, and half of its pace leaves room for both.
CHUNK = sa.text("""
INSERT INTO floor_chunk (asset_id, gateway_id, first_at, last_at, samples, late, block)
VALUES (gen_random_uuid(), gen_random_uuid(), now(), now(), 50, false, :body)
""")


def create_app() -> Flask:
    """The bare application."""
    app = Flask("floor")
    app.jinja_loader = DictLoader({"page.html": PAGE})
    options = engine_options(20, application="floor")
    engine = sa.create_engine(os.environ["FLOOR_DATABASE_URL"], **options)

    @app.get("/page")
    def page() -> str:
        with Session(engine) as session:
            return render_template("page.html", rows=session.scalars(sa.select(Row).limit(ROWS)).all())

    @app.post("/book")
    def book() -> Response:
        return run(BOOKING, TALLY, AUDIT)

    @app.post("/enrol")
    def enrol() -> Response:
        return run(TAKE_SEAT, SEATED, LEDGER, AUDIT)

    @app.post("/seat")
    def seat() -> tuple[Response, int]:
        return rival(TAKE_SEAT, (SEATED, LEDGER, AUDIT), (WAITING, AUDIT))

    @app.post("/slot")
    def slot() -> tuple[Response, int]:
        return rival(TAKE_SLOT, (BOOKING, TALLY, AUDIT), ())

    @app.post("/batch")
    def batch() -> Response:
        with engine.begin() as connection:
            connection.execute(CHUNK, {"body": request.get_data()})
        return jsonify(ok=True)

    @app.get("/stream")
    def stream() -> Response:
        return Response(frames(hub), mimetype="text/event-stream")

    def run(*statements: sa.TextClause) -> Response:
        code = str(request.get_json()["code"])
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(statement)
        return jsonify(code=code)

    def rival(
        take: sa.TextClause, first: tuple[sa.TextClause, ...], late: tuple[sa.TextClause, ...]
    ) -> tuple[Response, int]:
        code = str(request.get_json()["code"])
        with engine.begin() as connection:
            writes = late if connection.execute(take).first() is None else first
            for statement in writes:
                connection.execute(statement)
        return jsonify(code=code), 201 if writes else 409

    hub = Fan(os.environ["FLOOR_REDIS_URL"])
    return app


class Fan:
    """One subscriber, one queue per reader: the least that a stream of many readers needs."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.readers: set[queue.Queue[str]] = set()
        self.thread: threading.Thread | None = None

    def join(self) -> queue.Queue[str]:
        """A reader's queue."""
        mine: queue.Queue[str] = queue.Queue()
        self.readers.add(mine)
        if self.thread is None:
            self.thread = threading.Thread(target=self.pump, daemon=True)
            self.thread.start()
        return mine

    def pump(self) -> None:
        """Redis to queues."""
        subscription = redis.Redis.from_url(self.url).pubsub(ignore_subscribe_messages=True)
        subscription.subscribe("lift:floor")
        for message in subscription.listen():
            for reader in list(self.readers):
                reader.put(f"event: x\ndata: {message['data'].decode()}\n\n")


def frames(fan: Fan) -> Iterator[str]:
    """One reader's stream."""
    mine = fan.join()
    try:
        yield "retry: 2000\n\n"
        while True:
            yield mine.get()
    finally:
        fan.readers.discard(mine)
