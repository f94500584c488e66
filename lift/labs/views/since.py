"""Since you left: lines of the desk, each with one act (M23)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from flask import url_for

from lift.core.actor import Actor
from lift.labs import services
from lift.labs.models import Lab
from lift.labs.policy.wallclock import day_bounds, local_day
from lift.labs.queries.since import Since, since_left
from lift.live.queries.samples import gaps_since
from lift.web.i18n import gettext as _


class Line(NamedTuple):
    """What happened, how it looks, what to press and where it leads."""

    words: str
    tone: str
    act: str
    url: str


def told_since(lab: Lab, actor: Actor, now: datetime) -> tuple[datetime, list[Line]]:
    """Since when, and the lines; the visit is noted."""
    since = services.note_visit(lab.id, actor.person_id, now) if actor.person_id else now
    today = local_day(now, lab.zone)
    week_ends, _end = day_bounds(today + timedelta(days=7 - today.weekday()), lab.zone)
    found = since_left(lab, since, now, week_ends)
    gaps = gaps_since([asset.id for asset in lab.assets], since)
    return since, [line for line in _lines(lab, found, gaps, today, now) if line is not None]


def _lines(lab: Lab, found: Since, gaps: int, today: date, now: datetime) -> list[Line | None]:
    """The most urgent first."""
    day = url_for("labs.desk", lab=lab.slug, day=today.isoformat(), _anchor="list")
    hours = max(0, int((found.decide_by - now) / timedelta(hours=1))) if found.decide_by else 0
    return [
        _line(found.failures, _("Open problems: %(n)s", n=found.failures), "bad", _("Look at them"),
              url_for("labs.problems", lab=lab.slug)),
        _line(found.requests, _("Requests that wait for a yes: %(n)s, %(hours)s hours left for the first",
              n=found.requests, hours=hours), "att", _("See the day"), day),
        _line(found.no_shows, _("Bookings to which nobody came: %(n)s", n=found.no_shows), "att", _("See the day"), day),
        _line(gaps, _("Gaps in the data of the machines: %(n)s", n=gaps), "att", _("See the lab"),
              url_for("labs.lab", slug=lab.slug)),
        _line(found.displaced, _("Bookings that gave way: %(n)s", n=found.displaced), "", _("See the blocks"),
              url_for("labs.blocks", lab=lab.slug)),
        _line(found.qualifications, _("People whose qualification runs out within 30 days: %(n)s",
              n=found.qualifications), "att", _("See the rules"), url_for("labs.lab_rules_page", slug=lab.slug)),
        _line(found.reviews, _("Risk reviews due within 30 days: %(n)s", n=found.reviews), "att", _("See the lab"),
              url_for("labs.lab", slug=lab.slug)),
        _line(found.new_bookings, _("New bookings this week: %(n)s", n=found.new_bookings), "", _("See the day"), day),
    ]  # fmt: skip


def _line(n: int, words: str, tone: str, act: str, url: str) -> Line | None:
    return Line(words, tone, act, url) if n else None
