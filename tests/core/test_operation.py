"""Backup and restore bring everything back; doctor names what is wrong and how to mend it."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from apiflask import APIFlask

from lift.core import audit, clock, doctor, files
from lift.core.db import db, transaction
from lift.core.engine_tools import tool_folder
from lift.core.models import AuditEntry, Job, RetentionRun, Tally
from lift.core.retention import table
from tests import engines


def rows_of_everything() -> dict[str, int]:
    tables = db.metadata.sorted_tables
    return {t.name: db.session.scalar(sa.select(sa.func.count()).select_from(t)) or 0 for t in tables}


def test_backup_and_restore_bring_back_rows_and_files(
    committed: APIFlask, servers: engines.Servers, tmp_path: Path, worker_id: str
) -> None:
    with committed.app_context(), transaction() as session:
        session.add(Tally(what="kept", whom="me", window="w", count=3))
        stored = files.put(b"a recording", name="cut.parquet", media_type="application/vnd.apache.parquet")
        digest = stored.sha256
    done = committed.test_cli_runner().invoke(args=["backup", str(tmp_path / "copy")])
    assert (done.exit_code, done.output) == (0, f"backup of schema 0001 written to {tmp_path / 'copy'}\n")
    with committed.app_context():
        before = rows_of_everything()
    with engines.empty_database(servers, f"lift_restore_{worker_id}") as url:
        home = tmp_path / "other"
        home.mkdir()
        with engines.running_app(engines.settings_for(servers, url, home)) as other:
            done = other.test_cli_runner().invoke(args=["restore", str(tmp_path / "copy")])
            assert (done.exit_code, done.output) == (0, f"restored from {tmp_path / 'copy'}; start LIFT again\n")
            with other.app_context():
                assert rows_of_everything() == before
                assert files.path_of(digest).read_bytes() == b"a recording"
            again = other.test_cli_runner().invoke(args=["restore", str(tmp_path / "copy")])
            assert (again.exit_code, "not empty" in again.output) == (1, True)


def test_damaged_backup_is_refused(committed: APIFlask, tmp_path: Path) -> None:
    committed.test_cli_runner().invoke(args=["backup", str(tmp_path / "copy")])
    with (tmp_path / "copy" / "database.dump").open("ab") as dump:
        dump.write(b"x")
    done = committed.test_cli_runner().invoke(args=["restore", str(tmp_path / "copy")])
    assert (done.exit_code, "is damaged" in done.output) == (1, True)


@pytest.mark.usefixtures("database")
def test_doctor_is_content_with_a_fresh_installation(tmp_path: Path) -> None:
    findings = {f.name: f.ok for f in doctor.examine(tmp_path, clock.now())}
    assert findings == dict.fromkeys(
        ("database", "redis", "disk", "clock", "workers", "failed jobs", "retention", "audit chain"), True
    )


@pytest.mark.usefixtures("database")
def test_doctor_names_a_job_that_waits_and_an_old_retention_run(tmp_path: Path) -> None:
    with transaction() as session:
        session.execute(
            sa.insert(Job).values(
                kind="k", arguments={}, state="new", attempts=0, due_at=sa.text("now() - interval '1 hour'")
            )
        )
        session.add(RetentionRun(data_class="x", removed=0, at=clock.now().replace(year=2020)))
    bad = {f.name: f.mend for f in doctor.examine(tmp_path, clock.now()) if not f.ok}
    assert bad == {
        "workers": "start a worker and beat: celery -A workers.app worker",
        "retention": "start beat: celery -A workers.app beat",
    }


@pytest.mark.usefixtures("database")
def test_doctor_names_the_last_closed_day_and_those_that_are_not_in_the_chain(tmp_path: Path) -> None:
    now = clock.now()
    today = (now - audit.SETTLED).date()
    with transaction() as session:
        session.add(AuditEntry(at=now - audit.SETTLED - timedelta(days=4), action="a", thing_kind="k", thing_id="1"))

    def seen() -> tuple[bool, str, str]:
        (found,) = [f for f in doctor.examine(tmp_path, now) if f.name == "audit chain"]
        return found.ok, found.seen, found.mend

    first, yesterday = today - timedelta(days=4), today - timedelta(days=1)
    missing = f"3 older days are not in the chain, the first is {first}"
    assert seen() == (False, f"no day closed yet; {missing}", "start beat: celery -A workers.app beat")
    audit.close_days(now)
    assert seen() == (True, f"the last closed day is {yesterday}", "")


def test_doctor_exits_with_one_and_the_way_out_where_tables_are_missing(
    servers: engines.Servers, tmp_path: Path, worker_id: str
) -> None:
    with (
        engines.empty_database(servers, f"lift_empty_{worker_id}") as url,
        engines.running_app(engines.settings_for(servers, url, tmp_path)) as bare,
    ):
        done = bare.test_cli_runner().invoke(args=["doctor"])
        assert (done.exit_code, "BAD  database: no tables\n     → flask db upgrade" in done.output) == (1, True)


def test_every_class_of_data_states_age_action_and_reason() -> None:
    assert {c.name for c in table()} >= {"done jobs", "idempotency keys", "sent mail"}
    assert all(c.age.days >= 1 and c.action and c.reason for c in table())


def test_tools_of_postgresql_are_found() -> None:
    folder = tool_folder()
    assert shutil.which("pg_dump", path=str(folder)) is not None
