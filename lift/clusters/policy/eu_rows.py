"""What a row of the published CSV says, or why it is not taken (C7). By header name, never by position. Pure.

Readers take a key for the numbers of natural persons. A row that cannot be read raises ``RowRefused``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import Any

Row = Sequence[str]
Pick = Callable[[Row, str], str]

MEMBERS = ("project", "organization", "euroSciVoc")
"""Tables of a set in the order of loading; a file is found by its name, wherever it lies in the archive."""

NEEDED = {
    "project": ("id", "acronym", "title", "frameworkProgramme"),
    "organization": ("projectID", "organisationID", "name", "role"),
    "euroSciVoc": ("projectID", "euroSciVocPath"),
}
ROLES = frozenset({
    "coordinator", "participant", "thirdParty", "partner", "internationalPartner", "associatedPartner",
    "hostInstitution", "beneficiary",
})  # fmt: skip
ISO_OF = {"EL": "GR", "UK": "GB"}
AREA_LEVEL = 3
MOST_CELL = 200

_SIGNS, _DIGIT = re.compile(r"[^A-Z0-9]+"), re.compile(r"[0-9]")
_MONEY = re.compile(r"-?\d+(?:[.,]\d+)?")
_TITLE = re.compile(r"(?:mr|mrs|ms|dr|prof|herr|frau|sig|sig\.ra|ing|dott|dr\.ssa)\.? +\w", re.IGNORECASE)


class RowRefused(Exception):  # a verdict on data, not a fault
    """The row is listed with this reason (a key of ``texts.ROW_REASONS``) and what stood there."""

    def __init__(self, reason: str, found: str = "") -> None:
        super().__init__(reason)
        self.reason, self.found = reason, found[:MOST_CELL]


class Columns:
    """Where each column stands in this file. Missing columns read as "": releases differ."""

    def __init__(self, member: str, header: Row) -> None:
        self.places = {name.strip().lstrip("\ufeff"): n for n, name in enumerate(header)}
        self.width = len(header)
        missing = [name for name in NEEDED[member] if name not in self.places]
        if missing:
            raise RowRefused("columns", f"{member}.csv: {', '.join(missing)}")

    def reader(self, *names: str) -> Callable[[Row], list[str]]:
        """A function that gives these cells of a row."""
        absent = self.width
        take = itemgetter(*(self.places.get(name, absent) for name in names))
        return lambda row: [cell.strip() for cell in take([*row, ""])]


def number(text: str, reason: str) -> int:
    """An id. Raises RowRefused."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise RowRefused(reason, text)
    return int(text)


def money(text: str) -> str | None:
    """EUR as COPY takes it; the point or the comma is the decimal sign; blank is unknown. Raises RowRefused."""
    if not text:
        return None
    if _MONEY.fullmatch(text) is None:
        raise RowRefused("money", text)
    return text.replace(",", ".")


def day(text: str) -> date | None:
    """A day, with or without a time of day after it. Raises RowRefused."""
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise RowRefused("day", text) from None


@lru_cache(maxsize=4096)
def country(text: str) -> str:
    """ISO 3166-1 of the EU's code; of two codes the first; "" when blank. Raises RowRefused."""
    first = text.split(";")[0].strip().upper()
    if first and not (len(first) == 2 and first.isalpha() and first.isascii()):
        raise RowRefused("country", text)
    return ISO_OF.get(first, first)


@lru_cache(maxsize=65_536)
def vat(text: str) -> str:
    """The number without signs; "" for words like "not applicable": one body's number has at least four digits."""
    plain = _SIGNS.sub("", text.upper())
    return plain if len(_DIGIT.findall(plain)) >= 4 else ""


@lru_cache(maxsize=65_536)
def is_natural_person(name: str, short: str, vat_number: str, activity: str) -> bool:
    """A name with a personal title, or: no VAT number, no short name, no activity type, and two or three words of letters."""
    if _TITLE.match(name):
        return True
    words = name.split()
    return (
        not vat_number and not short and not activity and 2 <= len(words) <= 3
        and all(w.replace("-", "").replace("'", "").isalpha() for w in words)
    )  # fmt: skip


def masked(pic: int, key: bytes) -> int:
    """A negative number that always stands for the same natural person; nine digits are guessed in no time without a key."""
    return -int.from_bytes(hashlib.blake2b(f"{pic}".encode(), key=key, digest_size=6).digest())


def project_reader(columns: Columns, _key: bytes) -> Callable[[Row], tuple[int, tuple[Any, ...]]]:
    """Row → (project id, the columns of EuProject after it, the call's title left out)."""
    cells = columns.reader(
        "id", "acronym", "title", "status", "startDate", "endDate", "totalCost", "ecMaxContribution",
        "frameworkProgramme", "fundingScheme", "topics", "keywords",
    )  # fmt: skip

    def read(row: Row) -> tuple[int, tuple[Any, ...]]:
        found, acronym, title, status, start, end, cost, most, programme, scheme, call, keywords = cells(row)
        rest = (acronym, title, status.upper(), day(start), day(end), money(cost), money(most), programme, scheme, call)
        return number(found, "project_id"), (*rest, keywords)

    return read


def organization_reader(columns: Columns, key: bytes) -> Callable[[Row], tuple[int, tuple[Any, ...]]]:
    """Row → (project id, the columns of EuParticipation after it)."""
    cells = columns.reader(
        "projectID", "organisationID" if "organisationID" in columns.places else "id", "vatNumber", "name", "shortName",
        "activityType", "SME", "city", "country", "nutsCode", "role", "ecContribution", "netEcContribution",
        "totalCost", "endOfParticipation",
    )  # fmt: skip

    def read(row: Row) -> tuple[int, tuple[Any, ...]]:
        found, pic, tax, name, short, kind, sme, city, land, nuts, role, ec, net, cost, left = cells(row)
        project, body = number(found, "project_id"), number(pic, "pic")
        if role not in ROLES:
            raise RowRefused("role", role)
        if not name:
            raise RowRefused("name", pic)
        tax = vat(tax)
        if is_natural_person(name, short, tax, kind):
            body, tax, name, short, city, nuts = masked(body, key), "", "", "", "", ""
        small = {"true": True, "false": False}.get(sme.lower())
        return project, (body, tax, name, short, kind, small, city, country(land), nuts, role,
                         money(ec), money(net), money(cost), left.lower() == "true")  # fmt: skip

    return read


def topic_reader(columns: Columns, _key: bytes) -> Callable[[Row], tuple[int, tuple[Any, ...]]]:
    """Row → (project id, (code, title, area, root)). A path without words (numbers only) is refused."""
    cells = columns.reader("projectID", "euroSciVocCode", "euroSciVocPath", "euroSciVocTitle")

    def read(row: Row) -> tuple[int, tuple[Any, ...]]:
        found, code, path, title = cells(row)
        levels = [level for level in path.split("/") if level]
        if not levels or all(level.isdigit() for level in levels):
            raise RowRefused("path", path)
        area = levels[min(AREA_LEVEL, len(levels)) - 1]
        return number(found, "project_id"), (code or path, title or levels[-1], area, levels[0])

    return read


READERS: dict[str, Callable[[Columns, bytes], Callable[[Row], tuple[int, tuple[Any, ...]]]]] = {
    "project": project_reader,
    "organization": organization_reader,
    "euroSciVoc": topic_reader,
}
