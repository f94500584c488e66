"""The archive of a published set, read as a stream: which tables lie in it, how large they are, one row after the other."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

from lift.clusters import texts
from lift.clusters.policy.eu_rows import MEMBERS, Columns
from lift.core.errors import Invalid, Problem
from lift.core.i18n import Text

MOST_BYTES = 2_000_000_000  # unpacked; the largest known set has a tenth of it
csv.field_size_limit(4_000_000)


@dataclass(frozen=True)
class Archive:
    """An opened set: member name → path in the zip."""

    zip: zipfile.ZipFile
    members: dict[str, str]

    @property
    def bytes_total(self) -> int:
        """Unpacked size of the tables that are loaded."""
        return sum(self.zip.getinfo(self.members[m]).file_size for m in MEMBERS if m in self.members)

    @property
    def made_on(self) -> date:
        """The newest day on which a table of it was written, as the archive says."""
        return date(*max(self.zip.getinfo(path).date_time[:3] for path in self.members.values()))

    def size(self, member: str) -> int:
        """Unpacked size of one table; 0 when it is not there."""
        return self.zip.getinfo(self.members[member]).file_size if member in self.members else 0

    def rows(self, member: str) -> tuple[Columns, Iterator[list[str]]]:
        """Columns and rows. Quotes may hold semicolons and line breaks; a byte-order mark is passed over."""
        text = io.TextIOWrapper(self.zip.open(self.members[member]), "utf-8-sig", errors="replace", newline="")
        rows = csv.reader(text, delimiter=";", quotechar='"')
        return Columns(member, next(rows, [])), rows

    def titles_of_calls(self) -> dict[str, str]:
        """Call → its title, from topics.csv where the set has one."""
        if "topics" not in self.members:
            return {}
        text = io.TextIOWrapper(self.zip.open(self.members["topics"]), "utf-8-sig", errors="replace", newline="")
        rows = csv.DictReader(text, delimiter=";")
        return {row.get("topic") or "": row.get("title") or "" for row in rows}


def opened(path: Path) -> Archive:
    """The archive at ``path``. Raises Invalid when it is no zip, has no project table, or is unbelievably large."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError):
        raise Invalid(Problem("C7", Text(texts.NO_ZIP), owner="clusters", field="file")) from None
    found = {PurePosixPath(name).stem: name for name in archive.namelist() if name.lower().endswith(".csv")}
    missing = [f"{name}.csv" for name in ("project", "organization") if name not in found]
    if missing:
        raise Invalid(
            Problem("C7", Text(texts.NOT_IN_ZIP, {"names": ", ".join(missing)}), owner="clusters", field="file")
        )
    made = Archive(archive, found)
    if made.bytes_total > MOST_BYTES:
        raise Invalid(Problem("C7", Text(texts.TOO_LARGE_ZIP), owner="clusters", field="file"))
    return made
