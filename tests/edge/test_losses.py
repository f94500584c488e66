"""Whatever is lost, the machine ends in its safe state in time (X7, X11) and no sample is lost or doubled (X12)."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lift.edge.contract import SAFE_WITHIN, GapReason, Outcome, Reason
from lift.edge.gateway.gateway import Gateway
from tests.edge.conftest import Lab, until
from tests.edge.platform import ASSET

pytestmark = [pytest.mark.integration, pytest.mark.slow]
ROOT = Path(__file__).parents[2]


def spawn_gateway(lab: Lab) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "lift.edge.gateway", "--config", str(lab.config_file())]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    return process


@pytest.fixture
def gateways() -> Iterator[list[subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        process.kill()
        process.communicate()


def test_link_cut_while_driving_ends_in_the_safe_state_in_time(lab: Lab) -> None:
    lab.start()
    lab.drive()
    lab.platform.silent = True
    cut = time.monotonic()
    until(lambda: lab.cell.safe and not lab.cell.remote, SAFE_WITHIN)
    assert time.monotonic() - cut <= SAFE_WITHIN
    assert lab.cell.watchdog_ok is True  # the gateway stopped it, not the machine's own watchdog


def test_machine_link_cut_while_driving_ends_in_the_safe_state_in_time(lab: Lab) -> None:
    lab.start()
    lab.drive()
    lab.close_opcua()
    cut = time.monotonic()
    until(lambda: lab.cell.safe and not lab.cell.remote, SAFE_WITHIN)
    assert time.monotonic() - cut <= SAFE_WITHIN
    assert lab.cell.watchdog_ok is False
    until(lambda: lab.report and not lab.report.link)
    lab.open_opcua()


def test_machine_keeps_running_through_a_link_blip(lab: Lab) -> None:
    lab.start()
    grant = lab.drive()
    lab.platform.silent = True
    time.sleep(2.5)
    lab.platform.silent = False
    assert lab.answer(lab.platform.set(grant, "FeedOverride", 80.0)).outcome is Outcome.done
    assert lab.cell.remote is True


def test_killed_gateway_leaves_a_machine_that_its_own_watchdog_makes_safe(
    lab: Lab, gateways: list[subprocess.Popen[bytes]]
) -> None:
    gateways.append(spawn_gateway(lab))
    lab.platform.grant()
    until(lambda: lab.cell.remote)
    os.kill(gateways[0].pid, signal.SIGKILL)
    killed = time.monotonic()
    until(lambda: lab.cell.safe, SAFE_WITHIN)
    assert time.monotonic() - killed <= SAFE_WITHIN
    assert (lab.cell.watchdog_ok, lab.cell.remote) == (False, False)


def test_killed_gateway_comes_back_with_its_store_and_a_gap(lab: Lab, gateways: list[subprocess.Popen[bytes]]) -> None:
    gateways.append(spawn_gateway(lab))
    until(lambda: len(lab.platform.batches) > 3)
    os.kill(gateways[0].pid, signal.SIGKILL)
    gateways[0].wait()
    before = lab.platform.samples()[-1][0]
    time.sleep(1.0)
    gateways.append(spawn_gateway(lab))
    gap = until(lambda: [gap for gap in lab.platform.gaps() if gap.reason is GapReason.gateway_down])[0]
    times = [at for at, *_ in lab.platform.samples()]
    assert len({batch.store for batch in lab.platform.batches}) == 1
    assert times == sorted(set(times))
    assert gap.start >= before + 0.19
    assert not [at for at in times if gap.start <= at < gap.end]
    assert gap.end in times


def test_watchdog_of_a_killed_gateway_is_reset_by_the_next_one(lab: Lab) -> None:
    lab.cell.remote, lab.cell.watchdog_ok = False, False
    lab.start()
    until(lambda: lab.report and lab.report.watchdog_ok)
    assert lab.cell.safe is True


def test_revoked_token_stops_driving_and_comes_back_slowly(lab: Lab) -> None:
    lab.start()
    grant = lab.drive()
    lab.platform.token = "another"
    until(lambda: lab.cell.safe and not lab.cell.remote)
    lab.platform.token = "test-token"
    assert lab.answer(lab.platform.set(grant, "FeedOverride", 80.0)).outcome is Outcome.done


def test_stopped_gateway_leaves_the_machine_safe(lab: Lab) -> None:
    lab.start()
    lab.drive()
    lab.stop()
    assert (lab.cell.safe, lab.cell.remote, lab.cell.watchdog_ok) == (True, False, True)


def test_platform_away_loses_no_sample_and_doubles_none(lab: Lab) -> None:
    lab.start(period=0.1)
    taken = lab.sampled()
    until(lambda: len(taken) > 10)
    lab.platform.stop()
    away = time.time()
    time.sleep(5.0)
    lab.platform.start()
    back = time.time()
    until(lambda: lab.platform.samples()[-1][0] > back + 1.0)
    samples = [(at, late) for at, late, *_ in lab.platform.samples() if at >= taken[0]]
    assert [at for at, _ in samples] == taken[: len(samples)]
    assert len([at for at in taken if away < at < back]) > 30
    while_away = [late for at, late in samples if away + 0.5 < at < back - 3.5]
    assert while_away == [True] * len(while_away)
    assert not [at for at, late in samples if late and (at > back + 2.5 or at < away - 1.0)]


def test_batch_whose_answer_was_lost_is_stored_once(lab: Lab) -> None:
    lab.start()
    until(lambda: lab.platform.batches)
    lab.platform.lose_next_answer = True
    until(lambda: not lab.platform.lose_next_answer)
    count = len(lab.platform.batches)
    until(lambda: len(lab.platform.batches) > count + 2)
    numbers = [batch.sequence for batch in lab.platform.batches]
    assert numbers == list(range(1, len(numbers) + 1))


def test_refused_batch_is_kept_aside_and_the_rest_goes_on(lab: Lab) -> None:
    lab.start()
    until(lambda: lab.platform.batches)
    lab.platform.refuse_next = "blocks.0.times: too far in the future"
    until(lambda: lab.platform.refuse_next is None)
    count = len(lab.platform.batches)
    until(lambda: len(lab.platform.batches) > count + 2)
    assert isinstance(lab.gateway, Gateway)
    numbers = [batch.sequence for batch in lab.platform.batches]
    hole = next(earlier + 1 for earlier, later in itertools.pairwise(numbers) if later != earlier + 1)
    lab.stop()
    again = Gateway(lab.config())
    assert again.store.refused() == [(hole, "blocks.0.times: too far in the future")]
    again.store.close()


def test_platform_that_lost_its_cursor_gets_a_new_store(lab: Lab) -> None:
    lab.start()
    until(lambda: len(lab.platform.batches) > 3)
    with lab.platform.lock:
        lab.platform.cursor.clear()
        lab.platform.batches.clear()
    until(lambda: len(lab.platform.batches) > 2)
    assert [batch.sequence for batch in lab.platform.batches[:2]] == [1, 2]
    assert len({batch.store for batch in lab.platform.batches}) == 1


def test_restarted_machine_leaves_a_gap_record(lab: Lab) -> None:
    lab.start()
    until(lambda: lab.platform.batches)
    grant = lab.drive()
    lab.restart_opcua(1.5)
    gap = until(lambda: lab.platform.gaps())[0]
    assert (gap.asset, gap.reason) == (ASSET, GapReason.machine_down)
    assert gap.end - gap.start > 1.0
    assert not [at for at, *_ in lab.platform.samples() if gap.start <= at < gap.end]
    until(lambda: lab.cell.remote and lab.report and lab.report.watchdog_ok)
    assert lab.answer(lab.platform.set(grant, "FeedOverride", 80.0)).outcome is Outcome.done


def test_gateway_needs_neither_the_platforms_packages_nor_the_factorys() -> None:
    code = "import sys, lift.edge.gateway.__main__; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    code += "; print(*sorted(name for name in sys.modules if name.startswith('lift.') and name[:9] != 'lift.edge'))"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    packages, others = found.stdout.splitlines()
    assert {"flask", "sqlalchemy", "celery", "redis", "amqtt", "psycopg"} & set(packages.split()) == set()
    assert others == ""


def test_command_while_the_machine_is_away_is_refused(lab: Lab) -> None:
    lab.start()
    grant = lab.drive()
    lab.close_opcua()
    until(lambda: lab.report and not lab.report.link)
    answer = lab.answer(lab.platform.set(grant, "FeedOverride", 80.0))
    lab.open_opcua()
    assert answer.reason is Reason.machine_down
    assert lab.cell.feed == 100.0
