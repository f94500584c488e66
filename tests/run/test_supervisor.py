"""The supervisor: a killed child comes back, all stop in order, and nothing is left when it is killed itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from lift.running.supervisor import QUICK_DEATHS, Child, GaveUp, Supervisor, spawn_command

pytestmark = pytest.mark.integration
ROOT = Path(__file__).resolve().parents[2]
STEADY = "import time; print('up', flush=True); time.sleep(60)"


def child(name: str, code: str, stage: int = 1) -> Child:
    return Child(name, partial(spawn_command, [sys.executable, "-c", code], ROOT, dict(os.environ)), stage)


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def wait_until(condition: object, seconds: float = 10.0) -> bool:
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(condition())


def test_child_killed_comes_back() -> None:
    lines: list[str] = []
    supervisor, kept = Supervisor(lines.append), child("kept", STEADY)
    supervisor.start(kept)
    assert kept.process is not None
    first = kept.process.pid
    kept.process.kill()
    back = supervisor.wait_for(lambda: kept.running and kept.process is not None and kept.process.pid != first, 10)
    supervisor.stop()
    assert back is True
    assert any("kept ended (exit -9)" in line for line in lines)


def test_restart_on_purpose_is_no_death() -> None:
    supervisor, one, other = Supervisor(lambda line: None), child("one", STEADY), child("other", STEADY)
    supervisor.start(one)
    supervisor.start(other)
    assert one.process is not None
    assert other.process is not None
    before = (one.process.pid, other.process.pid)
    supervisor.restart({"one"})
    after = (one.process.pid, other.process.pid)
    supervisor.stop()
    assert (after[0] != before[0], after[1] == before[1], one.quick_deaths) == (True, True, 0)


def test_child_dying_at_once_stops_everything_with_its_last_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lift.running.supervisor.BACK_OFF", (0.0,))
    supervisor = Supervisor(lambda line: None)
    supervisor.start(child("broken", "print('the reason', flush=True); raise SystemExit(3)"))
    with pytest.raises(GaveUp) as caught:
        supervisor.wait_for(lambda: False, 30)
    supervisor.stop()
    assert f"broken ended {QUICK_DEATHS} times in a row (exit 3)" in str(caught.value)
    assert str(caught.value).count("the reason") >= 1


def test_children_stop_in_reverse_order_of_their_stages(tmp_path: Path) -> None:
    code = textwrap.dedent("""
        import signal, sys, time
        def bye(*_):
            with open({log!r}, "a") as out: out.write({name!r} + "\\n")
            sys.exit(0)
        signal.signal(signal.SIGTERM, bye)
        print("up", flush=True)
        time.sleep(60)
    """)
    supervisor, log = Supervisor(lambda line: None), tmp_path / "order"
    for stage, name in enumerate(("engine", "web", "gateway")):
        supervisor.start(child(name, code.format(log=str(log), name=name), stage))
    assert supervisor.wait_for(lambda: all("up" in one.lines for one in supervisor.children), 10) is True
    supervisor.stop()
    assert log.read_text().split() == ["gateway", "web", "engine"]


def test_child_that_ignores_term_is_killed_with_what_it_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lift.running.supervisor.STOP_SECONDS", 0.3)
    stubborn = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "own = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(own.pid, flush=True); time.sleep(60)"
    )
    supervisor, kept = Supervisor(lambda line: None), child("stubborn", stubborn)
    supervisor.start(kept)
    assert supervisor.wait_for(lambda: bool(kept.lines), 10) is True
    supervisor.stop()
    assert kept.process is not None
    assert kept.process.returncode == -signal.SIGKILL
    assert wait_until(lambda: is_gone(int(kept.lines[0]))) is True


def test_failing_step_says_its_last_lines() -> None:
    supervisor = Supervisor(lambda line: None)
    process = spawn_command([sys.executable, "-c", "print('no such table'); raise SystemExit(2)"], ROOT, os.environ)
    with pytest.raises(GaveUp, match=r"flask db failed \(exit 2\)[^$]*no such table"):
        supervisor.complete("flask db", process)


def test_step_is_ended_when_everything_stops() -> None:
    supervisor = Supervisor(lambda line: None)
    process = spawn_command([sys.executable, "-c", STEADY], ROOT, os.environ)
    threading.Timer(0.3, supervisor.stopping.set).start()
    assert supervisor.complete("flask seed", process) is False
    assert process.returncode == -signal.SIGTERM


def test_supervisor_killed_hard_leaves_nothing() -> None:
    script = textwrap.dedent(f"""
        import os, sys
        from functools import partial
        from pathlib import Path
        from lift.running.supervisor import Child, Supervisor, spawn_command
        supervisor = Supervisor()
        for name in ("one", "two"):
            command = [sys.executable, "-c", {STEADY!r}]
            supervisor.start(Child(name, partial(spawn_command, command, Path.cwd(), dict(os.environ)), 1))
        print(*(child.process.pid for child in supervisor.children), flush=True)
        supervisor.run()
    """)
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pids = next([int(word) for word in line.split()] for line in parent.stdout if line[0].isdigit())
        parent.send_signal(signal.SIGKILL)
    assert [wait_until(partial(is_gone, pid)) for pid in pids] == [True, True]


def test_supervisor_stopped_by_term_ends_its_children() -> None:
    script = textwrap.dedent(f"""
        import os, sys
        from functools import partial
        from pathlib import Path
        from lift.running.supervisor import Child, Supervisor, spawn_command
        supervisor = Supervisor()
        supervisor.catch_signals()
        command = [sys.executable, "-c", {STEADY!r}]
        supervisor.start(Child("one", partial(spawn_command, command, Path.cwd(), dict(os.environ)), 1))
        print(supervisor.children[0].process.pid, flush=True)
        supervisor.run()
        supervisor.stop()
        print("stopped", flush=True)
    """)
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = next(int(line) for line in parent.stdout if line[0].isdigit())
        parent.send_signal(signal.SIGTERM)
        said = parent.stdout.read()
    assert parent.returncode == 0
    assert said.splitlines()[-1] == "stopped"
    assert is_gone(pid) is True
