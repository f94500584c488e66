"""Calendar addresses, given out and revoked; outside calendars, whose busy time is kept as blocks."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

import sqlalchemy as sa

from lift.core import audit, clock, jobs
from lift.core.actor import Actor
from lift.core.db import db, transaction
from lift.core.errors import Invalid, NotFound, Problem, refuse_if, require, require_found
from lift.core.i18n import Text
from lift.core.locks import lock_rows
from lift.labs import texts
from lift.labs.enums import BlockKind, FeedOf
from lift.labs.models import Asset, Block, BusyBlock, BusyFeed, CalendarFeed, Lab
from lift.labs.permissions import can_run_lab, can_see_desk
from lift.labs.policy.busy import NotACalendar, busy_ranges, has_entries
from lift.labs.policy.spans import span
from lift.labs.queries.feeds import blocks_of_feed, busy_feed, busy_feeds_due
from lift.labs.queries.time import resource_of_asset
from lift.labs.texts import calendar as words
from lift.people.queries import token_hash

AHEAD = timedelta(days=180)
"""How far ahead outside time is taken in; longer than any lab's booking horizon."""

READ_CALENDAR = jobs.JobKind("labs.read_calendar", deadline=timedelta(minutes=5), attempts=3, atomic=False)


# ---- out


def give_address(of: FeedOf, thing_id: UUID | None, *, actor: Actor) -> str:
    """A new private token for the actor's own bookings, a lab or an asset; an older one for the same stops working."""
    with transaction() as session:
        owner = actor.person_id
        if owner is None:
            raise NotFound
        lab_id, asset_id = _visible_thing(of, thing_id, actor)
        older = sa.update(CalendarFeed).where(
            CalendarFeed.owner_id == owner, CalendarFeed.of == of, CalendarFeed.revoked_at.is_(None),
            CalendarFeed.lab_id.is_not_distinct_from(lab_id), CalendarFeed.asset_id.is_not_distinct_from(asset_id),
        )  # fmt: skip
        session.execute(older.values(revoked_at=clock.now()), execution_options={"synchronize_session": False})
        token = secrets.token_urlsafe(32)
        feed = CalendarFeed(
            of=of, owner_id=owner, organisation_id=actor.organisation_id, lab_id=lab_id, asset_id=asset_id,
            token_hash=token_hash(token),
        )  # fmt: skip
        session.add(feed)
        session.flush()
        audit.record(actor, "labs.give_address", "calendar_feed", feed.id, after={"of": of.value})
        return token


def _visible_thing(of: FeedOf, thing_id: UUID | None, actor: Actor) -> tuple[UUID | None, UUID | None]:
    if of == FeedOf.PERSON:
        return None, None
    asset = require_found(db.session.get(Asset, thing_id)) if of == FeedOf.ASSET else None
    lab = require_found(asset.lab if asset else db.session.get(Lab, thing_id))
    said = Text(words.MAY_NOT_SUBSCRIBE, {"lab": lab.name})
    require(can_see_desk(actor, lab), Problem("R2", said, owner=lab.name))
    return (None, asset.id) if asset else (lab.id, None)


def revoke_address(feed_id: UUID, *, actor: Actor) -> None:
    """The address answers 404 from now on. Revoking twice changes nothing."""
    with transaction():
        feed = db.session.get(CalendarFeed, feed_id)
        feed = require_found(feed if feed and feed.owner_id == actor.person_id else None)
        if feed.revoked_at is None:
            feed.revoked_at = clock.now()
            audit.record(actor, "labs.revoke_address", "calendar_feed", feed_id)


# ---- in


def name_calendar(lab_id: UUID, asset_id: UUID | None, name: str, url: str, *, actor: Actor) -> BusyFeed:
    """The lab (or one asset) is busy when this calendar says so; it is read at once. Raises Invalid."""
    with transaction() as session:
        lab = _lab_run_by(actor, lab_id)
        name, url = name.strip(), url.strip()
        if asset_id is not None and require_found(session.get(Asset, asset_id)).lab_id != lab_id:
            raise NotFound
        problems = [] if name else [Problem("M21", words.FEED_NAME_MISSING, lab.name, "name")]
        problems += [] if is_web_address(url) else [Problem("M21", words.FEED_NO_ADDRESS, lab.name, "url")]
        if problems:
            raise Invalid(problems)
        feed = BusyFeed(lab_id=lab_id, asset_id=asset_id, name=name, url=url, created_by=actor.person_id)
        session.add(feed)
        session.flush()
        jobs.enqueue(READ_CALENDAR, feed_id=feed.id)
        audit.record(actor, "labs.name_calendar", "busy_feed", feed.id, after={"host": urlsplit(url).hostname})
        return feed


def is_web_address(url: str) -> bool:
    """Whether this may be asked at all; which hosts may, is judged when it is asked."""
    try:
        parts = urlsplit(url)
        _port = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not any(c.isspace() for c in url)


def remove_calendar(feed_id: UUID, *, actor: Actor) -> None:
    """The outside calendar counts no more: its blocks go with it. Removing twice changes nothing."""
    with transaction():
        feed = require_found(db.session.get(BusyFeed, feed_id))
        _lab_run_by(actor, feed.lab_id)
        lock_rows(BusyFeed, [feed_id])
        if feed.removed_at is None:
            feed.removed_at = clock.now()
            for block in blocks_of_feed(feed_id):
                block.removed_at = feed.removed_at
            audit.record(actor, "labs.remove_calendar", "busy_feed", feed_id)


def read_again(feed_id: UUID, *, actor: Actor) -> None:
    """Ask now instead of within the quarter of an hour."""
    with transaction():
        feed = require_found(busy_feed(feed_id))
        _lab_run_by(actor, feed.lab_id)
        jobs.enqueue(READ_CALENDAR, feed_id=feed_id)


def is_empty(feed_id: UUID, *, actor: Actor) -> None:
    """A person says that the calendar is rightly empty: the blocks it kept end."""
    with transaction():
        feed = require_found(busy_feed(feed_id))
        lab = _lab_run_by(actor, feed.lab_id)
        lock_rows(BusyFeed, [feed_id])
        refuse_if([] if feed.failure == "empty" else [Problem("M21", texts.CHANGED_MEANWHILE, lab.name)])
        for block in blocks_of_feed(feed_id):
            block.removed_at = clock.now()
        feed.read_at, feed.failing_since, feed.failure = feed.tried_at, None, ""
        audit.record(actor, "labs.calendar_is_empty", "busy_feed", feed_id)


def send_due_calendars(now: datetime) -> int:
    """One job for each outside calendar that is due. The key keeps a second tick from asking twice."""
    with transaction():
        due = busy_feeds_due(now)
        slot = int(now.timestamp() // 60)
        for feed_id in due:
            jobs.enqueue(READ_CALENDAR, feed_id=feed_id, once_key=f"labs.read_calendar:{feed_id}:{slot}")
        return len(due)


def take_calendar(feed_id: UUID, body: bytes, now: datetime) -> bool:
    """What was read becomes the standing blocks; what cannot be taken changes nothing but the alarm. True when taken.

    Works by state: reading the same twice writes nothing new. Bookings in the way stay; the desk names them.
    """
    with transaction() as session:
        locked = lock_rows(BusyFeed, [feed_id])
        if not locked or locked[0].removed_at is not None:
            return False
        feed = locked[0]
        standing = blocks_of_feed(feed_id)
        try:
            wanted = busy_ranges(body, feed.lab.zone, span(now, now + AHEAD))
            if not has_entries(body) and any(b.during.upper and b.during.upper > now for b in standing):
                raise NotACalendar("empty")
        except NotACalendar as problem:
            _alarm(feed, str(problem), now)
            return False
        ahead = {b.during: b for b in standing if b.during.upper is not None and b.during.upper > now}
        for during in set(ahead) - set(wanted):
            ahead[during].removed_at = now
        resource_id = resource_of_asset(feed.asset_id).id if feed.asset_id else None
        new = [
            Block(lab_id=feed.lab_id, resource_id=resource_id, kind=BlockKind.OUTSIDE, during=during, reason=feed.name)
            for during in wanted if during not in ahead
        ]  # fmt: skip
        session.add_all(new)
        session.flush()
        session.add_all(BusyBlock(block_id=block.id, feed_id=feed_id) for block in new)
        feed.tried_at = feed.read_at = now
        feed.failing_since, feed.failure = None, ""
        return True


def miss_calendar(feed_id: UUID, failure: str, now: datetime) -> None:
    """The calendar could not be read: the last state stands, the desk says so. ``failure``: see texts.calendar."""
    with transaction():
        locked = lock_rows(BusyFeed, [feed_id])
        if locked and locked[0].removed_at is None:
            _alarm(locked[0], failure, now)


def _alarm(feed: BusyFeed, failure: str, now: datetime) -> None:
    feed.tried_at = now
    feed.failing_since = feed.failing_since or now
    feed.failure = failure


def _lab_run_by(actor: Actor, lab_id: UUID) -> Lab:
    lab = require_found(db.session.get(Lab, lab_id))
    require(can_run_lab(actor, lab), Problem("R2", Text(texts.MAY_NOT_RUN, {"lab": lab.name}), owner=lab.name))
    return lab
