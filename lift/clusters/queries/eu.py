"""Profiles out of EU-project data: one statement per profile; what stands behind each figure; who works with whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lift.clusters.enums import FileState
from lift.clusters.models import EuBody, EuFile, EuIdentity, EuRejected, HubSnapshot
from lift.clusters.policy import eu_profile
from lift.core.db import db

SCOPE = """
    pics AS (
        SELECT b.pic, b.body FROM eu_body b WHERE b.body = (SELECT body FROM eu_body WHERE pic = :pic)
    ), own AS MATERIALIZED (
        SELECT o.* FROM eu_participation o
        JOIN eu_file f ON f.id = o.file_id AND f.state = 'current'
        WHERE o.pic IN (SELECT pic FROM pics)
    ), mine AS MATERIALIZED (
        SELECT o.file_id, o.project_id, p.acronym, p.title, p.programme, p.status, p.starts_on, p.ends_on, p.keywords,
               p.call_title, bool_or(o.role = 'coordinator') AS led, sum(o.ec) AS ec, sum(o.net) AS net,
               bool_or(o.ec IS NULL) AS unknown, array_agg(DISTINCT o.role ORDER BY o.role) AS roles,
               p.status = 'SIGNED' AND (p.ends_on IS NULL OR p.ends_on >= :today) AS active
        FROM own o JOIN eu_project p USING (file_id, project_id)
        GROUP BY o.file_id, o.project_id, p.file_id, p.project_id
    ), seats AS MATERIALIZED (
        SELECT m.file_id, m.project_id, b.body, o.country, o.pic
        FROM mine m
        JOIN eu_participation o ON o.file_id = m.file_id AND o.project_id = m.project_id
        JOIN eu_body b ON b.pic = o.pic
    )"""

PROFILE = sa.text(f"""
    WITH {SCOPE}, partners AS (
        SELECT body, count(DISTINCT (file_id, project_id)) AS projects FROM seats
        WHERE body <> (SELECT min(body) FROM pics) GROUP BY body
    ), sizes AS (
        SELECT count(DISTINCT body) AS n FROM seats GROUP BY file_id, project_id
    ), areas AS (
        SELECT t.area, min(t.root) AS root, count(DISTINCT m.project_id) AS projects,
               min(extract(year FROM m.starts_on))::int AS first_year,
               jsonb_agg(DISTINCT m.acronym) AS evidence, array_agg(DISTINCT m.project_id) AS ids
        FROM mine m JOIN eu_topic t USING (file_id, project_id) GROUP BY t.area
    ), topics AS (
        SELECT DISTINCT m.project_id, extract(year FROM m.starts_on)::int AS year, t.title
        FROM mine m JOIN eu_topic t USING (file_id, project_id)
    )
    SELECT jsonb_build_object(
        'pics', (SELECT jsonb_agg(pic ORDER BY pic) FROM pics),
        'body', (SELECT jsonb_build_object('name', b.name, 'country', b.country) FROM eu_body b WHERE b.pic = :pic),
        'projects', (SELECT count(*) FROM mine),
        'as_coordinator', (SELECT count(*) FROM mine WHERE led),
        'active', (SELECT count(*) FROM mine WHERE active),
        'ec', (SELECT coalesce(sum(ec), 0) FROM mine),
        'net', (SELECT coalesce(sum(net), 0) FROM mine),
        'rows', (SELECT count(*) FROM own),
        'unknown_rows', (SELECT count(*) FROM own WHERE ec IS NULL),
        'partners', (SELECT count(*) FROM partners),
        'countries', (SELECT count(DISTINCT country) FROM seats
                      WHERE country <> '' AND body <> (SELECT min(body) FROM pics)),
        'countries_with_own', (SELECT count(DISTINCT country) FROM seats WHERE country <> ''),
        'median_size', (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY n) FROM sizes),
        'lift_partners', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', g.short_name, 'slug', g.slug,
                              'pic', i.pic, 'projects', x.projects) ORDER BY x.projects DESC, g.short_name), '[]')
                          FROM eu_identity i JOIN eu_body b ON b.pic = i.pic JOIN partners x ON x.body = b.body
                          JOIN partner n ON n.organisation_id = i.organisation_id
                          JOIN organisation g ON g.id = i.organisation_id),
        'areas', (SELECT coalesce(jsonb_agg(to_jsonb(a) ORDER BY a.projects DESC, a.area), '[]') FROM areas a),
        'topics', (SELECT coalesce(jsonb_agg(jsonb_build_array(x.year, x.title, x.n)), '[]')
                   FROM (SELECT year, title, count(*) AS n FROM topics WHERE year IS NOT NULL GROUP BY 1, 2) x),
        'years', (SELECT coalesce(jsonb_agg(extract(year FROM starts_on)::int ORDER BY starts_on), '[]')
                  FROM mine WHERE starts_on IS NOT NULL),
        'keywords', (SELECT count(DISTINCT lower(trim(k))) FROM mine, unnest(string_to_array(keywords, ',')) k
                     WHERE trim(k) <> ''),
        'list', (SELECT coalesce(jsonb_agg(to_jsonb(x) ORDER BY x.ec DESC NULLS LAST, x.project_id), '[]') FROM (
                     SELECT project_id, acronym, title, roles, ec, net, unknown, starts_on, ends_on, active, led
                     FROM mine ORDER BY ec DESC NULLS LAST, project_id LIMIT 200) x),
        'newest', (SELECT acronym FROM mine WHERE starts_on IS NOT NULL ORDER BY starts_on DESC, project_id LIMIT 1),
        'files', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'programme', programme, 'date', data_date,
                      'first_year', first_year, 'last_year', last_year) ORDER BY programme), '[]')
                  FROM eu_file WHERE state = 'current')
    )
""")  # noqa: S608  # only constants are put in

GRAPH = sa.text(f"""
    WITH {SCOPE}
    SELECT b.pic, b.name, b.country, count(DISTINCT (s.file_id, s.project_id)) AS projects
    FROM seats s JOIN eu_body b ON b.pic = s.body
    WHERE s.body <> (SELECT min(body) FROM pics)
    GROUP BY b.pic, b.name, b.country ORDER BY projects DESC, b.pic LIMIT :most OFFSET :skip
""")  # noqa: S608

BEHIND = {
    "projects": "SELECT acronym, title, programme, roles, ec, net, starts_on, ends_on, status FROM mine",
    "as_coordinator": "SELECT acronym, title, programme, roles, ec, net, starts_on, ends_on, status FROM mine WHERE led",
    "active": "SELECT acronym, title, programme, roles, ec, net, starts_on, ends_on, status FROM mine WHERE active",
    "funding": "SELECT m.acronym, m.title, m.programme, ARRAY[o.role] AS roles, o.ec, o.net, m.starts_on, m.ends_on,"
    " m.status FROM own o JOIN mine m USING (file_id, project_id)",
}
"""Figure → the rows it counts or adds up (``partners`` and ``countries`` are read by GRAPH and COUNTRIES)."""

COUNTRIES = sa.text(f"""
    WITH {SCOPE}
    SELECT country, count(DISTINCT body) AS bodies, count(DISTINCT (file_id, project_id)) AS projects
    FROM seats WHERE country <> '' AND body <> (SELECT min(body) FROM pics)
    GROUP BY country ORDER BY bodies DESC, country
""")  # noqa: S608


@dataclass(frozen=True)
class FigureRows:
    """One page of what stands behind a figure, and how many there are in all."""

    rows: list[dict[str, Any]]
    total: int


def profile(pic: int, today: date) -> dict[str, Any] | None:
    """The computed profile of a body, as ``policy.eu_profile`` words it; None when no file is current.

    A PIC that no file knows gives an honest empty profile.
    """
    raw = db.session.scalar(PROFILE, {"pic": pic, "today": today})
    return eu_profile.profile_of(pic, raw) if raw["files"] else None


def behind(pic: int, figure: str, today: date, *, most: int = 50, skip: int = 0) -> FigureRows | None:
    """The rows of a figure; None for an unknown one. Money in EUR."""
    given = {"pic": pic, "today": today}
    if figure == "countries":
        found = [dict(row) for row in db.session.execute(COUNTRIES, given).mappings()]
        return FigureRows(found[skip : skip + most], len(found))
    if figure == "partners":
        return FigureRows(partner_graph(pic, today, most=most, skip=skip), _partner_count(given))
    if figure not in BEHIND:
        return None
    query = f"WITH {SCOPE}, x AS ({BEHIND[figure]}) SELECT *, count(*) OVER () AS total FROM x ORDER BY ec DESC NULLS LAST, acronym LIMIT :most OFFSET :skip"  # noqa: S608, E501
    rows = db.session.execute(sa.text(query), {**given, "most": most, "skip": skip}).mappings().all()
    return FigureRows([dict(row) for row in rows], rows[0]["total"] if rows else 0)


def _partner_count(given: dict[str, Any]) -> int:
    query = f"WITH {SCOPE} SELECT count(DISTINCT body) FROM seats WHERE body <> (SELECT min(body) FROM pics)"  # noqa: S608
    return db.session.scalar(sa.text(query), given) or 0


def partner_graph(pic: int, today: date, *, most: int = 50, skip: int = 0) -> list[dict[str, Any]]:
    """Who shares projects with the body, most projects first. Natural persons come without a name."""
    found = db.session.execute(GRAPH, {"pic": pic, "today": today, "most": most, "skip": skip})
    return [dict(row) for row in found.mappings()]


def body_of(pic: int) -> EuBody | None:
    """A body by one of its PICs; natural persons cannot be asked for."""
    return db.session.get(EuBody, pic) if pic > 0 else None


def bodies_named(text: str, most: int = 20) -> list[EuBody]:
    """Bodies whose name begins with ``text``."""
    start = text.strip().lower().replace("\\", "").replace("%", "").replace("_", "")
    query = sa.select(EuBody).where(sa.func.lower(EuBody.name).like(f"{start}%"), EuBody.pic > 0)
    return list(db.session.scalars(query.order_by(sa.func.lower(EuBody.name), EuBody.pic).limit(most))) if start else []


def pic_of(organisation_id: UUID) -> EuIdentity | None:
    """The PIC of one of our organisations, with its source."""
    return db.session.get(EuIdentity, organisation_id)


def eu_files() -> list[EuFile]:
    """All sets ever taken in, the newest first."""
    return list(db.session.scalars(sa.select(EuFile).order_by(EuFile.id.desc()).limit(50)))


def eu_file(file_id: int) -> EuFile | None:
    """One set."""
    return db.session.get(EuFile, file_id)


def rejected(file_id: int, *, most: int = 50, skip: int = 0) -> list[EuRejected]:
    """Rows of a set that were not taken, in the file's order."""
    query = sa.select(EuRejected).where(EuRejected.file_id == file_id).order_by(EuRejected.member, EuRejected.line)
    return list(db.session.scalars(query.limit(most).offset(skip)))


def current_files() -> list[EuFile]:
    """The sets that profiles are computed from."""
    return list(
        db.session.scalars(sa.select(EuFile).where(EuFile.state == FileState.CURRENT).order_by(EuFile.programme))
    )


def snapshots(hub_id: UUID) -> list[HubSnapshot]:
    """The two newest computed profiles of a hub."""
    query = sa.select(HubSnapshot).where(HubSnapshot.hub_id == hub_id).order_by(HubSnapshot.id.desc()).limit(2)
    return list(db.session.scalars(query))
