"""Working days of a country: Monday to Friday without its public holidays. Pure.

Sources: the national laws on public holidays of each country, nation-wide days only; a country that is not listed has
weekends and nothing else. Regional days (a Land, a canton, a patron saint) are no holidays here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

FIXED: Mapping[str, tuple[str, ...]] = {
    "AT": ("01-01", "01-06", "05-01", "08-15", "10-26", "11-01", "12-08", "12-25", "12-26"),
    "BE": ("01-01", "05-01", "07-21", "08-15", "11-01", "11-11", "12-25"),
    "CH": ("01-01", "08-01", "12-25"),
    "DE": ("01-01", "05-01", "10-03", "12-25", "12-26"),
    "ES": ("01-01", "01-06", "05-01", "08-15", "10-12", "11-01", "12-06", "12-08", "12-25"),
    "FR": ("01-01", "05-01", "05-08", "07-14", "08-15", "11-01", "11-11", "12-25"),
    "GR": ("01-01", "01-06", "03-25", "05-01", "08-15", "10-28", "12-25", "12-26"),
    "IT": ("01-01", "01-06", "04-25", "05-01", "06-02", "08-15", "11-01", "12-08", "12-25", "12-26"),
    "NL": ("01-01", "04-27", "12-25", "12-26"),
    "PT": ("01-01", "04-25", "05-01", "06-10", "08-15", "10-05", "11-01", "12-01", "12-08", "12-25"),
    "SI": ("01-01", "01-02", "02-08", "04-27", "05-01", "05-02", "06-25", "08-15", "10-31", "11-01", "12-25", "12-26"),
}
MOVING: Mapping[str, tuple[int, ...]] = {
    "AT": (1, 39, 50, 60),
    "BE": (1, 39, 50),
    "CH": (39,),
    "DE": (-2, 1, 39, 50),
    "ES": (-2,),
    "FR": (1, 39, 50),
    "GR": (-48, -2, 1, 50),
    "IT": (1,),
    "NL": (1, 39, 50),
    "PT": (-2, 60),
    "SI": (1,),
}
"""Days after Easter Sunday: 39 Ascension, 50 Whit Monday, 60 Corpus Christi, -2 Good Friday, -48 Clean Monday."""
ORTHODOX = frozenset({"GR"})


def western_easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Astronomical Algorithms, chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    l = (32 + 2 * e + 2 * i - h - k) % 7  # noqa: E741 the letters are those of the source
    m = (a + 11 * h + 22 * l) // 451
    month, day = divmod(h + l - 7 * m + 114, 31)
    return date(year, month, day + 1)


def orthodox_easter(year: int) -> date:
    """Easter Sunday by the Julian rule as a Gregorian date, for 1900 to 2099 (Meeus, the same chapter)."""
    d = (19 * (year % 19) + 15) % 30
    e = (2 * (year % 4) + 4 * (year % 7) - d + 34) % 7
    month, day = divmod(d + e + 114, 31)
    return date(year, month, day + 1) + timedelta(days=13)


def is_workday(day: date, country: str) -> bool:
    """Monday to Friday and no public holiday there."""
    if day.weekday() >= 5 or f"{day:%m-%d}" in FIXED.get(country, ()):
        return False
    sunday = orthodox_easter(day.year) if country in ORTHODOX else western_easter(day.year)
    return (day - sunday).days not in MOVING.get(country, ())


def after_workdays(now: datetime, days: int, country: str, zone: str) -> datetime:
    """The same wall-clock time ``days`` working days later; what is asked on a free day counts from the next working day."""
    local = now.astimezone(ZoneInfo(zone))
    day = local.date()
    while not is_workday(day, country):
        day += timedelta(days=1)
    while days:
        day += timedelta(days=1)
        days -= is_workday(day, country)
    return datetime.combine(day, local.time(), ZoneInfo(zone)).astimezone(now.tzinfo)
