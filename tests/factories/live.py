"""A lab with a machining cell, its gateway, a booking that runs now, and a gateway that speaks the real contract."""

from __future__ import annotations

import time
import tomllib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.dialects.postgresql import Range

from lift.core import clock
from lift.core.actor import Actor, Role, Scope
from lift.core.db import db
from lift.edge import virtual
from lift.edge.contract import (
    AssetReport,
    AssetSpec,
    Batch,
    Block,
    EmergencyStop,
    Gap,
    Heartbeat,
    HeartbeatAnswer,
    ItemState,
    OperationMode,
    ReportedValue,
)
from lift.labs.enums import AccessClass, BookingStatus, ResourceKind
from lift.labs.models import Asset, AssetType, Booking, Claim, Lab, Qualification, Resource, Unit
from lift.live.models import AssetLink, Gateway
from lift.live.queries.door import token_hash
from lift.people.models import Organisation, Person
from tests.factories.people import actor_for, make_company, make_learner, make_organisation, make_person

_numbers = count(1)
CELL = Path(virtual.__file__).with_name("machining_cell.toml")


def cell_spec() -> AssetSpec:
    """What the virtual machining cell offers, from its own description."""
    described = tomllib.loads(CELL.read_text(encoding="utf-8"))
    return AssetSpec.model_validate({"variables": described["variables"], "actions": described["actions"]})


@dataclass
class Cell:
    """A connected machining cell and the token of its gateway."""

    lab: Lab
    asset: Asset
    gateway: Gateway
    token: str


def make_cell(organisation: Organisation | None = None, *, key: str | None = None, **values: Any) -> Cell:
    """A lab in Milan with one connected machining cell, driveable by anybody qualified."""
    number = next(_numbers)
    organisation = organisation or make_organisation()
    lab = Lab(organisation_id=organisation.id, slug=f"lab-{number}", name=f"Laboratorio {number}", zone="Europe/Rome",
              country="IT", city="Milano")  # fmt: skip
    db.session.add(lab)
    if db.session.get(AssetType, "machining_cell") is None:
        db.session.add(AssetType(key="machining_cell", title={"en": "Machining cell"}, capabilities=["opcua"]))
    db.session.flush()
    today = clock.now().date()
    owner = make_person("Oreste Responsabile", organisation)
    fields: dict[str, Any] = {
        "access": AccessClass.FREE,
        "safe_state": {"en": "Spindle and axes stop, the door stays closed."},
        "emergency_stop_place": {"en": "Left of the door."},
        "risk_assessed_on": today,
        "risk_review_on": today + timedelta(days=365),
        "commissioned_on": today,
        "owner_person_id": owner.id,
    } | values
    asset = Asset(lab_id=lab.id, type_key="machining_cell", key=key or f"cell-{number}", name=f"Machining cell {number}",
                  connected=True, **fields)  # fmt: skip
    token = f"test-token-{uuid4()}"
    gateway = Gateway(lab_id=lab.id, key=f"gw-{number}", token_hash=token_hash(token))
    db.session.add_all([asset, gateway])
    db.session.flush()
    db.session.add(AssetLink(asset_id=asset.id, gateway_id=gateway.id, spec=cell_spec().model_dump(mode="json")))
    db.session.flush()
    return Cell(lab, asset, gateway, token)


def make_booking(
    cell: Cell, holder: Person, organisation: Organisation | UUID, *, starts_in: float = -600.0, lasts: float = 3600.0,
    session_id: UUID | None = None, status: BookingStatus = BookingStatus.CONFIRMED,
) -> Booking:  # fmt: skip
    """A booking of the cell's lab that began ``starts_in`` seconds from now and lasts ``lasts`` seconds."""
    start = clock.now() + timedelta(seconds=starts_in)
    booking = Booking(
        code=f"B{next(_numbers):05d}",
        lab_id=cell.lab.id,
        organisation_id=organisation if isinstance(organisation, UUID) else organisation.id,
        holder_id=holder.id,
        session_id=session_id,
        status=status,
        during=Range(start, start + timedelta(seconds=lasts), bounds="[)"),
    )
    db.session.add(booking)
    db.session.flush()
    return booking


def end_booking_in(booking: Booking, seconds: float) -> datetime:
    """Move the end of a booking; returns it."""
    end = clock.now() + timedelta(seconds=seconds)
    booking.during = Range(booking.during.lower, end, bounds="[)")
    db.session.commit()
    return end


@dataclass
class FakeGateway:
    """Speaks the contract through a test client, says what it is told to say, keeps what it was answered."""

    client: FlaskClient
    token: str
    asset: str
    store: str = field(default_factory=lambda: uuid4().hex)
    sequence: int = 1
    values: dict[str, Any] = field(default_factory=lambda: {"FeedOverride": 100.0, "ItemState": "Executing"})
    item_state: ItemState = ItemState.executing

    def report(self, **changes: Any) -> AssetReport:
        now = time.time()
        values: dict[str, Any] = {
            "asset": self.asset,
            "link": True,
            "item_state": self.item_state,
            "operation_mode": OperationMode.processing,
            "watchdog_ok": True,
            "interlock_ok": True,
            "emergency_stop": EmergencyStop.clear,
            "reported": {name: ReportedValue(value=v, source_time=now) for name, v in self.values.items()},
        } | changes
        return AssetReport(**values)

    def post(self, path: str, body: str | bytes) -> Any:
        """A request in its own session; the test's own work is committed first, so that its roll-backs spare this one."""
        db.session.commit()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        return self.client.post(path, data=body, headers=headers)

    def heartbeat(self, *, report: dict[str, Any] | None = None, **changes: Any) -> Any:
        """The raw response to a heartbeat."""
        values: dict[str, Any] = {
            "gateway_version": "0.1",
            "store": self.store,
            "next_sequence": self.sequence,
            "monotonic": time.monotonic(),
            "sent_at": time.time(),
            "assets": (self.report(**(report or {})),),
        } | changes
        return self.post("/edge/v1/heartbeat", Heartbeat(**values).model_dump_json())

    def beat(self, **changes: Any) -> HeartbeatAnswer:
        """A heartbeat that must be answered."""
        response = self.heartbeat(**changes)
        assert response.status_code == 200, response.text
        return HeartbeatAnswer.model_validate_json(response.data)

    def block(self, start: float, samples: int = 4, period: float = 0.5, **columns: list[Any]) -> Block:
        times = tuple(start + i * period for i in range(samples))
        variables = {name: tuple(values) for name, values in columns.items()} or {
            "SpindleLoad": tuple(40.0 + i for i in range(samples))
        }
        return Block(asset=self.asset, times=times, variables=variables, period=period)

    def batch(self, *blocks: Block, gaps: tuple[Gap, ...] = (), sequence: int | None = None) -> Any:
        """Send a batch under the next number (or ``sequence``); the raw response."""
        number = self.sequence if sequence is None else sequence
        if sequence is None:
            self.sequence += 1
        return self.post(
            "/edge/v1/batches", Batch(store=self.store, sequence=number, blocks=blocks, gaps=gaps).model_dump_json()
        )


@dataclass
class Hour:
    """A person with a booking of a cell that runs now, the gateway heard of, and the claims that go with it."""

    cell: Cell
    person: Person
    organisation: Organisation
    booking: Booking

    @property
    def actor(self) -> Actor:
        return actor_for(self.person)


def qualify(person: Person, *items: str) -> None:
    """Give a person qualifications for machining cells."""
    for item in items:
        db.session.add(
            Qualification(person_id=person.id, type_key="machining_cell", item=item, access=AccessClass.FREE)
        )
    db.session.flush()


def claim_asset(cell: Cell, booking: Booking) -> None:
    """The claim of the cell for the booking's time."""
    resource = db.session.scalar(sa.select(Resource).filter_by(kind=ResourceKind.ASSET, asset_id=cell.asset.id))
    if resource is None:
        resource = Resource(kind=ResourceKind.ASSET, lab_id=cell.lab.id, asset_id=cell.asset.id, name=cell.asset.name)
        resource.units = [Unit(number=1)]
        db.session.add(resource)
        db.session.flush()
    db.session.add(Claim(unit_id=resource.units[0].id, booking_id=booking.id, during=booking.during))
    db.session.flush()


def make_hour(cell: Cell | None = None, person: Person | None = None, *, qualified: bool = True, **values: Any) -> Hour:
    """A learner of a company who has the cell now."""
    cell = cell or make_cell()
    if person is None:
        company = make_company()
        person = make_learner(company)
    else:
        company = db.session.get_one(Organisation, actor_for(person).organisation_id)
    booking = make_booking(cell, person, company, **values)
    claim_asset(cell, booking)
    if qualified:
        qualify(person, "twin_check", "signoff")
    return Hour(cell, person, company, booking)


def make_lab_manager(cell: Cell) -> Person:
    """The manager of the cell's lab."""
    owner = db.session.get_one(Organisation, cell.lab.organisation_id)
    return make_person("Marta Laboratori", owner, [(Role.LAB_MANAGER, Scope.LAB, cell.lab.id)])
