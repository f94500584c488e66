"""A loaded file becomes the current one of its programme: old rows go, bodies are joined anew, hubs get a snapshot."""

from __future__ import annotations

import sqlalchemy as sa

from lift.clusters.enums import FileState
from lift.clusters.models import (
    EuFile,
    EuIdentity,
    EuParticipation,
    EuProject,
    EuRejected,
    EuTopic,
    Hub,
    HubSnapshot,
)
from lift.clusters.queries import eu
from lift.core import audit, clock
from lift.core.actor import SYSTEM
from lift.core.db import db, transaction

ROWS = (EuProject, EuParticipation, EuTopic, EuRejected)

FACTS = sa.text("""
    SELECT mode() WITHIN GROUP (ORDER BY split_part(programme, '-', 1)) AS programme,
           extract(year FROM min(starts_on))::int AS first_year, extract(year FROM max(starts_on))::int AS last_year
    FROM eu_project WHERE file_id = :file
""")

BODIES = sa.text("""
    WITH told AS (
        SELECT DISTINCT ON (o.pic) o.pic, o.vat, o.name, o.country
        FROM eu_participation o JOIN eu_file f ON f.id = o.file_id AND f.state = 'current'
        ORDER BY o.pic, (o.vat = ''), (o.country = ''), o.file_id DESC, o.line DESC
    )
    INSERT INTO eu_body (pic, body, name, country)
    SELECT pic, CASE WHEN vat = '' THEN pic ELSE min(pic) OVER (PARTITION BY vat, vat = '') END, name, country FROM told
""")


def make_current(file_id: int) -> FileState:
    """The whole change in one transaction; who reads meanwhile sees the old file."""
    with transaction() as session:
        session.execute(sa.text("SET LOCAL statement_timeout = '5min'"))
        session.execute(sa.text("LOCK TABLE eu_body IN SHARE ROW EXCLUSIVE MODE"))
        row = session.get_one(EuFile, file_id, populate_existing=True, with_for_update={"key_share": True})
        if row.state == FileState.CURRENT:
            return row.state
        facts = session.execute(FACTS, {"file": file_id}).one()
        row.programme = facts.programme or ""
        row.first_year, row.last_year = facts.first_year, facts.last_year
        _supersede(row.programme)
        row.state, row.ended_at, row.error = FileState.CURRENT, clock.now(), None
        session.flush()
        session.execute(sa.text("DELETE FROM eu_body"))
        session.execute(BODIES)
        session.execute(sa.text("ANALYZE eu_project, eu_participation, eu_topic, eu_body"))
        _take_snapshots(file_id)
        audit.record(SYSTEM, "clusters.eu_file_current", "eu_file", file_id, after=row.counts)
        return row.state


def _supersede(programme: str) -> None:
    """The file that was current of this programme leaves its rows."""
    query = sa.select(EuFile).where(EuFile.programme == programme, EuFile.state == FileState.CURRENT)
    for old in db.session.scalars(query):
        old.state = FileState.SUPERSEDED
        for table in ROWS:
            db.session.execute(sa.delete(table).where(table.file_id == old.id))
    db.session.flush()


def _take_snapshots(file_id: int) -> None:
    """What the profile of every hub with a known PIC says now (C9: a re-import shows what changed)."""
    query = sa.select(Hub.id, EuIdentity.pic).join(EuIdentity, EuIdentity.organisation_id == Hub.organisation_id)
    for hub_id, pic in db.session.execute(query).all():
        found = eu.profile(pic, clock.now().date())
        if found is not None:
            db.session.add(HubSnapshot(hub_id=hub_id, file_id=file_id, profile=found))
    db.session.flush()
