"""Sessions of the demo world, relative to now: opened, enrolled and waited for through the ordinary verbs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from lift.content import queries as content
from lift.core.actor import SYSTEM, Actor, Grant, Role, Scope
from lift.core.db import db, transaction
from lift.labs.models import Asset, Lab
from lift.people import queries as people
from lift.people.models import Person
from lift.seed.files import world
from lift.seed.places import closed_days
from lift.training.enums import AidAnswer, SessionMode, SessionStatus
from lift.training.models import PilotSession
from lift.training.policy import EnrolRequest
from lift.training.services import enrolment
from lift.training.services.sessions import PartDraft, PoolDraft, SessionDraft, open_session

ROLLING_CODE = "CELL"
AHEAD = timedelta(minutes=10)
END_OF_OFFICE = time(18)


@dataclass(frozen=True)
class Limits:
    """Until when one may enrol, and leave free of charge."""

    enrol: datetime
    withdraw: datetime


def open_sessions(crowd: dict[str, UUID], now: datetime) -> None:
    """Every session of ``sessions.toml`` with its people, the waiting ones last."""
    for row in world("sessions")["sessions"]:
        if row["rolling"]:
            keep_hour_running(now)
            continue
        lab = _lab(row["lab"])
        parts = tuple(_part(part, lab.zone, now) for part in row["parts"])
        first = min(part.starts_at for part in parts)
        limits = Limits(
            _office_hour_before(first, row["enrol_until_workdays_before"], lab.zone),
            _office_hour_before(first, row["withdraw_until_workdays_before"], lab.zone),
        )
        opened = open_session(_draft(row, lab, parts, crowd, limits), actor=SYSTEM)
        for key in [*row["enrolled"], *row.get("waiting", [])]:
            _enrol(opened.id, crowd[key])


def keep_hour_running(now: datetime) -> bool:
    """Open the next hour at the connected cell when the present one is nearly over; False when there was nothing to do.

    Works by state: called every minute by the clockwork, and after a pause of any length.
    """
    row = next(r for r in world("sessions")["sessions"] if r["rolling"])
    with transaction():
        last = _last_hour()
        if content.published_module(row["module"]) is None:
            return False  # no demo world here yet
        if last is not None and last.ends_at - now > AHEAD:
            return False
        start = (
            max(now.replace(second=0, microsecond=0), last.ends_at) if last else now.replace(second=0, microsecond=0)
        )
        part = PartDraft(start, start + timedelta(minutes=row["rolling_part"]["minutes"]), SessionMode(row["mode"]))
        lab = _lab(row["lab"])
        crowd = person_ids()
        limits = Limits(part.ends_at, part.starts_at)
        opened = open_session(_draft(row, lab, (part,), crowd, limits), actor=SYSTEM)
        for key in row["enrolled"]:
            _enrol(opened.id, crowd[key])
        return True


def _lab(slug: str) -> Lab:
    return db.session.scalars(sa.select(Lab).where(Lab.slug == slug)).one()


def _last_hour() -> PilotSession | None:
    query = sa.select(PilotSession).where(
        PilotSession.code.startswith(ROLLING_CODE), PilotSession.status != SessionStatus.CANCELLED
    )
    return db.session.scalar(query.order_by(PilotSession.ends_at.desc()).limit(1))


def person_ids() -> dict[str, UUID]:
    """The people of the demo world by their key, found again by their names."""
    by_name = {name: key for name, key in db.session.execute(sa.select(Person.name, Person.id))}  # noqa: C416 typed rows
    return {row["key"]: by_name[row["name"]] for row in world("people")["people"] if row["name"] in by_name}


def _draft(
    row: dict[str, Any], lab: Lab, parts: tuple[PartDraft, ...], crowd: dict[str, UUID], limits: Limits
) -> SessionDraft:
    card = content.published_module(row["module"])
    assert card is not None
    assets = {key: asset for asset, key in db.session.execute(sa.select(Asset.id, Asset.key))}
    start = min(part.starts_at for part in parts)
    slugs = people.organisation_ids()
    return SessionDraft(
        version_id=card.version.id,
        lab_id=lab.id,
        parts=parts,
        pools=tuple(_pool(pool, slugs) for pool in row["pools"]),
        asset_ids=tuple(assets[key] for key in row["assets"]),
        trainer_ids=tuple(crowd[key] for key in row["trainers"]),
        mode=SessionMode(row["mode"]),
        language=row["language"],
        list_price_cents=row["list_price"] * 100,
        partner_price_cents=row["partner_price"] * 100,
        minimum=row["minimum"],
        place=row["place"],
        bring=row["bring"],
        language_note=row.get("language_note", {}),
        code=f"{ROLLING_CODE}-{start:%y%m%d%H%M}" if row["rolling"] else row["key"].upper(),
        enrol_until=limits.enrol,
        withdraw_until=limits.withdraw,
    )


def _pool(row: dict[str, Any], slugs: dict[str, UUID]) -> PoolDraft:
    condition = {
        name: str(slugs[value]) if name == "hub" else value for name, value in row.get("condition", {}).items()
    }
    return PoolDraft(row["size"], row["name"], row["title"], condition)


def _enrol(session_id: UUID, person_id: UUID) -> None:
    enrolment.enrol(session_id, EnrolRequest((person_id,), aid=AidAnswer.WITH_AID), actor=_owner(person_id))


def _owner(person_id: UUID) -> Actor:
    """LIFT acting for the person's company, as its owner would."""
    company = people.home_of(person_id)
    return replace(SYSTEM, organisation_id=company, grants=frozenset({Grant(Role.OWNER, Scope.COMPANY, company)}))


def _part(row: dict[str, Any], zone: str, now: datetime) -> PartDraft:
    day = _workday(now.astimezone(ZoneInfo(zone)).date(), row["workday"])
    start, end = (datetime.combine(day, row[name], ZoneInfo(zone)) for name in ("from", "to"))
    return PartDraft(start, end, SessionMode(row["mode"]))


def _office_hour_before(first: datetime, workdays: int, zone: str) -> datetime:
    day = _workday(first.astimezone(ZoneInfo(zone)).date(), -workdays)
    return datetime.combine(day, END_OF_OFFICE, ZoneInfo(zone))


def _workday(day: date, steps: int) -> date:
    """The day that lies ``steps`` working days after (before, when negative) ``day``."""
    for _ in range(abs(steps)):
        day = next(d for d in _days_from(day, 1 if steps > 0 else -1) if d.weekday() < 5 and d not in closed_days())
    return day


def _days_from(day: date, step: int) -> Iterator[date]:
    while True:
        day += timedelta(days=step)
        yield day
