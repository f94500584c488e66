"""What every simulator is: typed parameters in, a typed result of figures with intervals out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from lift.measures import intervals
from lift.measures.intervals import Change

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


class SimulationCancelled(Exception):
    """The person asked to stop; `done` of `total` units were finished."""

    def __init__(self, done: int, total: int) -> None:
        super().__init__(f"cancelled after {done} of {total}")
        self.done = done
        self.total = total


class Parameters(BaseModel):
    """Inputs of a simulator. Each field has title, limits and default; unit, step, group in json_schema_extra."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Frozen(BaseModel):
    """A part of a result."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Figure(Frozen):
    """One number of a result: mean and half width of the 95 % interval, and the value of each replication.

    `label` is a source text, `unit` a symbol ("share" for 0..1). `values` has None where a replication has no value.
    `mean` is None if none has; `half_width` with fewer than two.
    """

    key: str
    label: str
    unit: str
    mean: float | None
    half_width: float | None
    values: tuple[float | None, ...]

    @property
    def interval(self) -> tuple[float, float] | None:
        """Lowest and highest value of the interval."""
        if self.mean is None or self.half_width is None:
            return None
        return self.mean - self.half_width, self.mean + self.half_width


class Result(Frozen):
    """What a run gives: which model, version and seed made it, and its figures in the order to show."""

    simulator: str
    version: str
    seed: int
    replications: int
    figures: tuple[Figure, ...]

    def figure(self, key: str) -> Figure:
        """The figure of this key; KeyError if there is none."""
        for figure in self.figures:
            if figure.key == key:
                return figure
        raise KeyError(key)


P = TypeVar("P", bound=Parameters)
R = TypeVar("R", bound=Result)


class Simulator(ABC, Generic[P, R]):
    """A registered model. `title`, `summary` and `assumptions` are source texts, translated where they are shown."""

    key: ClassVar[str]
    version: ClassVar[str]  # raise it with every change that can change a digit of a result
    title: ClassVar[str]
    summary: ClassVar[str]
    assumptions: ClassVar[tuple[str, ...]]
    unit_of_progress: ClassVar[str]
    parameters: type[P]
    result: type[R]

    @abstractmethod
    def run(self, parameters: P, seed: int, progress: Progress, cancelled: Cancelled) -> R:
        """Same parameters, seed and version: the same digits. Calls progress(done, total) with rising `done`.

        Raises SimulationCancelled soon after `cancelled()` turns true, ValueError for a negative seed.
        """


AnySimulator = Simulator[Any, Any]


class Comparison(Frozen):
    """One figure of two runs side by side. `change` is unclear while the interval of the difference holds zero."""

    key: str
    label: str
    unit: str
    old: Figure
    new: Figure
    difference: float | None
    half_width: float | None
    change: Change
    same_luck: bool


def figure_of(key: str, label: str, unit: str, values: Sequence[float | None]) -> Figure:
    """Mean and interval of the replications that have a value; values are kept to a millionth, and the mean is theirs."""
    listed = tuple(None if value is None else round(float(value), 6) for value in values)
    known = [value for value in listed if value is not None]
    if not known:
        return Figure(key=key, label=label, unit=unit, mean=None, half_width=None, values=listed)
    found = intervals.mean_interval(known)
    return Figure(key=key, label=label, unit=unit, mean=found.mean, half_width=found.half_width, values=listed)


def compare(new: Result, old: Result) -> tuple[Comparison, ...]:
    """Every figure that both runs have, new against old.

    Runs with the same seed and as many replications had the same luck and are compared pair by pair; others as
    independent samples. ValueError for runs of different simulators.
    """
    if new.simulator != old.simulator:
        raise ValueError(f"{new.simulator} and {old.simulator} have nothing to compare")
    same_luck = new.seed == old.seed and new.replications == old.replications and new.version == old.version
    earlier = {figure.key: figure for figure in old.figures}
    return tuple(_compared(figure, earlier[figure.key], same_luck) for figure in new.figures if figure.key in earlier)


def _compared(new: Figure, old: Figure, same_luck: bool) -> Comparison:
    pairs = [(a, b) for a, b in zip(new.values, old.values, strict=False) if a is not None and b is not None]
    ours = [value for value in new.values if value is not None]
    theirs = [value for value in old.values if value is not None]
    found: intervals.Difference | None = None
    if same_luck and pairs:
        found = intervals.paired_difference([a for a, _ in pairs], [b for _, b in pairs])
    elif ours and theirs:
        found = intervals.difference(ours, theirs)
    return Comparison(
        key=new.key,
        label=new.label,
        unit=new.unit,
        old=old,
        new=new,
        difference=found.interval.mean if found else None,
        half_width=found.interval.half_width if found else None,
        change=found.change if found else Change.UNCLEAR,
        same_luck=same_luck,
    )
