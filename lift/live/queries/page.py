"""The bench as its page needs it, read with a constant number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lift.edge.contract import AssetSpec, VariableSpec
from lift.labs.models import Asset
from lift.live.enums import BenchMode, Freshness, StopKind
from lift.live.models import Bench, BenchEvent, ControlGrant, Cut, Recording, Stop
from lift.live.queries import bench as benches
from lift.live.queries import samples as sampled
from lift.live.queries.bench import Link, Place
from lift.live.queries.samples import Reading
from lift.twins.models import Twin, TwinSession
from lift.twins.queries import twin_sessions

EVENTS_SHOWN = 8


@dataclass(frozen=True)
class BenchSeen:
    """Everything that the page shows, before it is put into words."""

    bench: Bench
    place: Place
    recording: Recording
    link: Link
    readings: dict[str, Reading]
    driver: tuple[ControlGrant, str] | None
    stops: Sequence[Stop]
    events: Sequence[BenchEvent]
    cuts: Sequence[Cut]
    twin: Twin | None
    session: TwinSession | None
    now: datetime

    @property
    def drives(self) -> bool:
        """This bench has the controls."""
        return self.driver is not None and self.driver[0].bench_id == self.bench.id

    @property
    def asset(self) -> Asset:
        """The asset of the bench."""
        return self.place.asset

    @property
    def place_name(self) -> str:
        """The lab's town, beside its clock."""
        return self.place.lab.city

    @property
    def is_heard(self) -> bool:
        """Any value of the machine is live."""
        return any(reading.freshness is Freshness.LIVE for reading in self.readings.values())

    @property
    def is_lab_stopped(self) -> bool:
        """A lab stop stands."""
        return any(stop.kind is StopKind.LAB_STOP for stop in self.stops)

    @property
    def twin_stopped(self) -> bool:
        """The copy was stopped and nobody took its controls again."""
        return self.session is not None and self.session.stopped

    @property
    def is_twin(self) -> bool:
        """The computer copy answers."""
        return self.bench.mode is BenchMode.TWIN

    @property
    def stop(self) -> Stop | None:
        """The standing stop that is told first: a lab stop before any other."""
        latched = [stop for stop in self.stops if stop.kind is StopKind.LAB_STOP]
        standing = latched or list(self.stops)
        return standing[0] if standing else None

    @property
    def values(self) -> dict[str, Any]:
        """The last known values by name."""
        return {name: reading.value for name, reading in self.readings.items()}

    def value(self, name: str) -> Any:
        """The last known value of a variable."""
        reading = self.readings.get(name)
        return reading.value if reading else None


def bench_seen(bench: Bench, place: Place, now: datetime) -> BenchSeen:
    """Read all of it, as of ``now``."""
    link = benches.link_of(bench.asset_id)
    session = twin_sessions.session_of(bench.person_id, bench.asset_id)
    if bench.mode is BenchMode.TWIN:
        readings = copy_readings(session, link, now)
    else:
        readings = sampled.state_of(bench.asset_id, link, now)
    if bench.recording is None:
        raise LookupError(f"bench {bench.id} has no recording")
    return BenchSeen(
        bench=bench,
        place=place,
        recording=bench.recording,
        link=link,
        readings={reading.name: reading for reading in readings},
        driver=benches.driver_of(bench.asset_id),
        stops=benches.standing_stops(bench.asset_id),
        events=benches.events_of(bench),
        cuts=benches.cuts_of(bench.recording.id),
        twin=twin_sessions.twin_of(bench.asset_id),
        session=session,
        now=now,
    )


def copy_readings(session: TwinSession | None, link: Link, now: datetime) -> list[Reading]:
    """What the computer copy says of the asset's variables: simulated, never live."""
    values = twin_sessions.values_of(session) if session else {}
    at = now.timestamp()
    return [
        Reading(v.name, values.get(v.name), v.unit, "good", at, at, Freshness.SIMULATED, v.period)
        for v in link.spec.variables
    ]


def controls_of(asset: Asset, spec: AssetSpec) -> list[tuple[VariableSpec, dict[str, Any]]]:
    """What a learner with the controls may set: what the lab chose (``asset.rules["controls"]``), else all that is writable.

    The lab's choice may only narrow the machine's own bounds; its titles come along.
    """
    chosen = asset.rules.get("controls")
    if not isinstance(chosen, list):
        return [(variable, {}) for variable in spec.variables if variable.writable]
    found = []
    for row in chosen:
        variable = spec.variable(str(row.get("variable")))
        if variable is not None and variable.writable:
            found.append((narrowed(variable, row), row))
    return found


def narrowed(variable: VariableSpec, row: dict[str, Any]) -> VariableSpec:
    """The variable within the lab's closer bounds."""
    low = variable.low if row.get("low") is None else max(float(row["low"]), variable.low or float(row["low"]))
    high = variable.high if row.get("high") is None else min(float(row["high"]), variable.high or float(row["high"]))
    return variable.model_copy(update={"low": low, "high": high})


def spec_for(asset: Asset, spec: AssetSpec) -> AssetSpec:
    """The asset's spec as this lab lets learners drive it: what is not chosen is read only, bounds are the closer ones."""
    chosen = {variable.name: variable for variable, _ in controls_of(asset, spec)}
    variables = tuple(
        chosen.get(variable.name, variable.model_copy(update={"writable": False})) for variable in spec.variables
    )
    return spec.model_copy(update={"variables": variables})
