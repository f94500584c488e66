"""Settings: every one comes from the environment, every fault is told at once as ``NAME: what is wrong, example``.

``Settings.load(environ)`` is the only reader. A name that begins with ``LIFT_`` and is not listed here is a fault, so a
typing error never passes silently. ``docs/settings.md`` is held to this table by a test.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from lift.engine_files import default_home

ROOT = Path(__file__).resolve().parent


class SettingsError(Exception):
    """One or more settings cannot be used. ``faults`` holds one line each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Setting:
    """One row of the table: environment name, how it is read, default, example, one sentence for the docs."""

    name: str
    kind: type
    default: Any
    example: str
    about: str
    choices: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None


TABLE: tuple[Setting, ...] = (
    Setting("PORT", int, 8000, "8000", "Port of the web server that `make run` starts.", low=1, high=65535),
    Setting("HOST", str, "127.0.0.1", "192.0.2.7", "Address that the web server of `make run` listens on."),
    Setting(
        "LIFT_HOME",
        Path,
        None,
        "/var/lib/lift",
        "Folder for secrets, embedded engines, files; empty: var/ here, for root a folder below /var/lib/lift.",
    ),
    Setting(
        "LIFT_MODE",
        str,
        "demo",
        "production",
        "demo, production or test; demo shows the demo accounts.",
        ("demo", "production", "test"),
    ),
    Setting(
        "LIFT_DATABASE_URL",
        str,
        "",
        "postgresql+psycopg://lift@db/lift",
        "PostgreSQL 15 or newer; empty: the embedded one.",
    ),
    Setting("LIFT_REDIS_URL", str, "", "redis://redis:6379/0", "Redis or Valkey; empty: the embedded one."),
    Setting(
        "LIFT_PUBLIC_URL", str, "", "https://lift.example", "Address people use; goes into mails, cards and QR codes."
    ),
    Setting("LIFT_SECRET_KEY", str, "", "64 random characters", "Signs cookies; empty: generated once into LIFT_HOME."),
    Setting(
        "LIFT_SECRET_KEY_PREVIOUS", str, "", "64 random characters", "The key before the last rotation; still read."
    ),
    Setting(
        "LIFT_SMTP_URL", str, "", "smtp://mail.example:587", "Where mail leaves; empty: files under LIFT_HOME/mail."
    ),
    Setting("LIFT_MAIL_FROM", str, "LIFT <no-reply@lift.example>", "LIFT <no-reply@lift.example>", "Sender of mails."),
    Setting("LIFT_LANGUAGES", str, "en,it,de", "en,it,de", "Languages offered, the first is the default."),
    Setting("LIFT_LOG_FORMAT", str, "console", "json", "console or json.", ("console", "json")),
    Setting(
        "LIFT_LOG_LEVEL", str, "INFO", "INFO", "Lowest level that is logged.", ("DEBUG", "INFO", "WARNING", "ERROR")
    ),
    Setting(
        "LIFT_COOKIE_SECURE", bool, False, "true", "Send cookies over HTTPS only; production refuses to start without."
    ),
    Setting("LIFT_TRUSTED_PROXIES", int, 0, "1", "How many proxies in front set X-Forwarded-*.", low=0, high=5),
    Setting("LIFT_POOL_SIZE", int, 20, "20", "Database connections kept by one web process.", low=1, high=200),
    Setting("LIFT_UPLOAD_LIMIT_MB", int, 20, "20", "Largest request body.", low=1, high=500),
    Setting(
        "LIFT_OIDC_ISSUER", str, "", "https://login.example", "OpenID provider for sign-in by institution; empty: off."
    ),
    Setting("LIFT_OIDC_CLIENT_ID", str, "", "lift", "Client id at the OpenID provider."),
    Setting("LIFT_OIDC_CLIENT_SECRET", str, "", "a secret", "Client secret at the OpenID provider."),
    Setting(
        "LIFT_CALENDAR_HOSTS",
        str,
        "",
        "rooms.uni.example,10.1.2.3:8080",
        "Hosts inside your network whose calendars may be read, TLS or not; all others only at public addresses over https.",
    ),
    Setting("LIFT_CHROMIUM", str, "", "/usr/bin/chromium", "Browser for the browser tests; empty: found on PATH."),
    Setting(
        "LIFT_TEST_DATABASE_URL",
        str,
        "",
        "postgresql+psycopg://postgres@localhost/postgres",
        "Server for the tests instead of the embedded one (a role that may create databases).",
    ),
    Setting(
        "LIFT_TEST_REDIS_URL", str, "", "redis://localhost:6379/9", "Redis for the tests instead of the embedded one."
    ),
    Setting(
        "LIFT_TEST_ROOT", str, "", "/srv/lift-test", "Folder for the engines of a test run; empty: a temporary one."
    ),
)


@dataclass(frozen=True)
class Settings:
    """All settings, typed. Field names are the setting names without ``LIFT_``, in lower case."""

    port: int
    home: Path
    mode: str
    database_url: str
    redis_url: str
    public_url: str
    secret_key: str
    secret_key_previous: str
    smtp_url: str
    mail_from: str
    languages: tuple[str, ...]
    log_format: str
    log_level: str
    cookie_secure: bool
    trusted_proxies: int
    pool_size: int
    upload_limit_mb: int
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str
    calendar_hosts: tuple[str, ...]

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the environment. Raises SettingsError with every fault found."""
        env = os.environ if environ is None else environ
        faults: list[str] = [f"{n}: no such setting, see docs/settings.md" for n in sorted(_unknown(env))]
        values = {s.name: _read(s, env.get(s.name, ""), faults) for s in TABLE}
        values["LIFT_HOME"] = values["LIFT_HOME"] or default_home(ROOT)
        faults += _cross_checks(values)
        if faults:
            raise SettingsError(faults)
        wanted = {f.name for f in fields(cls)}
        named = {n.removeprefix("LIFT_").lower(): v for n, v in values.items()}
        for name in ("languages", "calendar_hosts"):
            named[name] = tuple(part.strip() for part in str(named[name]).split(",") if part.strip())
        named["secret_key"] = named["secret_key"] or stored_secret(Path(named["home"]), "secret_key")
        named["public_url"] = (named["public_url"] or f"http://127.0.0.1:{named['port']}").rstrip("/")
        return cls(**{n: v for n, v in named.items() if n in wanted})


def stored_secret(home: Path, name: str) -> str:
    """The secret kept under ``home``, made on first use with mode 600 (32 random bytes, URL-safe text)."""
    path = home / "secrets" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
                out.write(secrets.token_urlsafe(48))
        except FileExistsError:
            pass  # another process was first: its value counts
    return path.read_text().strip()


def _unknown(env: Mapping[str, str]) -> set[str]:
    return {n for n in env if n.startswith("LIFT_")} - {s.name for s in TABLE}


def _read(setting: Setting, raw: str, faults: list[str]) -> Any:
    if raw == "":
        return setting.default
    problem = ""
    value: Any = raw
    if setting.kind is bool:
        value, problem = _read_bool(raw)
    elif setting.kind is int:
        value, problem = _read_int(setting, raw)
    elif setting.kind is Path:
        value = Path(raw).expanduser().resolve()
    elif setting.choices and raw not in setting.choices:
        problem = f"{raw!r} is not one of {', '.join(setting.choices)}"
    if problem:
        faults.append(f"{setting.name}: {problem}, example {setting.example}")
        return setting.default
    return value


def _read_bool(raw: str) -> tuple[bool, str]:
    word = raw.lower()
    if word in {"1", "true", "yes", "on"}:
        return True, ""
    return False, "" if word in {"0", "false", "no", "off"} else f"{raw!r} is neither true nor false"


def _read_int(setting: Setting, raw: str) -> tuple[int, str]:
    if not raw.lstrip("-").isdigit():
        return 0, f"{raw!r} is not a whole number"
    value = int(raw)
    if (setting.low is not None and value < setting.low) or (setting.high is not None and value > setting.high):
        return 0, f"{value} is not between {setting.low} and {setting.high}"
    return value, ""


def _cross_checks(values: Mapping[str, Any]) -> list[str]:
    faults = []
    url = str(values["LIFT_DATABASE_URL"])
    if url and not url.startswith("postgresql+psycopg://"):
        faults.append("LIFT_DATABASE_URL: only PostgreSQL through psycopg 3, example postgresql+psycopg://lift@db/lift")
    redis = str(values["LIFT_REDIS_URL"])
    if redis and not redis.startswith(("redis://", "rediss://", "unix://")):
        faults.append("LIFT_REDIS_URL: unknown scheme, example redis://redis:6379/0")
    if values["LIFT_MODE"] == "production":
        if not values["LIFT_COOKIE_SECURE"]:
            faults.append("LIFT_COOKIE_SECURE: production sends cookies over HTTPS only, example true")
        if not str(values["LIFT_PUBLIC_URL"]).startswith("https://"):
            faults.append("LIFT_PUBLIC_URL: production needs the public https address, example https://lift.example")
    return faults
