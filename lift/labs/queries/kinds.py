"""Kinds of assets."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from lift.core.db import db
from lift.labs.models import AssetType


def asset_types() -> Sequence[AssetType]:
    """All kinds, by key."""
    return db.session.scalars(sa.select(AssetType).order_by(AssetType.key)).all()
