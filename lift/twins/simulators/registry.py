"""The simulators that a what-if can run, by key."""

from __future__ import annotations

from lift.twins.simulators.base import AnySimulator
from lift.twins.simulators.job_shop import JobShopSimulator
from lift.twins.simulators.line import LineSimulator
from lift.twins.simulators.oven import OvenSimulator

_KNOWN: dict[str, AnySimulator] = {
    simulator.key: simulator for simulator in (LineSimulator(), JobShopSimulator(), OvenSimulator())
}


class UnknownSimulator(LookupError):
    """No simulator has this key."""


def get(key: str) -> AnySimulator:
    """The simulator of this key; UnknownSimulator if there is none."""
    found = _KNOWN.get(key)
    if found is None:
        raise UnknownSimulator(key)
    return found


def listed() -> tuple[AnySimulator, ...]:
    """All simulators, by key."""
    return tuple(_KNOWN[key] for key in sorted(_KNOWN))
