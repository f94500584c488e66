"""What a person lacks before driving a kind of machine, by the lab's own record of qualifications."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from lift.core import clock
from lift.core.db import db
from lift.core.errors import Problem
from lift.core.i18n import Text
from lift.labs.models import Asset, Qualification
from lift.live import texts

NEEDED = (("twin_check", texts.TWIN_CHECK), ("signoff", texts.SIGN_OFF))


def qualification_problems(person_id: UUID, asset: Asset) -> tuple[Problem, ...]:
    """What the person lacks *now* for this kind of machine (M8, X20)."""
    now = clock.now()
    query = sa.select(Qualification.item).where(
        Qualification.person_id == person_id,
        Qualification.type_key == asset.type_key,
        Qualification.revoked_at.is_(None),
        Qualification.valid_from <= now,
        sa.or_(Qualification.valid_until.is_(None), Qualification.valid_until > now),
    )
    held = set(db.session.scalars(query))
    return tuple(
        Problem("B7", Text(texts.NOT_QUALIFIED.msgid, {"asset": asset.name, "what": Text(words)}), owner="training")
        for item, words in NEEDED
        if item not in held
    )
