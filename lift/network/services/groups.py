"""Working groups: formed, led, meeting."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lift.core import audit
from lift.core.actor import Actor
from lift.core.db import transaction
from lift.core.errors import Problem, require, require_found
from lift.core.i18n import Text
from lift.network import texts
from lift.network.enums import GroupStanding
from lift.network.models import GroupMeeting, GroupMember, WorkingGroup
from lift.network.permissions import can_lead_group, can_work_in_group
from lift.network.services.papers import Upload, kept_file

NOT_INSIDE = Problem("N12", Text(texts.NOT_IN_GROUP), owner="network")
NOT_LEAD = Problem("N12", Text(texts.NOT_GROUP_LEAD), owner="network")


def form_group(slug: str, *, actor: Actor, members: dict[UUID, GroupStanding], **values: Any) -> WorkingGroup:
    """A working group with its members; ``values`` are WorkingGroup's columns."""
    with transaction() as session:
        group = WorkingGroup(slug=slug, **values)
        session.add(group)
        session.flush()
        for organisation_id, standing in members.items():
            session.add(GroupMember(group_id=group.id, organisation_id=organisation_id, standing=standing))
        session.flush()
        audit.record(actor, "network.form_group", "working_group", group.id)
        return group


def name_lead(group_id: UUID, lead_id: UUID | None, deputy_id: UUID | None, *, actor: Actor) -> None:
    """Who leads the group, and who stands in."""
    with transaction() as session:
        require(can_lead_group(actor, group_id), NOT_LEAD)
        values = {"lead_person_id": lead_id, "deputy_person_id": deputy_id}
        session.execute(sa.update(WorkingGroup).where(WorkingGroup.id == group_id).values(**values))
        audit.record(actor, "network.name_lead", "working_group", group_id, after=values)


def record_meeting(
    group_id: UUID, held_on: date, people: str, decisions: str, *, actor: Actor, paper: Upload | None = None
) -> GroupMeeting:
    """The group met: who was there, what it decided (one decision a line), and a paper. Open to all its people."""
    with transaction() as session:
        require_found(session.get(WorkingGroup, group_id))
        require(can_work_in_group(actor, group_id), NOT_INSIDE)
        row = GroupMeeting(
            group_id=group_id, held_on=held_on, people=people.strip(), decisions=decisions.strip(),
            file_id=kept_file(paper).id if paper else None, recorded_by=actor.person_id,
        )  # fmt: skip
        session.add(row)
        session.flush()
        audit.record(actor, "network.record_meeting", "group_meeting", row.id, after={"held_on": held_on.isoformat()})
        return row
