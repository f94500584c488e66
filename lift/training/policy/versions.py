"""May a session take another version of its module? Pure (A4, A7)."""

from __future__ import annotations

from datetime import datetime

from lift.content.enums import VersionState
from lift.content.models import ModuleVersion
from lift.core.errors import Problem
from lift.core.i18n import Text
from lift.training import texts
from lift.training.models import PilotSession


def update_problems(
    session: PilotSession, old: ModuleVersion, new: ModuleVersion, started: int, now: datetime
) -> list[Problem]:
    """Of the same module and published; nobody has begun; the machine stays the same; the session is not over."""
    offered = new.module_id == old.module_id and new.state in (VersionState.PUBLISHED, VersionState.RETIRED)
    other_machine = old.requirements.get("asset_type") != new.requirements.get("asset_type")
    found = (
        (new.id == old.id, Text(texts.NO_NEWER)),
        (not offered, Text(texts.NOT_OFFERED)),
        (session.ends_at <= now, Text(texts.SESSION_OVER)),
        (started > 0, Text(texts.HAS_STARTED, {"n": started})),
        (offered and other_machine, Text(texts.OTHER_MACHINE)),
    )
    return [Problem("A4", text, owner="training", field="version") for broken, text in found if broken]
