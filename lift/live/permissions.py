"""Who may, at a bench. A right is computed by whoever knows the people of a booking, and arrives here as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from lift.core.actor import Actor, Role, Scope
from lift.core.errors import Problem
from lift.labs.models import Asset, Booking
from lift.labs.permissions import can_see_desk
from lift.live.models import Bench


@dataclass(frozen=True)
class BenchRight:
    """What one person may do on the benches of one booking and asset.

    ``works``: stands on the booking (holder, roster). ``trains``: a trainer of the booking's session. ``supervises``:
    trainer of the session or staff of the lab. ``has_trainer``: a trainer stands in the same bundle, as the class
    "supervised" wants. ``rearms``: may release a lab stop. ``missing``: what a person who works or trains here still
    lacks before driving (qualified now, briefed today, twin check).
    """

    works: bool = False
    trains: bool = False
    supervises: bool = False
    has_trainer: bool = False
    rearms: bool = False
    missing: tuple[Problem, ...] = ()


NO_RIGHT = BenchRight()
RightOf = Callable[[Actor, Booking, Asset], BenchRight | None]


def is_lab_staff(actor: Actor, lab_id: UUID) -> bool:
    """Manager or technician of this lab."""
    return actor.is_system or any(
        actor.has(role, Scope.LAB, lab_id) for role in (Role.LAB_MANAGER, Role.LAB_TECHNICIAN)
    )


def can_open_bench(right: BenchRight) -> bool:
    """People of the booking, and those who supervise it."""
    return right.works or right.supervises


def can_drive(right: BenchRight) -> bool:
    """Roster or holder, and the session's trainers; what they lack still stands in ``right.missing``.

    An hour belongs to those who booked it. Who only supervises it (technicians and the manager of the lab) watches,
    stops, gives and takes away, and books an own hour to drive: so every driver was asked for the qualification.
    """
    return right.works or right.trains


def can_see_bench(actor: Actor, bench: Bench, right: BenchRight) -> bool:
    """Whoever works on it, whoever stands on the same booking, whoever supervises, and who releases its lab stops."""
    return is_own_bench(actor, bench) or can_open_bench(right) or right.rearms


def is_own_bench(actor: Actor, bench: Bench) -> bool:
    """The person's own, while acting for the organisation that it was opened for."""
    return actor.person_id == bench.person_id and actor.organisation_id == bench.organisation_id


def can_stop(actor: Actor, bench: Bench, right: BenchRight) -> bool:
    """Anyone who may see the bench: Stop asks for nothing more (X9)."""
    return can_see_bench(actor, bench, right)


def can_supervise(right: BenchRight) -> bool:
    """Gives and takes back controls."""
    return right.supervises


def can_extend(right: BenchRight, booking: Booking) -> bool:
    """Whoever works in an own booking; in a session, whose hour it is for all, the people who supervise it."""
    return right.supervises or (right.works and booking.session_id is None)


def can_press_lab_stop(actor: Actor, lab_id: UUID, right: BenchRight) -> bool:
    """Trainer or lab; the same people release a Stop."""
    return right.supervises or is_lab_staff(actor, lab_id)


def can_rearm(actor: Actor, lab_id: UUID, right: BenchRight) -> bool:
    """Lab staff, or a trainer who holds re-arm for this asset today."""
    return right.rearms or is_lab_staff(actor, lab_id)


def can_read_values(actor: Actor, asset: Asset, *, on_bench: bool) -> bool:
    """What a machine says is for those at its bench and for the lab; of a public machine for everybody."""
    return asset.public_tile or on_bench or can_see_desk(actor, asset.lab)


def can_manage_gateway(actor: Actor, lab_id: UUID) -> bool:
    """The manager of the gateway's lab."""
    return actor.is_system or actor.has(Role.LAB_MANAGER, Scope.LAB, lab_id)
