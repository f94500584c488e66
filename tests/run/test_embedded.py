"""The embedded engines: what they keep, whom they run as, what they leave behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from lift.embedded import EngineError, Postgres, ensure_database, start_postgres, start_valkey
from lift.engine_files import blocking_folder, find_postgres_binaries, prepare_home, socket_folder, temporary_home
from lift.processes import Account, engine_account
from lift.running.upgrade import move_data

pytestmark = pytest.mark.integration
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def home() -> Iterator[Path]:
    """A home whose path holds a space and a letter beyond ASCII."""
    outer = temporary_home()
    yield outer / "with a space è"
    shutil.rmtree(outer)


@pytest.fixture
def postgres(home: Path) -> Iterator[Postgres]:
    engine = start_postgres(home, fast=True)
    yield engine
    engine.stop()


def libpq_url(engine: Postgres, database: str) -> str:
    return engine.url(database).replace("postgresql+psycopg:", "postgresql:")


def wait_gone(pid: int, seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        stat = Path(f"/proc/{pid}/stat")
        try:
            if stat.read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.02)
    return False


def test_postgres_restarted_keeps_its_data(home: Path) -> None:
    first = start_postgres(home, fast=True)
    assert ensure_database(first, "lift") is True
    with psycopg.connect(libpq_url(first, "lift")) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('città')")
    first.stop()
    second = start_postgres(home, fast=True)
    try:
        assert ensure_database(second, "lift") is False
        assert second.ask("SELECT word FROM kept", "lift") == ["città"]
    finally:
        second.stop()


def test_postgres_has_the_extensions_the_promises_need(postgres: Postgres) -> None:
    rows = postgres.ask(
        "SELECT name FROM pg_available_extensions WHERE name IN ('btree_gist','pg_trgm','unaccent') ORDER BY 1"
    )
    assert rows == ["btree_gist", "pg_trgm", "unaccent"]


def test_postgres_listens_on_its_socket_only(postgres: Postgres) -> None:
    assert postgres.ask("SHOW listen_addresses") == [""]
    assert postgres.ask("SHOW max_connections") == ["200"]


def test_postgres_started_twice_attaches_to_the_first(postgres: Postgres, home: Path) -> None:
    second = start_postgres(home)
    assert second.process is None
    second.stop()
    assert postgres.ask("SELECT 1") == ["1"]


def test_postgres_runs_as_the_unprivileged_user(postgres: Postgres) -> None:
    assert postgres.process is not None
    account = engine_account()
    assert Path(f"/proc/{postgres.process.pid}").stat().st_uid == account.uid
    assert account.uid != 0
    assert (postgres.data.stat().st_uid, postgres.data.stat().st_mode & 0o777) == (account.uid, 0o700)
    assert postgres.sockets.stat().st_mode & 0o077 == 0


def test_database_name_with_a_quote_is_refused(postgres: Postgres) -> None:
    with pytest.raises(EngineError, match="no name for a database"):
        ensure_database(postgres, 'x"; DROP DATABASE lift; --')


def test_stale_pid_of_another_process_is_removed(home: Path) -> None:
    start_postgres(home, fast=True).stop()
    (home / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{home / 'postgres'}\n")
    again = start_postgres(home, fast=True)
    try:
        assert again.ask("SELECT 1") == ["1"]
    finally:
        again.stop()


def test_data_of_another_major_version_is_not_touched(home: Path) -> None:
    start_postgres(home, fast=True).stop()
    (home / "postgres" / "PG_VERSION").write_text("12\n")
    with pytest.raises(EngineError, match=r"PostgreSQL 12, .* run: python3 run.py upgrade-database"):
        start_postgres(home, fast=True)


def test_upgrade_moves_every_database_and_keeps_the_old_folder(home: Path) -> None:
    account = engine_account()
    engine = start_postgres(home, fast=True)
    ensure_database(engine, "lift")
    engine.ask("CREATE TABLE kept AS SELECT 42 AS answer", "lift")
    engine.stop()
    binaries = find_postgres_binaries(prepare_home(home, account), account)
    kept = move_data(prepare_home(home, account), binaries, binaries, account)
    moved = start_postgres(home, fast=True)
    try:
        assert moved.ask("SELECT answer FROM kept", "lift") == ["42"]
        assert (kept / "PG_VERSION").exists()
    finally:
        moved.stop()


def test_long_home_gets_a_short_socket_folder(home: Path) -> None:
    account = engine_account()
    long_home = prepare_home(home / ("deep/" * 20), account)
    folder = socket_folder(long_home, account)
    try:
        assert len(os.fsencode(folder / ".s.PGSQL.5432")) < 107
        assert folder.stat().st_uid == account.uid
        assert socket_folder(long_home, account) == folder
    finally:
        folder.rmdir()


def test_socket_folder_open_to_others_is_refused(home: Path) -> None:
    account = engine_account()
    socket_folder(prepare_home(home, account), account).chmod(0o755)
    with pytest.raises(EngineError, match="open to others"):
        socket_folder(home, account)


def test_folder_closed_to_the_engines_user_is_left_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "closed"
    inner = closed / "inner"
    inner.mkdir(parents=True)
    closed.chmod(0o700)
    stranger = Account(uid=os.getuid() + 1, gid=os.getgid() + 1, switch=True)
    blocked = blocking_folder(inner, stranger)
    assert blocked is not None
    assert inner.is_relative_to(blocked)
    monkeypatch.setattr("lift.engine_files.SYSTEM_HOME", closed / "system")
    with pytest.raises(EngineError, match=r"^LIFT_HOME: .* cannot enter .*; set LIFT_HOME to"):
        prepare_home(inner, stranger)
    assert closed.stat().st_mode & 0o777 == 0o700


def test_valkey_restarted_keeps_its_data(home: Path) -> None:
    first = start_valkey(home)
    Redis.from_url(first.url).set("kept", "città")
    first.stop()
    second = start_valkey(home)
    try:
        assert Redis.from_url(second.url).get("kept") == "città".encode()
        assert second.broker_url.startswith("redis+socket:///")
    finally:
        second.stop()


def test_parent_killed_hard_takes_the_engines_with_it(home: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from lift.embedded import start_postgres, start_valkey\n"
        "a, b = start_postgres(Path(sys.argv[1]), fast=True), start_valkey(Path(sys.argv[1]), fast=True)\n"
        "print(a.process.pid, b.process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(home)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pids = [int(word) for word in parent.stdout.readline().split()]
        parent.send_signal(signal.SIGKILL)
    assert [wait_gone(pid) for pid in pids] == [True, True]
