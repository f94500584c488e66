"""A session card in the reader's words, as ``ui/session_row.html`` and ``ui/session_card.html`` want it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lift.core.i18n import N_, At, Money, Text
from lift.people.enums import SizeClass
from lift.training.enums import SeatsBand, SessionMode
from lift.training.queries.catalogue import SessionCard
from lift.training.queries.firms import Firm
from lift.web.i18n import get_locale, localdate, localtime, money, say, texts

MODES = {
    SessionMode.ON_SITE: N_("On site"),
    SessionMode.REMOTE: N_("Remote"),
    SessionMode.MIXED: N_("Remote, then on site"),
}
BANDS = {
    SeatsBand.PLENTY: N_("plenty of seats"),
    SeatsBand.FREE: N_("free seats"),
    SeatsBand.FEW: N_("few left"),
    SeatsBand.FULL: N_("full, waiting list open"),
    SeatsBand.CLOSED: N_("enrolment closed"),
}
LANGUAGES = {
    "de": N_("German"),
    "en": N_("English"),
    "es": N_("Spanish"),
    "fr": N_("French"),
    "it": N_("Italian"),
    "el": N_("Greek"),
}
DAY_BEGINS, DAY_HOURS = 7.0, 12.0
"""The stretch of a day that the pattern strip shows."""


@dataclass(frozen=True)
class Day:
    """One local day of a session: first start, last end, minutes taught, where."""

    day: date
    start: datetime
    end: datetime
    minutes: int
    remote: bool

    @property
    def shape(self) -> str:
        """morning, afternoon or day."""
        if self.end.hour * 60 + self.end.minute <= 13 * 60 + 30:
            return "morning"
        return "afternoon" if self.start.hour >= 12 else "day"


def session_row(card: SessionCard, *, url: str, enrol_url: str = "", primary: bool = False) -> dict[str, Any]:
    """The row of one card. ``enrol_url`` is where its act leads; none for who cannot enrol anybody."""
    days = days_of(card)
    return {
        "title": texts(card.title),
        "url": url,
        "topic": texts(card.topic_title),
        "mode": say(MODES[card.mode]),
        "host": f"{card.host}, {card.lab}",
        "when": when(card, days),
        "language": language_words(card),
        "place": texts(card.place) or f"{card.city}, {country_name(card.country)}",
        "near": near_words(card),
        "bring": texts(card.bring) or say(N_("Nothing, come as you are.")),
        **date_words(card, days),
        **price_words(card),
        **seat_words(card),
        "act_url": enrol_url if card.enrollable else "",
        "act_primary": primary,
    }


def near_words(card: SessionCard) -> str:
    """How far from the firm's site; nothing where nobody travels."""
    if card.kilometres is None or card.mode is SessionMode.REMOTE:
        return ""
    return say(Text(N_("%(km)s km from your site"), {"km": card.kilometres}))


def days_of(card: SessionCard) -> list[Day]:
    """The card's parts by local day."""
    zone = ZoneInfo(card.zone)
    found: dict[date, list[tuple[datetime, datetime, SessionMode]]] = {}
    for start, end, mode in card.parts:
        local = start.astimezone(zone)
        found.setdefault(local.date(), []).append((local, end.astimezone(zone), mode))
    return [
        Day(
            day=day,
            start=min(start for start, _, _ in parts),
            end=max(end for _, end, _ in parts),
            minutes=int(sum((end - start for start, end, _ in parts), timedelta()) / timedelta(minutes=1)),
            remote=all(mode is SessionMode.REMOTE for _, _, mode in parts),
        )
        for day, parts in sorted(found.items())
    ]


def date_words(card: SessionCard, days: Sequence[Day]) -> dict[str, Any]:
    """Days, month, weekdays, one line, and the pattern strip with its words."""
    names = [localdate(day.day, pattern="EEE") for day in days]
    months = list(dict.fromkeys(localdate(day.day, pattern="LLLL") for day in days))
    single = len(days) == 1
    weekdays = localdate(days[0].day, pattern="EEEE") if single else _from_to(names, ", ")
    return {
        "days": _from_to([str(day.day.day) for day in days], " + "),
        "month": " / ".join(months),
        "weekdays": weekdays,
        "date_line": f"{weekdays}, {hours_words(card, days[0])}" if single else weekdays,
        "pattern": [_cell(day) for day in days],
        "pattern_label": "; ".join(_day_words(card, day) for day in days),
    }


def _from_to(names: Sequence[str], joint: str) -> str:
    """ "8 + 9", or "14 to 17" for three and more."""
    if len(names) < 3:
        return joint.join(names)
    return say(Text(N_("%(first)s to %(last)s"), {"first": names[0], "last": names[-1]}))


def _cell(day: Day) -> dict[str, Any]:
    begin, end = (_share(t) for t in (day.start, day.end))
    return {"name": localdate(day.day, pattern="EEEEEE"), "mode": "remote" if day.remote else "site",
            "begin": begin, "end": max(end, begin + 0.05)}  # fmt: skip


def _share(local: datetime) -> float:
    return round(min(1.0, max(0.0, (local.hour + local.minute / 60 - DAY_BEGINS) / DAY_HOURS)), 3)


def _day_words(card: SessionCard, day: Day) -> str:
    where = say(MODES[SessionMode.REMOTE if day.remote else SessionMode.ON_SITE])
    return f"{localdate(day.day, pattern='EEEE d MMMM')}, {hours_words(card, day)}, {where}"


def hours_words(card: SessionCard, day: Day) -> str:
    """ "09:00 to 16:00 CET"."""
    end = localtime(day.end, card.zone, "timezone")
    return say(Text(N_("%(first)s to %(last)s"), {"first": localtime(day.start, card.zone, "time"), "last": end}))


def when(card: SessionCard, days: Sequence[Day]) -> str:
    """How long and in which pattern: "2 days, 09:00 to 16:00 CET, 12 hours" or "3 mornings and 1 day, 13 hours"."""
    total = hours_of(card.total_minutes)
    same = len({(d.start.time(), d.end.time()) for d in days}) == 1
    if len(days) == 1:
        return f"{hours_words(card, days[0])}, {total}"
    if same:
        return f"{_counted('day', len(days))}, {hours_words(card, days[0])}, {total}"
    shapes = [day.shape for day in days]
    counted = [_counted(shape, shapes.count(shape)) for shape in dict.fromkeys(shapes)]
    return f"{say(N_(' and ')).join(counted)}, {total}"


_SHAPES = {
    "day": (N_("1 day"), N_("%(n)s days")),
    "morning": (N_("1 morning"), N_("%(n)s mornings")),
    "afternoon": (N_("1 afternoon"), N_("%(n)s afternoons")),
}


def _counted(shape: str, n: int) -> str:
    one, many = _SHAPES[shape]
    return say(one) if n == 1 else say(Text(many, {"n": n}))


def hours_of(minutes: int) -> str:
    """ "12 hours", "3.5 hours", "1 hour"."""
    if minutes == 60:
        return say(N_("1 hour"))
    return say(Text(N_("%(n)s hours"), {"n": f"{minutes / 60:.1f}".removesuffix(".0")}))


def language_words(card: SessionCard) -> str:
    """The note where there is one ("Italian, slides in English"), else the language's name."""
    return texts(card.language_note) or language_name(card.language)


def country_name(code: str) -> str:
    """A country in the reader's language."""
    return str(get_locale().territories.get(code, code))


def language_name(code: str) -> str:
    """A language in the reader's language."""
    return say(LANGUAGES[code]) if code in LANGUAGES else code


def price_words(card: SessionCard) -> dict[str, Any]:
    """What a seat costs a firm like the reader's, and how that comes about. Zero is a price."""
    params = {"list": Money(card.list_cents)}
    if card.list_cents == 0:
        note = say(N_("No price, no public aid: a pilot of the working group."))
    elif card.price_cents < card.list_cents:
        note = say(Text(N_("With aid, if you qualify. List price %(list)s; the rest counts as public aid."), params))
    else:
        note = say(N_("The list price. The network's aid is for small and medium firms."))
    return {"price": money(card.price_cents), "price_note": note}


def seat_words(card: SessionCard) -> dict[str, Any]:
    """The band, its word, the last day to enrol and the act. Never a number."""
    until = At(card.enrol_until, card.zone)
    full = card.band is SeatsBand.FULL
    sentence = N_("Join the list until %(until)s") if full else N_("Enrol until %(until)s")
    if card.band is SeatsBand.CLOSED:
        sentence = N_("Enrolment ended on %(until)s.")
    return {
        "seats": "full" if card.band is SeatsBand.CLOSED else card.band.value,
        "seats_word": say(BANDS[card.band]),
        "deadline": say(Text(sentence, {"until": until})),
        "act": say(N_("Join the waiting list")) if full else say(N_("Enrol people")),
    }


SIZES = {
    SizeClass.MICRO: N_("very small"),
    SizeClass.SMALL: N_("small"),
    SizeClass.MEDIUM: N_("medium"),
    SizeClass.LARGE: N_("large"),
    SizeClass.UNKNOWN: N_("size not told yet"),
}


def firm_words(firm: Firm) -> str:
    """ "small (24 people), Italy"."""
    size = say(SIZES[firm.size])
    if firm.heads:
        size = say(Text(N_("%(size)s (%(n)s people)"), {"size": size, "n": firm.heads}))
    return f"{size}, {country_name(firm.country)}"
