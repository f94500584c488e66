"""What counts of a holder's other bookings: chains, gaps, minutes in rolling windows (B4, B10, B11)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from lift.core.db import Instants
from lift.core.errors import Problem
from lift.core.i18n import At, Text
from lift.labs import texts
from lift.labs.models import Asset, Lab
from lift.labs.policy.rules import Rules
from lift.labs.policy.spans import ends, length, span, widened
from lift.labs.policy.wallclock import day_bounds, local_day

MINUTE = timedelta(minutes=1)
ROLLING = 30


def chain_problems(asset: Asset, during: Instants, others: Iterable[Instants], rules: Rules) -> list[Problem]:
    """B4: bookings of one holder in a row count as one. In a row: nothing but their own buffers fits between them."""
    if rules.chains_allowed:
        return []
    between = timedelta(minutes=asset.setup_minutes + asset.teardown_minutes)
    chain, rest = during, sorted(others, key=ends)
    while True:
        near = [other for other in rest if other.overlaps(widened(chain, between + MINUTE / 60, between + MINUTE / 60))]
        if not near:
            break
        rest = [other for other in rest if other not in near]
        chain = span(min(ends(r)[0] for r in (chain, *near)), max(ends(r)[1] for r in (chain, *near)))
    if chain == during or length(chain) <= timedelta(minutes=rules.max_minutes):
        return []
    said = {"asset": asset.name, "minutes": int(length(chain) / MINUTE), "most": rules.max_minutes}
    return [Problem("B4", Text(texts.CHAIN_TOO_LONG, said), asset.lab.name, "start", rules.max_minutes)]


def gap_problems(asset: Asset, during: Instants, others: Iterable[Instants], rules: Rules) -> list[Problem]:
    """B11: between two bookings of one holder on one asset lies a minimum gap."""
    gap = timedelta(minutes=rules.gap_minutes)
    near = [other for other in others if gap and other.overlaps(widened(during, gap, gap))]
    if not near:
        return []
    passes = max(ends(other)[1] for other in near) + gap
    said = {"asset": asset.name, "minutes": rules.gap_minutes, "at": At(passes, asset.lab.zone)}
    return [Problem("B11", Text(texts.TOO_NEAR, said), asset.lab.name, "start", passes)]


def has_minute_rules(rules: Rules) -> bool:
    """True when time is counted: then the tally of holder and organisation is locked and their bookings are added up."""
    limits = (rules.person_minutes_per_day, rules.person_minutes_per_month, rules.person_minutes_in_30_days,
              rules.organisation_minutes_per_month)  # fmt: skip
    return any(limit is not None for limit in limits)


def counted_range(during: Instants, zone: str) -> Instants:
    """From the first to the last day whose bookings any window of the rules may count together with ``during``."""
    first, last = _days_of(during, zone)
    around = timedelta(days=ROLLING + 1)
    return span(day_bounds(first - around, zone)[0], day_bounds(last + around, zone)[1])


def minutes_by_day(bookings: Iterable[Instants], zone: str) -> dict[date, float]:
    """Minutes of each local day; a booking over midnight counts in both by its share."""
    shares: dict[date, float] = defaultdict(float)
    for during in bookings:
        start, end = ends(during)
        first, last = _days_of(during, zone)
        for day in _each(first, last):
            low, high = day_bounds(day, zone)
            shares[day] += (min(end, high) - max(start, low)) / MINUTE
    return shares


def minute_problems(
    lab: Lab, rules: Rules, during: Instants, of_person: Sequence[Instants], of_organisation: Sequence[Instants]
) -> list[Problem]:
    """B10 in minutes: local day, month, any 30 days in a row, with the booking itself."""
    first, last = _days_of(during, lab.zone)
    person = minutes_by_day([*of_person, during], lab.zone)
    body = minutes_by_day([*of_organisation, during], lab.zone)
    windows = [(day, day + timedelta(days=ROLLING - 1)) for day in _each(first - timedelta(days=ROLLING - 1), last)]
    checks = (
        (texts.MINUTES_DAY, rules.person_minutes_per_day, [person[day] for day in _each(first, last)]),
        (texts.MINUTES_MONTH, rules.person_minutes_per_month, [_month(person, day) for day in {first, last}]),
        (texts.MINUTES_ROLLING, rules.person_minutes_in_30_days, [_sum(person, *window) for window in windows]),
        (
            texts.MINUTES_ORGANISATION,
            rules.organisation_minutes_per_month,
            [_month(body, day) for day in {first, last}],
        ),
    )
    return [
        Problem(
            "B10", Text(msgid, {"lab": lab.name, "minutes": round(max(used)), "limit": limit}), lab.name, "start", limit
        )
        for msgid, limit, used in checks
        if limit is not None and max(used) > limit
    ]


def _days_of(during: Instants, zone: str) -> tuple[date, date]:
    start, end = ends(during)
    return local_day(start, zone), local_day(end - timedelta(microseconds=1), zone)


def _each(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _sum(shares: dict[date, float], first: date, last: date) -> float:
    return sum(minutes for day, minutes in shares.items() if first <= day <= last)


def _month(shares: dict[date, float], of: date) -> float:
    return sum(minutes for day, minutes in shares.items() if (day.year, day.month) == (of.year, of.month))
