"""Labs by the clock: holds that ran out, bookings that begin and end, opening hours to the horizon."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import current_app

from lift.core import clock, jobs
from lift.core.db import db
from lift.labs import queries, services
from lift.labs.queries import feeds as feed_queries
from lift.labs.services import displaced, failures, feeds, outside
from workers.ticks import every


@every(timedelta(seconds=30), "labs.sweep_holds")
def sweep_holds() -> int:
    """End the holds that nobody came across."""
    return services.sweep_holds(clock.now())


@every(timedelta(minutes=1), "labs.finish_bookings")
def finish_bookings() -> int:
    """Confirmed bookings begin, begun ones are over."""
    return services.finish_bookings(clock.now())


@every(timedelta(hours=24), "labs.materialise_opening")
def materialise_opening() -> int:
    """One more day of opening hours for each lab, in a transaction each."""
    now = clock.now()
    return sum(services.materialise_opening(lab_id, now) for lab_id in queries.lab_ids())


@every(timedelta(minutes=1), "labs.send_due_calendars")
def send_due_calendars() -> int:
    """One job for each outside calendar that was not tried for a quarter of an hour."""
    return feeds.send_due_calendars(clock.now())


@jobs.handler(feeds.READ_CALENDAR)
def read_calendar(feed_id: str) -> None:
    """One outside calendar: asked outside any transaction, then taken, or its last state kept with an alarm."""
    feed = feed_queries.busy_feed(UUID(feed_id))
    if feed is None:
        return
    url, allowed = feed.url, current_app.config["LIFT"].calendar_hosts
    db.session.rollback()  # no connection waits for another system
    try:
        body = outside.read_address(url, allowed)
    except outside.Unreadable as problem:
        feeds.miss_calendar(UUID(feed_id), str(problem), clock.now())
    else:
        feeds.take_calendar(UUID(feed_id), body, clock.now())


@jobs.handler(displaced.TELL_DISPLACED)
def tell_displaced(booking_id: str) -> None:
    """The lab took a booking back."""
    displaced.tell_displaced(UUID(booking_id), public_url=current_app.config["LIFT"].public_url)


@jobs.handler(displaced.TELL_BACK)
def tell_back(booking_id: str) -> None:
    """A block ended early: the old time is offered."""
    displaced.tell_back(UUID(booking_id), public_url=current_app.config["LIFT"].public_url)


@jobs.handler(failures.TELL_REPORT)
def tell_report(failure_id: str) -> None:
    """Somebody reported a problem."""
    failures.tell_report(UUID(failure_id), public_url=current_app.config["LIFT"].public_url)


@jobs.handler(failures.TELL_OUTCOME)
def tell_outcome(failure_id: str) -> None:
    """A problem was closed."""
    failures.tell_outcome(UUID(failure_id))
