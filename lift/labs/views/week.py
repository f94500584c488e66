"""A lab's week by machine: a table of seven days that a keyboard and a screen reader walk, and the same as a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import render_template, url_for

from lift.core import clock
from lift.core.db import Instants
from lift.labs import queries, texts
from lift.labs.forms import FIRST_YEAR, LAST_YEAR
from lift.labs.models import Lab
from lift.labs.policy.spans import ends, span
from lift.labs.policy.wallclock import day_bounds, local_day
from lift.labs.queries.day import Item, Row
from lift.labs.views import shown
from lift.labs.views.blueprint import bp
from lift.labs.views.desk import USUAL_MINUTES, Page, chosen_day, desk_lab, labs_of
from lift.web.current import current_actor
from lift.web.guard import signed_in
from lift.web.i18n import localtime


@dataclass(frozen=True)
class Cell:
    """A machine's day: what takes it, cut to that day, and the first free start with its address."""

    day: date
    items: Sequence[tuple[Item, Instants]]
    free: str
    url: str


@bp.get("/desk/week")
@signed_in
def week() -> Page:
    """The week of the day in the address; ``?lab=&day=``."""
    lab = desk_lab(current_actor())
    day = chosen_day(lab)
    monday = day - timedelta(days=day.weekday())
    return week_page(lab, monday if FIRST_YEAR < monday.year < LAST_YEAR else day)


def week_page(lab: Lab, first: date) -> str:
    """The page of the seven days from ``first``."""
    now = clock.now()
    found = queries.lab_week(lab, first, now)
    days = [first + timedelta(days=n) for n in range(7)]
    spans = {day: span(*day_bounds(day, lab.zone)) for day in days}
    return render_template(
        "labs/week.html",
        lab=lab,
        found=found,
        days=days,
        earlier=first - timedelta(days=7),
        later=first + timedelta(days=7),
        today=local_day(now, lab.zone),
        rows=[(row, [cell_of(row, day, spans[day], lab) for day in days]) for row in found.rows],
        mine=labs_of(current_actor()),
        shown=shown,
        words=texts,
    )


def cell_of(row: Row, day: date, whole: Instants, lab: Lab) -> Cell:
    """What of the row lies on the day; a booking over midnight stands in both days with its part."""
    pieces = [(item, item.during.intersection(whole)) for item in row.items if item.during.overlaps(whole)]
    slot = next((slot for slot in row.slots if whole.contains(slot.start)), None)
    if slot is None or row.asset is None:
        return Cell(day, pieces, "", "")
    minutes = min(USUAL_MINUTES, slot.most_minutes)
    url = url_for("labs.desk", lab=lab.slug, day=day.isoformat(), asset=row.asset.key, start=slot.start.isoformat(),
                  minutes=minutes, _anchor="book")  # fmt: skip
    return Cell(day, sorted(pieces, key=lambda pair: ends(pair[1])), localtime(slot.start, lab.zone, "time"), url)
