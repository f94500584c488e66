"""Published sets of EU-project data: taken in, loaded by COPY in pieces, made current (C7, C14).

Each piece is one transaction that copies rows and moves the file's cursor, so an interrupted load goes on where it
stopped and ends in the same state; two loads of one file cannot both move the cursor.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from lift.clusters import texts
from lift.clusters.enums import FileState
from lift.clusters.models import EuFile, EuProject, EuTopic
from lift.clusters.permissions import can_import_eu_data
from lift.clusters.policy.eu_rows import MEMBERS, READERS, RowRefused
from lift.clusters.services.eu_archive import Archive, opened
from lift.clusters.services.eu_current import make_current
from lift.core import audit, files, pseudonyms
from lift.core.actor import Actor
from lift.core.db import db, transaction
from lift.core.errors import Conflict, Invalid, Problem, require, require_found
from lift.core.i18n import Text
from lift.core.jobs import JobKind, enqueue
from lift.core.locks import lock_rows
from lift.core.models import StoredFile

PIECE = 20_000
LOAD_FILE = JobKind("clusters.load_eu_file", queue="reports", deadline=timedelta(minutes=10), atomic=False)
OVER = (FileState.CURRENT, FileState.SUPERSEDED)
TABLES = {
    "project": "eu_project (file_id, project_id, acronym, title, status, starts_on, ends_on, total_cost, ec_max,"
    " programme, scheme, call, keywords, call_title)",
    "organization": "eu_participation (file_id, line, project_id, pic, vat, name, short_name, activity, sme, city,"
    ' country, nuts, role, ec, net, cost, "left")',
    "euroSciVoc": "eu_topic (file_id, line, project_id, code, title, area, root)",
}

Taken = list[tuple[Any, ...]]


def take_file(content: bytes, name: str, *, actor: Actor, queue: bool = True) -> EuFile:
    """Keep the archive and ask for its loading; the same content again goes on with the load that there is.

    Raises Forbidden, or Invalid for what is no published set. Without ``queue`` the caller loads it (command line).
    """
    require(can_import_eu_data(actor), Problem("C7", Text(texts.NOT_YOURS_TO_IMPORT), owner="clusters"))
    with transaction() as session:
        stored = files.put(content, name=name, media_type="application/zip")
        archive = opened(files.path_of(stored.sha256))
        row = session.scalar(sa.select(EuFile).where(EuFile.sha256 == stored.sha256))
        if row is None:
            row = EuFile(sha256=stored.sha256, name=name, stored_id=stored.id, asked_by=actor.person_id,
                         bytes_total=archive.bytes_total, data_date=archive.made_on)  # fmt: skip
            session.add(row)
            session.flush()
            audit.record(actor, "clusters.take_eu_file", "eu_file", row.id, after={"sha256": stored.sha256})
        elif row.state == FileState.FAILED:
            row.state, row.error = FileState.WAITING, None
        if queue and row.state not in OVER:
            enqueue(LOAD_FILE, file_id=row.id)
        return row


def load_file(file_id: int, *, most_pieces: int | None = None) -> FileState:
    """Load what is not loaded yet, then make the file current. ``most_pieces`` stops early (for trials).

    A file that cannot be read becomes *failed* with the reason; losing the connection leaves it to be gone on with.
    """
    path, state = _path(file_id)
    if state in OVER:
        return state
    try:
        archive = opened(path)
        left = _load(file_id, archive, most_pieces)
    except (Invalid, RowRefused) as wrong:
        return _fail(file_id, str(wrong) if isinstance(wrong, Invalid) else f"{wrong.reason}: {wrong.found}")
    return FileState.LOADING if left else make_current(file_id)


def go_on(file_id: int, *, actor: Actor) -> EuFile:
    """Ask again for the loading of a set that failed or stands still; it begins where it stopped.

    Raises Forbidden, NotFound, or Conflict when it is read to its end.
    """
    require(can_import_eu_data(actor), Problem("C7", Text(texts.NOT_YOURS_TO_IMPORT), owner="clusters"))
    with transaction():
        row = require_found(next(iter(lock_rows(EuFile, [file_id])), None))
        if row.state in OVER:
            raise Conflict(Problem("C14", Text(texts.LOADED_ALREADY), owner="clusters"))
        if row.state == FileState.FAILED:
            row.state, row.error = FileState.WAITING, None
        enqueue(LOAD_FILE, file_id=row.id)
        audit.record(actor, "clusters.go_on_with_eu_file", "eu_file", row.id)
        return row


def _path(file_id: int) -> tuple[Path, FileState]:
    row = db.session.execute(
        sa.select(StoredFile.sha256, EuFile.state)
        .join(StoredFile, StoredFile.id == EuFile.stored_id)
        .where(EuFile.id == file_id)
    ).one()
    db.session.commit()
    return files.path_of(row.sha256), row.state


def _load(file_id: int, archive: Archive, most_pieces: int | None) -> bool:
    """True when pieces are left because ``most_pieces`` was reached."""
    pieces = 0
    for index, member in enumerate(MEMBERS):
        for piece in _pieces(file_id, index, member, archive):
            if most_pieces is not None and pieces >= most_pieces:
                return True
            _write(piece)
            pieces += 1
    return False


class Piece:
    """Up to PIECE rows of one table: those taken, those refused, and where they lie in the file."""

    def __init__(self, file_id: int, index: int, member: str, first: int) -> None:
        self.file_id, self.index, self.member, self.first = file_id, index, member, first
        self.rows: Taken = []
        self.refused: list[tuple[int, str, str]] = []
        self.last = first
        self.bytes_done = 0
        self.ends_member = False


def _pieces(file_id: int, index: int, member: str, archive: Archive) -> Iterator[Piece]:
    """The pieces of a table behind the file's cursor."""
    at, line = db.session.execute(sa.select(EuFile.member, EuFile.line).where(EuFile.id == file_id)).one()
    db.session.commit()
    if at > index:
        return
    done = sum(archive.size(name) for name in MEMBERS[:index])
    if member not in archive.members:
        piece = Piece(file_id, index, member, line)
        piece.ends_member, piece.bytes_done = True, done
        yield piece
        return
    columns, rows = archive.rows(member)
    taker = _Taker(file_id, member, archive, columns)
    for _ in islice(rows, line):
        pass
    while True:
        piece = Piece(file_id, index, member, line)
        for row in islice(rows, PIECE):
            line += 1
            taker.take(piece, line, row)
        piece.last, piece.ends_member = line, line - piece.first < PIECE
        share = archive.size(member) if piece.ends_member else min(line * taker.row_size, archive.size(member))
        piece.bytes_done = done + int(share)
        yield piece
        if piece.ends_member:
            return


class _Taker:
    """Judges the rows of one table against what was taken before."""

    def __init__(self, file_id: int, member: str, archive: Archive, columns: Any) -> None:
        self.file_id, self.member, self.width = file_id, member, columns.width
        self.read = READERS[member](columns, pseudonyms.key())
        self.row_size = {"project": 2200, "organization": 340, "euroSciVoc": 230}[member]  # for the progress bar only
        self.titles = archive.titles_of_calls() if member == "project" else {}
        self.projects = set(db.session.scalars(sa.select(EuProject.project_id).where(EuProject.file_id == file_id)))
        self.topics: set[tuple[int, str]] = set()
        if member == "euroSciVoc":
            query = sa.select(EuTopic.project_id, EuTopic.code).where(EuTopic.file_id == file_id)
            self.topics = {(row[0], row[1]) for row in db.session.execute(query)}
        db.session.commit()

    def take(self, piece: Piece, line: int, row: list[str]) -> None:
        """Add the row to the piece, as taken or as refused."""
        try:
            if len(row) != self.width:
                raise RowRefused("width", f"{len(row)}")
            project, values = self.read(row)
            self._known(project, values)
        except RowRefused as refused:
            piece.refused.append((line, refused.reason, refused.found.replace("\0", "")))
            return
        if self.member == "project":
            self.projects.add(project)
            piece.rows.append((self.file_id, project, *values, self.titles.get(values[9], "")))
        else:
            piece.rows.append((self.file_id, line, project, *values))

    def _known(self, project: int, values: tuple[Any, ...]) -> None:
        if self.member == "project":
            if project in self.projects:
                raise RowRefused("twice", str(project))
            return
        if project not in self.projects:
            raise RowRefused("no_project", str(project))
        if self.member == "euroSciVoc":
            if (project, values[0]) in self.topics:
                raise RowRefused("twice", values[0])
            self.topics.add((project, values[0]))


def _write(piece: Piece) -> None:
    """Copy the rows and move the cursor, or neither. Raises Conflict when another load moved it."""
    with transaction() as session:
        row = lock_rows(EuFile, [piece.file_id])[0]
        if (row.member, row.line) != (piece.index, piece.first):
            raise Conflict(Problem("C14", Text(texts.LOADED_TWICE), owner="clusters"))
        _copy(TABLES[piece.member], piece.rows)
        _copy("eu_rejected (file_id, member, line, reason, found)",
              [(piece.file_id, piece.member, *refused) for refused in piece.refused])  # fmt: skip
        counts = dict(row.counts)
        counts[piece.member] = counts.get(piece.member, 0) + len(piece.rows)
        counts["rejected"] = counts.get("rejected", 0) + len(piece.refused)
        row.counts, row.bytes_done, row.state = counts, piece.bytes_done, FileState.LOADING
        row.member, row.line = (piece.index + 1, 0) if piece.ends_member else (piece.index, piece.last)
        session.flush()


def _copy(target: str, rows: Taken) -> None:
    if not rows:
        return
    driver = db.session.connection().connection.driver_connection
    if driver is None:
        raise RuntimeError("the session has no connection")
    with driver.cursor().copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _fail(file_id: int, error: str) -> FileState:
    with transaction():
        row = lock_rows(EuFile, [file_id])[0]
        row.state, row.error = FileState.FAILED, error[:2000]
        return row.state
