"""The simulated cell: repeatable, honest about its states, and with limits of its own."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lift.edge.contract import ItemState, OperationMode
from lift.edge.virtual import program
from lift.edge.virtual.cell import ACTIONS, VARIABLES, WRITABLE, CellValue, MachineRefused, MachiningCell, Refusal, Run
from lift.edge.virtual.factory import apply_panel

pytestmark = pytest.mark.unit


def driven(seed: int = 1) -> MachiningCell:
    cell = MachiningCell(seed, running=True)
    cell.write("RemoteControl", True)
    return cell


def test_same_seed_gives_the_same_digits_however_time_is_cut() -> None:
    fine, coarse = MachiningCell(7, running=True), MachiningCell(7, running=True)
    for _ in range(6_000):
        fine.advance(0.1)
    for _ in range(60):
        coarse.advance(10.0)
    assert fine.values() == coarse.values()
    assert fine.total > 20
    assert MachiningCell(8, running=True).values() != fine.values()


def test_ideal_cycle_takes_24_seconds_at_full_feed_and_longer_at_less() -> None:
    cell = MachiningCell(1, running=True)
    cell.advance(program.IDEAL_CYCLE + 0.1)
    assert (cell.total, cell.last_cycle) == (1, pytest.approx(24.0, abs=1e-6))
    slow = driven()
    slow.write("FeedOverride", 50.0)
    slow.advance(42.1, 0.0)
    assert (slow.total, slow.last_cycle) == (1, pytest.approx(6.0 + 18.0 / 0.5, abs=1e-6))


def test_a_shift_has_scrap_short_stops_and_setup_and_its_counters_add_up() -> None:
    cell = MachiningCell(3, running=True)
    seen: dict[tuple[ItemState, OperationMode], int] = {}
    for _ in range(4 * 3600):
        cell.advance(1.0)
        state = (cell.item_state, cell.operation_mode)
        seen[state] = seen.get(state, 0) + 1
    assert cell.total == cell.good + cell.scrap
    assert 0 < cell.scrap < cell.total / 10
    assert set(seen) == {
        (ItemState.executing, OperationMode.processing),
        (ItemState.not_executing, OperationMode.processing),
        (ItemState.executing, OperationMode.setup),
    }
    effectiveness = 24.0 * cell.total / seen[ItemState.executing, OperationMode.processing]
    assert effectiveness == pytest.approx(1.0, abs=0.01)


def test_watchdog_makes_the_machine_safe_by_itself() -> None:
    cell = driven()
    cell.advance(10.0, 2.9)
    assert (cell.run, cell.watchdog_ok) == (Run.running, True)
    cell.write("Watchdog", 1)
    cell.advance(1.0, 2.9)
    assert cell.watchdog_ok is True
    cell.advance(5.0, 0.2)
    assert (cell.safe, cell.remote, cell.watchdog_ok) == (True, False, False)


def test_stop_is_safe_only_once_the_spindle_rests() -> None:
    cell = driven()
    cell.advance(5.0, 0.0)
    assert cell.speed > 3_000
    cell.call("Stop")
    assert (cell.coolant, cell.safe) == (False, False)
    cell.advance(2.0, 0.0)
    assert (cell.safe, cell.speed, cell.item_state) == (True, 0.0, ItemState.not_executing)


def test_stop_is_taken_without_remote_control_and_nothing_else_is() -> None:
    cell = MachiningCell(1, running=True)
    for action in set(ACTIONS) - {"Stop"}:
        with pytest.raises(MachineRefused):
            cell.call(action)
    with pytest.raises(MachineRefused):
        cell.write("FeedOverride", 90.0)
    cell.call("Stop")
    assert cell.run is Run.idle


def test_resume_goes_on_with_the_part_that_was_stopped() -> None:
    cell = driven()
    cell.advance(7.0, 0.0)
    cell.call("Stop")
    cell.advance(5.0, 0.0)
    cell.call("Resume")
    cell.advance(17.0, 0.0)
    assert (cell.total, cell.last_cycle) == (1, pytest.approx(24.0, abs=1e-6))


@pytest.mark.parametrize("block", ["door", "interlock", "emergency stop"])
def test_resume_is_refused_while_something_is_open(block: str) -> None:
    cell = driven()
    cell.call("Stop")
    cell.advance(3.0, 0.0)
    if block == "door":
        cell.call("OpenDoor")
    apply_panel(cell, {"interlock_closed": block != "interlock", "emergency_stop": block == "emergency stop"})
    with pytest.raises(MachineRefused):
        cell.call("Resume")
    assert cell.run is Run.idle


def test_emergency_stop_and_maintenance_put_the_machine_out_of_service() -> None:
    cell = driven()
    apply_panel(cell, {"emergency_stop": True})
    assert (cell.item_state, cell.speed) == (ItemState.out_of_service, 0.0)
    apply_panel(cell, {"maintenance": True})
    assert (cell.item_state, cell.operation_mode) == (ItemState.out_of_service, OperationMode.maintenance)
    apply_panel(cell, {})
    assert cell.item_state is ItemState.not_executing


def test_reset_goes_back_to_the_start_of_the_exercise() -> None:
    cell = driven()
    cell.write("FeedOverride", 110.0)
    cell.advance(100.0, 0.0)
    with pytest.raises(MachineRefused):
        cell.call("Reset")
    cell.call("Stop")
    cell.call("Reset")
    values = cell.values()
    start = MachiningCell(1).values()
    kept = ("PartsTotal", "PartsGood", "PartsScrap", "FeedOverride", "ProgramStep", "AxisX", "LastCycleTime")
    assert {name: values[name] for name in kept} == {name: start[name] for name in kept}


def test_cutting_without_coolant_makes_more_scrap_and_more_heat() -> None:
    wet, dry = driven(5), driven(5)
    for _ in range(6_000):
        for cell, coolant in ((wet, True), (dry, False)):
            cell.advance(1.0, 0.0)
            cell.write("CoolantOn", coolant)
    assert dry.temperature > wet.temperature + 3
    assert dry.scrap / dry.total > wet.scrap / wet.total


@settings(deadline=None)
@given(st.sampled_from([*VARIABLES, "Nothing"]), st.one_of(st.booleans(), st.integers(), st.floats(), st.text()))
def test_no_write_ever_breaks_the_controllers_limits(name: str, value: CellValue) -> None:
    cell = driven()
    before = cell.values()
    in_limits = not isinstance(value, float) or 0.0 <= value <= 150.0
    if name in WRITABLE and type(value) is VARIABLES[name] and in_limits:
        cell.write(name, value)
        assert cell.values()[name] == value
    else:
        with pytest.raises(MachineRefused) as caught:
            cell.write(name, value)
        assert cell.values() == before
        assert (caught.value.refusal is Refusal.unknown) == (name == "Nothing")


def test_values_have_the_types_that_servers_announce() -> None:
    assert {name: type(value) for name, value in MachiningCell(1).values().items()} == VARIABLES
