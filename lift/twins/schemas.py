"""Input and output of the API of twins."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from lift.core.i18n import Text
from lift.twins.enums import RunState
from lift.twins.models import SimulationRun
from lift.twins.policy import LARGEST_SEED
from lift.twins.simulators.base import AnySimulator, Result
from lift.web.api import ApiModel, PageQuery
from lift.web.i18n import say


class SimulatorOut(ApiModel):
    """A model that a simulation can run; texts in the reader's language."""

    key: str
    version: str
    title: str
    summary: str
    assumptions: list[str]
    unit_of_progress: str
    parameters: dict[str, Any] = Field(description="JSON Schema of the parameters: titles, limits, defaults, units.")

    @classmethod
    def of(cls, model: AnySimulator) -> SimulatorOut:
        """Out of the registry."""
        schema = model.parameters.model_json_schema()
        for field in schema["properties"].values():
            field.update({name: say(Text(field[name])) for name in ("title", "description") if name in field})
        return cls(
            key=model.key,
            version=model.version,
            title=say(model.title),
            summary=say(model.summary),
            assumptions=[say(sentence) for sentence in model.assumptions],
            unit_of_progress=say(model.unit_of_progress),
            parameters=schema,
        )


class SimulatorList(ApiModel):
    """All simulators."""

    items: list[SimulatorOut]


class SimulationIn(ApiModel):
    """What to run. Left-out parameters keep their defaults; without seed or ``same_luck_as`` the luck is new."""

    simulator: str = Field(min_length=1, max_length=60, examples=["line"])
    parameters: dict[str, int | float | str] = Field(default={}, max_length=60, examples=[{"mill_s": 31, "days": 30}])
    seed: int | None = Field(default=None, ge=0, le=LARGEST_SEED, description="Same seed, same digits.")
    same_luck_as: UUID | None = Field(default=None, description="One of your simulations of the same simulator.")


class SimulationQuery(PageQuery):
    """Which simulations."""

    simulator: str | None = Field(default=None, max_length=60)


class FigureOut(ApiModel):
    """Mean with the half width of its 95 % interval; ``values`` are those of the replications."""

    key: str
    label: str
    unit: str
    mean: float | None
    half_width: float | None
    values: list[float | None]


class SimulationRow(ApiModel):
    """A simulation in a list."""

    id: UUID
    number: int = Field(description="Your count for this simulator.")
    simulator: str
    version: str
    parameters: dict[str, Any]
    seed: int
    state: RunState
    done_units: int
    total_units: int
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    cancel_asked_at: datetime | None
    reused: bool = Field(description="The result is an earlier computation of the same content.")
    error: str | None

    @classmethod
    def values_of(cls, row: SimulationRun) -> dict[str, Any]:
        """The fields of a list's row."""
        same = {name: getattr(row, name) for name in SimulationRow.model_fields if name not in ("reused", "error")}
        return {**same, "reused": row.is_reused, "error": say(row.error) if row.error else None}

    @classmethod
    def of(cls, row: SimulationRun) -> SimulationRow:
        """Out of a row."""
        return SimulationRow(**cls.values_of(row))


class SimulationOut(SimulationRow):
    """A simulation with its result, once it is done."""

    figures: list[FigureOut] | None

    @classmethod
    def whole(cls, row: SimulationRun, result: Result | None) -> SimulationOut:
        """Out of a row and its typed result."""
        figures = [_figure(figure) for figure in result.figures] if result else None
        return cls(**cls.values_of(row), figures=figures)


class SimulationPage(ApiModel):
    """A page of simulations, newest first."""

    items: list[SimulationRow]
    next: str | None


def _figure(figure: Any) -> FigureOut:
    return FigureOut(**{**figure.model_dump(), "label": say(figure.label), "values": list(figure.values)})
