"""How the database is opened: the time limits stand in the connection, so no verb can forget them."""

from __future__ import annotations

from typing import Any

LOCK_TIMEOUT_MS = 3_000
STATEMENT_TIMEOUT_MS = 30_000


def engine_options(pool_size: int, *, application: str = "lift") -> dict[str, Any]:
    """Arguments for ``create_engine``: READ COMMITTED, lock and statement limits, UTC."""
    options = f"-c lock_timeout={LOCK_TIMEOUT_MS} -c statement_timeout={STATEMENT_TIMEOUT_MS} -c timezone=UTC"
    return {
        "pool_size": pool_size,
        "max_overflow": pool_size,
        "pool_pre_ping": True,
        "connect_args": {"options": options, "application_name": application, "connect_timeout": 5},
    }
