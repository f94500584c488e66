"""What must survive a kill: unsent batches, counters, answers, standing stops. One SQLite file, written by one gateway;
``retry-refused`` may write beside it.

Every method commits before it returns, except where it says otherwise.
"""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lift.edge.contract import Batch, Block, CommandAnswer, Gap, GapReason, Outcome, Reason, StopOrder

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS batch (sequence INTEGER PRIMARY KEY, created REAL NOT NULL, body TEXT NOT NULL,
  thin INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS refused (sequence INTEGER, store TEXT, reason TEXT, at REAL, body TEXT);
CREATE TABLE IF NOT EXISTS last_sample (asset TEXT PRIMARY KEY, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS counter (asset TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS answer (command TEXT PRIMARY KEY, body TEXT NOT NULL,
  sent INTEGER NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS stop (id TEXT PRIMARY KEY, body TEXT NOT NULL);
"""
_ANSWERS_KEPT = 86_400.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """A batch on its way: ``created`` is the wall clock at which it was put aside."""

    sequence: int
    created: float
    body: str


class Store:
    def __init__(self, path: Path, max_batches: int = 200_000, *, beside: bool = False) -> None:
        """``beside``: opened by a command while the gateway may run; what that one carries out now is left to it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None)
        path.chmod(0o600)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(_SCHEMA)
        self._max = max_batches
        if not beside:
            self._interrupted()

    def close(self) -> None:
        self._db.close()

    # --- batches ---

    @property
    def id(self) -> str:
        found = self._meta("store")
        return found if found is not None else self._new_id()

    @property
    def next_sequence(self) -> int:
        return int(self._meta("next") or 1)

    def put(self, blocks: Sequence[Block], gaps: Sequence[Gap], now: float) -> int:
        """Number and keep a batch; returns its sequence. Over the limit the oldest one becomes a gap record."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            sequence = self._append(blocks, gaps, now)
            for block in blocks:
                self._db.execute(
                    "INSERT INTO last_sample VALUES (?1, ?2) ON CONFLICT (asset) DO UPDATE SET at = ?2",
                    (block.asset, block.times[-1]),
                )
        self._thin()
        return sequence

    def oldest(self) -> Waiting | None:
        row = self._db.execute("SELECT sequence, created, body FROM batch ORDER BY sequence LIMIT 1").fetchone()
        return Waiting(*row) if row else None

    def waiting(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM batch").fetchone()[0])

    def forget_until(self, sequence: int) -> None:
        """Drop all batches below ``sequence``: the platform has them."""
        self._db.execute("DELETE FROM batch WHERE sequence < ?", (sequence,))

    def set_aside(self, batch: Waiting, reason: str, now: float) -> None:
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            values = (batch.sequence, self.id, reason, now, batch.body)
            self._db.execute("INSERT INTO refused VALUES (?, ?, ?, ?, ?)", values)
            self._db.execute("DELETE FROM batch WHERE sequence = ?", (batch.sequence,))

    def refused(self) -> list[tuple[int, str]]:
        return [(int(row[0]), str(row[1])) for row in self._db.execute("SELECT sequence, reason FROM refused")]

    def retry_refused(self) -> int:
        """Put every batch that was set aside back at the end of the queue, under a new number; returns how many."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            rows = self._db.execute("SELECT at, body FROM refused ORDER BY rowid").fetchall()
            for at, body in rows:
                batch = Batch.model_validate_json(body)
                self._append(batch.blocks, batch.gaps, at)
            self._db.execute("DELETE FROM refused")
        return len(rows)

    def renumber(self) -> None:
        """The platform's cursor lies before the oldest batch that is still here: go on under a new store id from 1."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            rows = self._db.execute("SELECT created, body FROM batch ORDER BY sequence").fetchall()
            self._db.execute("DELETE FROM batch")
            self._new_id()
            self._set_meta("next", "1")
            for created, body in rows:
                batch = Batch.model_validate_json(body)
                self._append(batch.blocks, batch.gaps, created)

    def last_sample(self, asset: str) -> float | None:
        row = self._db.execute("SELECT at FROM last_sample WHERE asset = ?", (asset,)).fetchone()
        return float(row[0]) if row else None

    # --- commands ---

    def counter(self, asset: str) -> int:
        row = self._db.execute("SELECT value FROM counter WHERE asset = ?", (asset,)).fetchone()
        return int(row[0]) if row else 0

    def use_counter(self, asset: str, value: int, answer: CommandAnswer) -> None:
        """On disk before the write: the counter, and that the command was taken. A crash then leaves it failed."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute(
                "INSERT INTO counter VALUES (?1, ?2) ON CONFLICT (asset) DO UPDATE SET value = max(value, ?2)",
                (asset, value),
            )
            self._keep(answer)

    def keep_answer(self, answer: CommandAnswer) -> None:
        self._keep(answer)

    def answer(self, command: str) -> CommandAnswer | None:
        row = self._db.execute("SELECT body FROM answer WHERE command = ?", (command,)).fetchone()
        return CommandAnswer.model_validate_json(row[0]) if row else None

    def unsent_answers(self, limit: int = 1_000) -> list[CommandAnswer]:
        rows = self._db.execute("SELECT body FROM answer WHERE sent = 0 ORDER BY at LIMIT ?", (limit,))
        return [CommandAnswer.model_validate_json(row[0]) for row in rows]

    def mark_sent(self, answers: Sequence[CommandAnswer]) -> None:
        """Only what was sent in this very form: an answer that moved on in the meantime stays unsent."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            for answer in answers:
                values = (answer.command, answer.model_dump_json())
                self._db.execute("UPDATE answer SET sent = 1 WHERE command = ? AND body = ?", values)
            self._db.execute("DELETE FROM answer WHERE sent = 1 AND at < ?", (time.time() - _ANSWERS_KEPT,))

    def send_again(self, command: str) -> None:
        self._db.execute("UPDATE answer SET sent = 0 WHERE command = ?", (command,))

    # --- stops ---

    def stops(self) -> list[StopOrder]:
        return [StopOrder.model_validate_json(row[0]) for row in self._db.execute("SELECT body FROM stop")]

    def hold_stop(self, order: StopOrder) -> None:
        self._db.execute("INSERT OR REPLACE INTO stop VALUES (?, ?)", (order.id, order.model_dump_json()))

    def drop_stop(self, order_id: str) -> None:
        self._db.execute("DELETE FROM stop WHERE id = ?", (order_id,))

    # --- inside ---

    def _interrupted(self) -> None:
        """Commands that were being carried out when the gateway died: nobody knows how far they came."""
        for row in self._db.execute("SELECT body FROM answer").fetchall():
            answer = CommandAnswer.model_validate_json(row[0])
            if answer.outcome is Outcome.accepted:
                self._keep(answer.model_copy(update={"outcome": Outcome.failed, "reason": Reason.interrupted}))

    def _thin(self) -> None:
        if self.waiting() <= self._max:
            return
        row = self._db.execute("SELECT sequence, body FROM batch WHERE thin = 0 ORDER BY sequence LIMIT 1").fetchone()
        if row is None:
            return
        batch = Batch.model_validate_json(row[1])
        gaps = tuple(
            Gap(asset=b.asset, start=b.times[0], end=b.times[-1] + b.period, reason=GapReason.store_full)
            for b in batch.blocks
        )
        thin = batch.model_copy(update={"blocks": (), "gaps": batch.gaps + gaps})
        self._db.execute("UPDATE batch SET body = ?, thin = 1 WHERE sequence = ?", (thin.model_dump_json(), row[0]))

    def _append(self, blocks: Sequence[Block], gaps: Sequence[Gap], created: float) -> int:
        """A batch under the next number of this store; the caller holds the transaction."""
        sequence = self.next_sequence
        batch = Batch(store=self.id, sequence=sequence, blocks=tuple(blocks), gaps=tuple(gaps))
        values = (sequence, created, batch.model_dump_json())
        self._db.execute("INSERT INTO batch (sequence, created, body) VALUES (?, ?, ?)", values)
        self._set_meta("next", str(sequence + 1))
        return sequence

    def _keep(self, answer: CommandAnswer) -> None:
        values = (answer.command, answer.model_dump_json(), answer.at)
        self._db.execute("INSERT OR REPLACE INTO answer VALUES (?, ?, 0, ?)", values)

    def _meta(self, name: str) -> str | None:
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else None

    def _set_meta(self, name: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def _new_id(self) -> str:
        store = uuid.uuid4().hex
        self._set_meta("store", store)
        return store
