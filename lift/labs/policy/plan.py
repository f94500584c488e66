"""What a verb wants to take, before it is judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lift.core.db import Instants
from lift.core.tallies import TallyKey
from lift.labs.models import Asset, Lab
from lift.labs.policy.holder import has_minute_rules
from lift.labs.policy.quota import minute_keys, week_keys
from lift.labs.policy.rules import Rules, effective_rules
from lift.labs.policy.spans import hull
from lift.labs.policy.wants import Want


@dataclass(frozen=True)
class Plan:
    """Assets of one lab with the rest that is needed, for the parts of one booking."""

    lab: Lab
    assets: Sequence[Asset]
    wants: Sequence[Want]
    parts: tuple[Instants, ...]
    but: UUID | None = None  # the booking that is being changed
    counted_for: tuple[UUID, UUID | None] | None = None  # organisation and holder whose quota counts it

    @property
    def during(self) -> Instants:
        """What people see: from the first start to the last end."""
        return hull(self.parts)

    @property
    def rules(self) -> Rules:
        """Those of the first asset: what a page says about lead time, quota and cancelling."""
        return effective_rules(self.assets[0])

    @property
    def unit_ids(self) -> list[UUID]:
        """Every candidate unit."""
        return [unit for want in self.wants for unit in want.unit_ids]

    @property
    def holder_id(self) -> UUID | None:
        """Whose time it is."""
        return self.counted_for[1] if self.counted_for else None

    @property
    def guards(self) -> tuple[TallyKey, ...]:
        """Tallies that are locked, not moved, while minutes are added up from bookings."""
        return minute_keys(self.lab, *self.counted_for) if self.counted_for and has_minute_rules(self.rules) else ()

    def keys_at(self, start: datetime) -> tuple[TallyKey, ...]:
        """The tallies that would count it if it began at ``start``."""
        return week_keys(self.lab, *self.counted_for, start) if self.counted_for else ()
