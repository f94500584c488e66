"""Who may. A lab is run by its managers and technicians; the members of its organisation work there."""

from __future__ import annotations

from uuid import UUID

from lift.core.actor import Actor, Role, Scope
from lift.labs.models import Booking, Lab


def can_run_lab(actor: Actor, lab: Lab) -> bool:
    """Books for anybody, blocks assets, changes every booking of the lab."""
    return actor.is_system or any(
        actor.has(role, Scope.LAB, lab.id) for role in (Role.LAB_MANAGER, Role.LAB_TECHNICIAN)
    )


def can_see_desk(actor: Actor, lab: Lab) -> bool:
    """Sees who booked what: the people who run the lab and those who act for its organisation."""
    return can_run_lab(actor, lab) or actor.organisation_id == lab.organisation_id


def can_book(actor: Actor, lab: Lab, *, members_book: bool) -> bool:
    """``members_book`` is the rule in force at the asset."""
    return can_run_lab(actor, lab) or (members_book and actor.organisation_id == lab.organisation_id)


def can_see_booking(actor: Actor, booking: Booking) -> bool:
    """Its holder, people acting for the organisation that booked, and those who see the lab's desk."""
    mine = actor.person_id is not None and booking.holder_id == actor.person_id
    return mine or booking.organisation_id == actor.organisation_id or can_see_desk(actor, booking.lab)


def can_change_booking(actor: Actor, booking: Booking) -> bool:
    """Its holder or maker while acting for the organisation that booked, and the people who run the lab."""
    mine = actor.person_id is not None and actor.person_id in (booking.holder_id, booking.created_by)
    return (mine and booking.organisation_id == actor.organisation_id) or can_run_lab(actor, booking.lab)


def can_set_rules(actor: Actor, lab: Lab) -> bool:
    """Sets rules and hours, names approvers, adds assets: the lab's managers and the organisation's administrators."""
    return actor.has(Role.LAB_MANAGER, Scope.LAB, lab.id) or can_add_lab(actor, lab.organisation_id)


def can_add_lab(actor: Actor, organisation_id: UUID | None) -> bool:
    """Opens a new lab: the administrators of the organisation."""
    return actor.is_system or (
        organisation_id is not None and actor.has(Role.PARTNER_ADMIN, Scope.PARTNER, organisation_id)
    )
