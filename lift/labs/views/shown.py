"""From instants and states to what a page shows: words, colours, places on the timeline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from babel.dates import get_day_names
from flask import url_for

from lift.core.db import Instants
from lift.core.errors import Problem
from lift.labs import texts
from lift.labs.enums import AccessClass, BookingStatus
from lift.labs.forms import length_words
from lift.labs.policy.rules import Rules
from lift.labs.policy.spans import ends
from lift.labs.policy.wallclock import local_day
from lift.labs.queries.day import Day, Item, ItemKind, Row, Slot
from lift.labs.queries.directory import Hours, LabCard
from lift.web.i18n import get_locale, localdate, localtime, say
from lift.web.i18n import gettext as _

TONES = {
    AccessClass.ON_SITE_ONLY: "off",
    AccessClass.VIEW: "brand",
    AccessClass.SIMULATE: "twin",
    AccessClass.SUPERVISED: "live",
    AccessClass.FREE: "live",
}
STATUS_TONES = {
    BookingStatus.HOLD: "att",
    BookingStatus.PENDING: "att",
    BookingStatus.CONFIRMED: "good",
    BookingStatus.ACTIVE: "good",
    BookingStatus.DONE: "off",
}
DRAWN = {
    ItemKind.BOOKED: "booked",
    ItemKind.RUNNING: "live",
    ItemKind.ASKED: "asked",
    ItemKind.BLOCK: "block",
}


def access_chip(access: AccessClass) -> tuple[str, str]:
    """Words and tone of what one may do with an asset."""
    return say(texts.ACCESS[access]), TONES[access]


def status_chip(status: BookingStatus) -> tuple[str, str]:
    """Words and tone of a booking's state."""
    return say(texts.STATUSES[status]), STATUS_TONES.get(status, "bad")


def country(code: str) -> str:
    """Its name in the reader's language."""
    return str(get_locale().territories.get(code, code))


def place(lab: LabCard) -> str:
    """Address, city and country, none of them twice."""
    city = "" if lab.city in lab.address else lab.city
    return ", ".join(part for part in (lab.address, city, country(lab.country)) if part)


def hours_lines(lab: LabCard) -> list[tuple[str, str]]:
    """Opening hours as lines: ("Mon to Fri", "08:00 to 12:00, 13:00 to 18:00")."""
    if lab.always_open:
        return [(_("Every day"), _("round the clock"))]
    names = get_day_names("abbreviated", locale=get_locale())
    return [
        (
            names[first] if first == last else _("%(first)s to %(last)s", first=names[first], last=names[last]),
            ", ".join(_hours(pair) for pair in pairs),
        )
        for first, last, pairs in lab.hours
    ]


def _hours(pair: Hours) -> str:
    opens, closes = pair
    end = "24:00" if closes == time(0) else f"{closes:%H:%M}"
    return str(_("%(start)s to %(end)s", start=f"{opens:%H:%M}", end=end))


def open_words(lab: LabCard) -> tuple[str, str]:
    """Whether the lab is open now, and its tone."""
    if lab.open_until is not None:
        until = localtime(lab.open_until, lab.zone)
        return (_("open now"), "good") if lab.always_open else (_("open until %(at)s", at=until), "good")
    if lab.opens_at is not None:
        return _("closed, opens %(at)s", at=localtime(lab.opens_at, lab.zone)), "off"
    return _("no hours set"), "off"


def day_title(day: date) -> str:
    """ "Monday 23 November", its first letter large in every language."""
    words = localdate(day, pattern="EEEE d MMMM")
    return words[:1].upper() + words[1:]


def between(during: Instants, zone: str) -> str:
    """ "Mon 23 Nov, 09:00 to 10:30 CET"; both days where they differ."""
    start, end = ends(during)
    if local_day(start, zone) == local_day(end - timedelta(microseconds=1), zone):
        day = localdate(start, zone, "EEE d MMM")
        return f"{day}, {hours_between(during, zone)}"
    return str(_("%(start)s to %(end)s", start=localtime(start, zone), end=localtime(end, zone)))


def hours_between(during: Instants, zone: str) -> str:
    """ "09:00 to 10:30 CET"."""
    return _times(*ends(during), zone)


def rule_rows(rules: Rules) -> list[tuple[str, str, str]]:
    """The rules in force: name, value, where it comes from."""
    return [
        (say(label), rule_value(name, getattr(rules, name)), say(texts.SOURCES[rules.source(name)]))
        for name, (label, _shape) in texts.RULES.items()
    ]


def rule_value(name: str, value: Any) -> str:
    """A rule's value in words: a length, yes or no, a number; None is no limit."""
    if value is None:
        return str(_("no limit"))
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    return length_words(value) if "minutes" in name else say(texts.RULES[name][1]) % {"value": value}


def without_ways(problems: Iterable[Problem]) -> list[Problem]:
    """For forms that offer the nearest free starts as buttons of their own."""
    return [replace(problem, ways=()) for problem in problems]


def offered_starts(problems: Iterable[Problem]) -> list[datetime]:
    """The starts that would pass, of all problems, in order."""
    found: set[datetime] = set()
    for problem in problems:
        passes = problem.passes if isinstance(problem.passes, list) else [problem.passes]
        if problem.rule == "B1" or isinstance(problem.passes, list):
            found |= {p for p in passes if isinstance(p, datetime)}
    return sorted(found)[:3]


# ---- the timeline


def timeline_of(day: Day, now: datetime, minutes: int, *, choose: bool) -> dict[str, Any]:
    """What ui/timeline.html draws. ``choose``: free hours are links that put their start into the form."""
    zone = day.lab.zone
    rows = [_row(day, row, now, minutes, choose=choose) for row in day.rows]
    today = day.start <= now < day.end
    return {
        "label": _("%(day)s by asset", day=day_title(day.day)),
        "hours": [(localtime(at, zone, "time"), _left(day, at)) for at in _hour_marks(day)],
        "rows": rows,
        "now": _left(day, now) if today else None,
        "now_text": localtime(now, zone, "time"),
    }


def _hour_marks(day: Day) -> list[datetime]:
    hours = int((day.end - day.start) / timedelta(hours=1))
    step = 1 if hours <= 14 else 2
    return [day.start + timedelta(hours=n) for n in range(0, hours, step)]


def _row(day: Day, row: Row, now: datetime, minutes: int, *, choose: bool) -> dict[str, Any]:
    state, tone = row_state(day, row, now)
    items = [piece for item in row.items for piece in _pieces(day, row, item)]
    seen = [slot for slot in row.slots if day.start <= slot.start < day.end]
    free = [_free(day, row, slot, minutes) for slot in seen] if choose else []
    url = url_for("labs.asset", key=row.asset.key) if row.asset else ""
    return {"name": row.name, "url": url, "state": state, "tone": tone, "items": items + free}


def row_state(day: Day, row: Row, now: datetime) -> tuple[str, str]:
    """One word on the row: what it is now, or how full the day is."""
    zone = day.lab.zone
    if not day.whole.contains(now):
        booked = sum(1 for item in row.items if item.code)
        return (_("%(n)s bookings", n=booked) if booked != 1 else _("1 booking")) if booked else _("nothing booked"), ""
    item = row.now(now)
    if item is not None:
        until = localtime(ends(item.claimed)[1], zone, "time")
        words = {
            ItemKind.BLOCK: (_("out of use until %(at)s", at=until), "bad"),
            ItemKind.ASKED: (_("held until %(at)s", at=until), "att"),
            ItemKind.RUNNING: (_("in use until %(at)s", at=until), "live"),
            ItemKind.BOOKED: (_("set-up or tear-down until %(at)s", at=until), "att"),
        }
        return words[item.kind]
    if not any(opening.contains(now) for opening in day.open_ranges):
        return _("lab closed"), ""
    following = row.next(now)
    if following is None:
        return _("free"), "good"
    return _("free until %(at)s", at=localtime(ends(following.claimed)[0], zone, "time")), "good"


def _pieces(day: Day, row: Row, item: Item) -> list[dict[str, Any]]:
    """The item with its set-up before and its tear-down after."""
    zone = day.lab.zone
    start, end = ends(item.during)
    claimed_start, claimed_end = ends(item.claimed)
    words = _("block") if item.kind == ItemKind.BLOCK else say(texts.STATUSES[item.status]) if item.status else ""
    title = item.title or (say(texts.PURPOSES[item.purpose]) if item.purpose else "")
    when = between(item.during, zone)
    label = ", ".join(part for part in (when, row.name, words, title, item.who) if part)
    url = url_for("labs.booking", code=item.code) if item.code else ""
    main = {"kind": DRAWN[item.kind], "title": title, "text": item.who, "when": when, "label": label, "url": url}
    pieces = [_placed(day, start, end, main)]
    for low, high, name in ((claimed_start, start, _("set-up")), (end, claimed_end, _("tear-down"))):
        if low < high:
            pieces.append(_placed(day, low, high, {"kind": "setup", "title": name, "when": _times(low, high, zone)}))
    return [piece for piece in pieces if piece["width"] > 0]


def _free(day: Day, row: Row, slot: Slot, minutes: int) -> dict[str, Any]:
    zone = day.lab.zone
    hours = _times(slot.start, slot.end, zone)
    name = _("%(day)s, %(hours)s, %(asset)s, free: choose this start", day=localdate(slot.start, zone, "EEE d MMM"),
             hours=hours, asset=row.name)  # fmt: skip
    chosen = min(minutes, slot.most_minutes)
    url = url_for("labs.desk", lab=day.lab.slug, day=day.day.isoformat(), asset=row.asset.key if row.asset else "",
                  start=slot.start.isoformat(), minutes=chosen, _anchor="book")  # fmt: skip
    return _placed(day, slot.start, slot.end, {"kind": "free", "title": "", "when": hours, "label": name, "url": url})


def _times(start: datetime, end: datetime, zone: str) -> str:
    return str(_("%(start)s to %(end)s", start=localtime(start, zone, "time"), end=localtime(end, zone, "timezone")))


def _placed(day: Day, start: datetime, end: datetime, item: dict[str, Any]) -> dict[str, Any]:
    left, right = _left(day, max(start, day.start)), _left(day, min(end, day.end))
    return item | {"left": left, "width": round(right - left, 3)}


def _left(day: Day, at: datetime) -> float:
    return round(100 * ((at - day.start) / (day.end - day.start)), 3)
