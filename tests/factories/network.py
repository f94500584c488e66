"""Partners, groups and outcomes: straight rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lift.core import clock
from lift.core.db import db
from lift.network.enums import GroupStanding, OutcomeKind, OutcomeState, PartnerState
from lift.network.models import GroupMember, Outcome, Partner, PartnerChange, WorkingGroup
from lift.people.enums import OrganisationKind
from lift.people.models import Organisation
from tests.factories.people import make_organisation


def make_partner(
    name: str, state: PartnerState = PartnerState.ACTIVE, *, kind: OrganisationKind = OrganisationKind.UNIVERSITY,
    since: datetime | None = None, reason: str = "entered", body: dict[str, Any] | None = None, **values: Any,
) -> Organisation:  # fmt: skip
    """A body in the pipeline; ``body`` are the organisation's columns, ``values`` the partner's. Committed."""
    organisation = make_organisation(name, kind=kind, **(body or {}))
    db.session.add(Partner(organisation_id=organisation.id, state=state, **values))
    db.session.flush()
    db.session.add(PartnerChange(organisation_id=organisation.id, state=state, at=since or clock.now(), reason=reason))
    db.session.commit()
    return organisation


def join_group(group: WorkingGroup, body: Organisation, standing: GroupStanding = GroupStanding.MEMBER) -> GroupMember:
    """A place in a group, committed."""
    row = GroupMember(group_id=group.id, organisation_id=body.id, standing=standing)
    db.session.add(row)
    db.session.commit()
    return row


def make_outcome(
    group: WorkingGroup, title: str, state: OutcomeState = OutcomeState.PROPOSED, **values: Any
) -> Outcome:
    """Something the group made, committed."""
    values.setdefault("kind", OutcomeKind.REPORT)
    row = Outcome(group_id=group.id, title={"en": title}, state=state, **values)
    db.session.add(row)
    db.session.commit()
    return row
