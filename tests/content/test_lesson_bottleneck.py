"""Where is the bottleneck?: the line does in the simulator what the lesson says."""

from __future__ import annotations

from typing import Any

import pytest

from lift.content.folder import SimulationExercise
from lift.twins.simulators import registry
from lift.twins.simulators.base import compare
from lift.twins.simulators.line import LineParameters
from tests.content.lessons import LINE, START, exercises, line_run, rows, svg_numbers

pytestmark = pytest.mark.unit


def test_pace_of_each_station_is_reckoned() -> None:
    printed = [row for row in rows(LINE, "one-station-sets-the-pace") if row[1][:1].isdigit()]
    assert [[row[1], row[2]] for row in printed] == [[str(s), f"{3600 / s:.1f}"] for s in (22, 38, 18, 24, 15)]


def test_simulation_exercises_start_from_the_line_of_the_lesson() -> None:
    asked = exercises(SimulationExercise)
    assert {each.simulator for each in asked.values()} == {registry.get("line").key}
    assert [key for key, each in asked.items() if LineParameters(**each.start) != LineParameters(**START)] == []
    assert {key: each.claim for key, each in asked.items()} == {
        "as-it-is": "bottleneck",
        "guess-and-run": "number",
        "more-room": "compare",
        "faster-mill": "compare",
        "two-mills": "bottleneck",
    }
    known = {figure.key for figure in line_run().figures}
    assert {each.result for each in asked.values() if each.result} <= known


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_line_does_what_the_lesson_says(seed: int) -> None:
    first = line_run(seed)
    good = first.figure("good_per_hour").mean
    assert good is not None
    assert (first.bottleneck.station, first.bottleneck.clear) == ("mill", True)
    assert abs(good - 87.3) <= 1.3

    def change(figure: str, **changes: Any) -> str:
        return next(each.change.value for each in compare(line_run(seed, **changes), first) if each.key == figure)

    assert change("good_per_hour", buffer_mill=12) == "unclear"
    assert change("flow_min", buffer_mill=12) == "more"
    assert change("good_per_hour", mill_s=31) == "more"
    assert line_run(seed, mill_s=19).bottleneck.station == "measure"


def test_more_room_more_than_doubles_the_time_and_adds_six_minutes() -> None:
    before, after = line_run().figure("flow_min").mean, line_run(buffer_mill=12).figure("flow_min").mean
    assert before is not None
    assert after is not None
    assert after > 2 * before
    assert abs(after - before - 6) <= 0.3


def test_faster_mill_brings_what_was_reckoned() -> None:
    run = line_run(mill_s=31).figure("good_per_hour").mean
    assert run is not None
    assert (round(3600 / 31 * 95 / 101 * 0.98, 1), abs(run - 107.0) <= 1.5) == (107.0, True)


def test_day_per_station_in_the_picture_is_that_of_a_run() -> None:
    shares = [(s.busy.mean, (s.blocked.mean or 0) + (s.stopped.mean or 0), s.waiting.mean) for s in line_run().stations]
    printed = [(55, 45, 0), (95, 5, 0), (45, 0, 55), (60, 0, 40), (37, 0, 63)]
    far = [
        (station, share)
        for station, row in zip(printed, shares, strict=True)
        for told, share in zip(station, row, strict=True)
        if share is None or abs(told - share * 100) > 2
    ]
    assert far == []
    assert [number for number in svg_numbers(LINE, "a-day-per-station.en.svg") if number != "5"] == [
        str(share) for row in printed for share in row if share not in (0, 5)
    ]
