"""Refusals that staff waived: kept with their reason, told to the lab's managers once a week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from lift.core import audit, mail
from lift.core.actor import Actor
from lift.core.db import db, transaction
from lift.core.errors import Problem
from lift.core.i18n import Text, in_language
from lift.labs import texts
from lift.labs.models import Booking, Lab, RuleOverride
from lift.labs.permissions import can_run_lab, can_set_rules
from lift.labs.policy.overrides import Waiver
from lift.labs.queries.managers import managers_of
from lift.labs.queries.overrides import untold_overrides
from lift.labs.queries.people import addresses_of


def waiver_of(actor: Actor, lab: Lab, reason: str) -> Waiver | None:
    """None for people who do not run the lab, and without a reason."""
    return Waiver(reason, can_set_rules(actor, lab)) if reason.strip() and can_run_lab(actor, lab) else None


def note_waived(booking: Booking, waived: Sequence[Problem], reason: str, actor: Actor) -> None:
    """One row a refusal, in the transaction of the booking."""
    for problem in waived:
        row = RuleOverride(
            lab_id=booking.lab_id, booking_id=booking.id, rule=problem.rule, said=str(problem.text), reason=reason.strip(),
            made_by=actor.person_id,
        )  # fmt: skip
        db.session.add(row)
        audit.record(actor, "labs.waive", "booking", booking.id, after={"rule": problem.rule}, reason=reason)


def tell_overrides(lab_id: UUID, now: datetime, *, public_url: str) -> int:
    """One letter to each manager with everything that no letter has named yet; returns how many refusals that were."""
    with transaction() as session:
        lab = session.get_one(Lab, lab_id, with_for_update={"key_share": True})
        rows = untold_overrides(lab_id)
        lines = "\n".join(f"- {row.made_at:%Y-%m-%d} {row.by}: {row.said} ({row.reason})" for row in rows)
        words = {"lab": lab.name, "n": len(rows), "lines": lines, "url": f"{public_url}/labs/{lab.slug}/rules"}
        for person in addresses_of(managers_of(lab_id)) if rows else ():
            mail.queue_mail(
                person.address, event=f"overrides:{lab_id}:{now.date()}", kind="labs.overrides",
                subject=in_language(Text(texts.OVERRIDES_SUBJECT, words), person.language),
                body=in_language(Text(texts.OVERRIDES_BODY, words | {"name": person.name}), person.language),
            )  # fmt: skip
        told = sa.update(RuleOverride).where(RuleOverride.lab_id == lab_id, RuleOverride.told_at.is_(None))
        session.execute(told.values(told_at=now).execution_options(synchronize_session=False))
        return len(rows)
