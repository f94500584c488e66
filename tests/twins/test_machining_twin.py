"""The behaviour model of the machining cell: the same controls, limits and Stop, and the dashed curve (L16, X17)."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lift.edge.virtual import program
from lift.edge.virtual.cell import MachiningCell
from lift.twins.simulators.machining import (
    AMBIENT,
    IDEAL_S_PER_PART,
    PROGRAM,
    TOLERANCE,
    Inputs,
    Limits,
    MachiningTwin,
    Sample,
    State,
    TwinRefusal,
    TwinRefused,
    follow,
    step,
)

pytestmark = pytest.mark.unit

RUNNING = Inputs(running=True)


def test_one_part_in_the_ideal_time_at_full_feed() -> None:
    assert IDEAL_S_PER_PART == 24.0
    assert step(State(), RUNNING, 23.95).parts == 0
    found = step(State(), RUNNING, 24.05)
    assert (found.parts, found.last_cycle_s) == (1, pytest.approx(24.0))


def test_lower_feed_slows_only_the_cutting() -> None:
    found = step(State(), replace(RUNNING, feed_percent=50), 3600)
    assert found.last_cycle_s == pytest.approx(6 + 18 / 0.5)
    assert found.parts == 3600 // 42


def test_nominal_program_is_the_cells_own() -> None:
    """The twin keeps its own figures; this says so when the demo cell's data sheet changes."""
    assert [(p.name, p.seconds, p.cutting, p.speed, p.load) for p in PROGRAM] == [
        (s.name, s.seconds, s.cutting, s.speed, s.load) for s in program.PROGRAM
    ]


def test_spindle_follows_program_and_rests_when_stopped() -> None:
    cutting = step(State(), RUNNING, 6)
    assert (cutting.phase_name, cutting.spindle_speed) == ("FaceMill", pytest.approx(3200, abs=1))
    assert cutting.spindle_load == 46.0
    stopped = step(cutting, Inputs(running=False), 3)
    assert (stopped.spindle_speed, stopped.spindle_load, stopped.phase_name) == (0.0, 0.0, "FaceMill")


def test_spindle_speed_can_be_given() -> None:
    assert step(State(), replace(RUNNING, spindle_rpm=6000), 6).spindle_speed == pytest.approx(6000, abs=1)


def test_load_rises_with_feed_and_without_coolant() -> None:
    loads = [
        step(State(phase=1), replace(RUNNING, feed_percent=feed, coolant=coolant), 0.5).spindle_load
        for feed, coolant in ((50, True), (100, True), (120, True), (120, False))
    ]
    assert loads == sorted(loads)
    assert loads[3] == pytest.approx(loads[2] * 1.15)


def test_bearing_warms_in_work_and_cools_to_the_room() -> None:
    warm = step(State(), RUNNING, 1800)
    dry = step(State(), replace(RUNNING, coolant=False), 1800)
    assert AMBIENT + 10 < warm.bearing_temperature < dry.bearing_temperature
    assert step(warm, Inputs(), 3600).bearing_temperature == pytest.approx(AMBIENT, abs=1e-6)


def test_open_door_holds_the_program() -> None:
    found = step(State(phase=1), replace(RUNNING, door_open=True), 10)
    assert (found.phase_done_s, found.parts, found.spindle_load) == (0.0, 0, 0.0)


@settings(deadline=None)
@given(st.floats(0.05, 200), st.floats(0.05, 0.95), st.sampled_from([40.0, 75.0, 100.0, 120.0]), st.booleans())
def test_two_steps_equal_one(seconds: float, share: float, feed: float, coolant: bool) -> None:
    inputs = Inputs(running=True, feed_percent=feed, coolant=coolant)
    whole = step(State(), inputs, seconds)
    halves = step(step(State(), inputs, seconds * share), inputs, seconds * (1 - share))
    assert halves.time_s == pytest.approx(whole.time_s)
    done = [s.parts * 24 + sum(p.seconds for p in PROGRAM[: s.phase]) + s.phase_done_s for s in (whole, halves)]
    assert done[0] == pytest.approx(done[1], abs=1e-6)
    assert halves.bearing_temperature == pytest.approx(whole.bearing_temperature, abs=0.02)


@pytest.mark.parametrize("seconds", [-1.0, 3601.0, float("nan"), float("inf")])
def test_step_of_no_length_of_time_is_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match="a step must last"):
        step(State(), RUNNING, seconds)


@pytest.mark.parametrize("feed", [-1.0, float("nan"), float("inf")])
def test_feed_that_is_no_feed_is_refused(feed: float) -> None:
    with pytest.raises(ValueError, match="the feed must be"):
        step(State(), Inputs(feed_percent=feed), 1)


def test_control_inside_its_limits_is_taken() -> None:
    twin = MachiningTwin()
    twin.write("FeedOverride", 75)
    twin.write("CoolantOn", False)
    assert (twin.values()["FeedOverride"], twin.values()["CoolantOn"]) == (75.0, False)


@pytest.mark.parametrize(
    ("name", "value", "refusal"),
    [
        ("FeedOverride", 121, TwinRefusal.LIMITS),
        ("FeedOverride", 39.9, TwinRefusal.LIMITS),
        ("FeedOverride", float("nan"), TwinRefusal.LIMITS),
        ("FeedOverride", True, TwinRefusal.KIND),
        ("FeedOverride", "75", TwinRefusal.KIND),
        ("CoolantOn", 1, TwinRefusal.KIND),
        ("AxisX", 3.0, TwinRefusal.UNKNOWN),
    ],
)
def test_control_outside_its_limits_is_refused_and_changes_nothing(
    name: str, value: object, refusal: TwinRefusal
) -> None:
    twin = MachiningTwin()
    before = twin.dump()
    with pytest.raises(TwinRefused) as caught:
        twin.write(name, value)
    assert caught.value.refusal is refusal
    assert caught.value.limits == (Limits(40, 120) if name == "FeedOverride" else None)
    assert twin.dump() == before


def test_stop_reaches_the_safe_state_and_resume_goes_on_with_the_part() -> None:
    twin = MachiningTwin()
    twin.call("Resume")
    twin.advance(6)
    twin.call("Stop")
    twin.advance(2)
    assert (twin.values()["SafeState"], twin.values()["ItemState"]) == (True, "NotExecuting")
    twin.call("Resume")
    twin.advance(18.05)
    assert twin.values()["PartsTotal"] == 1


def test_hold_ends_after_the_part_in_work() -> None:
    twin = MachiningTwin()
    twin.call("Resume")
    twin.advance(10)
    twin.call("Hold")
    twin.advance(60)
    values = twin.values()
    assert (values["PartsTotal"], values["ItemState"], values["HoldRequested"], values["SafeState"]) == (
        1,
        "NotExecuting",
        False,
        True,
    )


def test_actions_out_of_place_are_refused() -> None:
    twin = MachiningTwin()
    with pytest.raises(TwinRefused):
        twin.call("Hold")
    twin.call("OpenDoor")
    with pytest.raises(TwinRefused):
        twin.call("Resume")
    twin.call("CloseDoor")
    twin.call("Resume")
    twin.advance(5)
    with pytest.raises(TwinRefused):
        twin.call("OpenDoor")
    with pytest.raises(TwinRefused, match="unknown"):
        twin.call("Fly")


def test_reset_goes_back_to_the_start_but_keeps_the_warmth() -> None:
    twin = MachiningTwin()
    twin.call("Resume")
    twin.write("FeedOverride", 120)
    twin.advance(100)
    with pytest.raises(TwinRefused):
        twin.call("Reset")
    twin.call("Stop")
    warmth = twin.state.bearing_temperature
    twin.call("Reset")
    values = twin.values()
    assert (values["PartsTotal"], values["FeedOverride"], values["ProgramStep"]) == (0, 100.0, "Load")
    assert twin.state.bearing_temperature == warmth > AMBIENT


def test_limits_of_the_asset_replace_the_nominal_ones() -> None:
    twin = MachiningTwin(limits={"FeedOverride": Limits(50, 110)})
    with pytest.raises(TwinRefused):
        twin.write("FeedOverride", 120)
    again = MachiningTwin.load(twin.dump(), limits={"FeedOverride": Limits(50, 120)})
    again.write("FeedOverride", 120)
    assert again.inputs.feed_percent == 120


def test_healthy_demo_cell_stays_within_the_stated_tolerance() -> None:
    """The asset runs with noise, short stops and set-up that the twin does not know; its inputs are enough to follow."""
    cell, samples, seen = MachiningCell(seed=5, running=True), [], []
    for number in range(2_400):
        cell.advance(0.5)
        values = cell.values()
        running = values["ItemState"] == "Executing" and values["OperationMode"] == "Processing"
        samples.append(Sample(number / 2, running, cell.feed, cell.coolant, cell.door_open, str(values["ProgramStep"])))
        seen.append((cell.load, cell.temperature))
    shadows = follow(samples)
    load = max(abs(s.spindle_load - was[0]) for s, was in zip(shadows, seen, strict=True))
    warmth = max(abs(s.bearing_temperature - was[1]) for s, was in zip(shadows, seen, strict=True))
    assert cell.total > 30
    assert load <= TOLERANCE["SpindleLoad"]
    assert warmth <= TOLERANCE["BearingTemperature"]


def test_twin_is_kept_as_json_between_requests() -> None:
    twin = MachiningTwin()
    twin.call("Resume")
    twin.advance(7.3)
    again = MachiningTwin.load(json.loads(json.dumps(twin.dump())))
    twin.advance(5)
    again.advance(5)
    assert again.dump() == twin.dump()


def healthy(seconds: int, feed: float = 100.0, every: float = 0.5) -> list[Sample]:
    """A recording of the twin itself, half a second apart."""
    state, samples = State(), []
    inputs = Inputs(running=True, feed_percent=feed)
    for number in range(int(seconds / every)):
        samples.append(Sample(number * every, True, feed, True, False, state.phase_name))
        state = step(state, inputs, every)
    return samples


def test_shadow_of_a_healthy_asset_keeps_its_curve() -> None:
    samples = healthy(120, feed=90)
    shadows = follow(samples)
    truth = step(State(), Inputs(running=True, feed_percent=90), 119.5)
    assert [s.time for s in shadows] == [s.time for s in samples]
    assert shadows[-1].bearing_temperature == pytest.approx(truth.bearing_temperature, abs=0.2)
    assert max(s.spindle_load for s in shadows) == pytest.approx(52 * 0.9**0.8)


def test_shadow_finds_the_asset_again_after_a_stop() -> None:
    """The asset stands for 20 s in the middle of a cut; the twin must not run ahead."""
    before, after = healthy(40)[:40], healthy(40)[40:]
    stop = [replace(before[-1], time=20 + n / 2, running=False) for n in range(40)]
    late = [replace(sample, time=sample.time + 20) for sample in after]
    shadows = follow([*before, *stop, *late])
    assert [s.spindle_load for s in shadows[40:80]] == [0.0] * 40
    assert [s.spindle_load for s in shadows[80:]] == [s.spindle_load for s in follow(healthy(40))[40:]]
    assert TOLERANCE["SpindleLoad"] == 6.0


def test_shadow_goes_on_by_itself_through_a_gap() -> None:
    samples = [sample for sample in healthy(120) if not 40 <= sample.time < 70]
    filled = follow(samples, fill_s=0.5)
    assert len(filled) == 240
    assert max(s.spindle_load for s in filled if 40 <= s.time < 70) == 52.0
    assert len(follow(samples)) == 180


def test_shadow_starts_anew_after_an_hour_and_refuses_falling_times() -> None:
    first = Sample(0.0, True, 100.0, True, False, "FaceMill")
    assert follow([first, replace(first, time=4000.0)])[1].bearing_temperature == AMBIENT
    with pytest.raises(ValueError, match="must not fall"):
        follow([first, replace(first, time=-1.0)])
