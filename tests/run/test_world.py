"""What `run.py` decides before anything runs: port, one instance, commands, when to set up again."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from lift.core.broker import QUEUES as BROKER_QUEUES
from lift.embedded import default_home
from lift.running.commands import COMMANDS, refuse_while_running, remove_data, run_command
from lift.running.environment import ensure_translations
from lift.running.steps import SetupError, fingerprint, is_stamped, run_quietly, write_stamp
from lift.running.watch import ChangeWatch
from lift.running.world import (
    QUEUES,
    Place,
    closing_words,
    find_place,
    free_port,
    gateway_environ,
    only_one,
    wanted_port,
    web_command,
)

pytestmark = pytest.mark.unit
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("raw", ["x", "0", "65536", "-1", "80 80"])
def test_port_that_is_no_port_is_named(raw: str) -> None:
    with pytest.raises(SetupError, match=r"^PORT: .*, example 8000$"):
        wanted_port({"PORT": raw})


def test_port_empty_is_the_default() -> None:
    assert wanted_port({"PORT": ""}) == 8000


def test_port_taken_gives_a_free_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        other = free_port("127.0.0.1", port)
    assert other != port
    assert free_port("127.0.0.1", port) == port


def test_taken_port_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("LIFT_HOME", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        place = find_place(ROOT)
    assert capsys.readouterr().out == f"lift: port {port} is taken; LIFT uses {place.port} this time\n"
    assert (place.environ["PORT"], place.environ["LIFT_HOME"]) == (str(place.port), str(tmp_path))


def test_second_start_says_where_the_first_runs(tmp_path: Path) -> None:
    with only_one(tmp_path) as lock:
        print("http://127.0.0.1:8123 (process 7)", file=lock, flush=True)
        with (
            pytest.raises(SetupError, match=r"already runs from here: http://127.0.0.1:8123 \(process 7\)"),
            only_one(tmp_path),
        ):
            pass
        with pytest.raises(SetupError, match="stop it first"):
            refuse_while_running(tmp_path)
    with only_one(tmp_path) as lock:
        assert lock.read() == ""


def test_every_queue_has_a_worker() -> None:
    assert sorted(name for names, _ in QUEUES.values() for name in names.split(",")) == sorted(BROKER_QUEUES)


def test_closing_words_name_the_address_first_and_every_demo_account(tmp_path: Path) -> None:
    words = closing_words(Place(ROOT, tmp_path, {}, "127.0.0.1", 8123), 4.2).strip().splitlines()
    assert words[0] == "LIFT runs at http://127.0.0.1:8123 (ready after 4.2 s; Ctrl-C stops it)."
    assert [line.split("@")[0].strip() for line in words if "@lift.example" in line] == [
        *("technician", "owner", "author", "reviewer", "trainer", "lab"),
        *("partner", "leader", "business", "officer", "admin"),
    ]


def test_closing_words_in_production_name_no_account(tmp_path: Path) -> None:
    words = closing_words(Place(ROOT, tmp_path, {"LIFT_MODE": "production"}, "0.0.0.0", 8000), 1)
    assert "lift-demo" not in words
    assert "http://127.0.0.1:8000" in words


@pytest.mark.parametrize(
    ("host", "binds", "address"),
    [
        ("127.0.0.1", ["127.0.0.1:8123"], "http://127.0.0.1:8123"),
        ("::1", ["[::1]:8123"], "http://[::1]:8123"),
        ("0.0.0.0", ["0.0.0.0:8123"], "http://127.0.0.1:8123"),
        ("192.0.2.7", ["192.0.2.7:8123", "127.0.0.1:8123"], "http://192.0.2.7:8123"),
    ],
)
def test_web_is_reached_by_people_and_by_the_gateway_beside_it(
    host: str, binds: list[str], address: str, tmp_path: Path
) -> None:
    place = Place(ROOT, tmp_path, {}, host, 8123)
    command = web_command(place, reload=False)
    assert [command[at + 1] for at, word in enumerate(command) if word == "--bind"] == binds
    assert place.address == address
    assert gateway_environ(place)["LIFT_GATEWAY_URL"].removeprefix("http://") in {binds[-1], "127.0.0.1:8123"}


def test_home_is_lift_home_when_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LIFT_HOME", str(tmp_path / "a b"))
    assert default_home(ROOT) == tmp_path / "a b"


def test_reset_of_a_chosen_home_leaves_what_is_not_ours(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "thesis.txt").write_text("mine")
    remove_data(tmp_path, whole=False)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    assert f"left alone: {tmp_path / 'thesis.txt'}" in capsys.readouterr().out


def test_reset_of_our_own_home_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "anything").write_text("x")
    remove_data(tmp_path, whole=True)
    assert list(tmp_path.iterdir()) == []


def test_fingerprint_sees_contents_and_names_only(tmp_path: Path) -> None:
    first, second = tmp_path / "one", tmp_path / "two"
    for root in (first, second):
        root.mkdir()
        (root / "a.ts").write_text("let a = 1")
    mark = fingerprint(first, [first / "a.ts"])
    assert fingerprint(second, [second / "a.ts"]) == mark
    (second / "a.ts").write_text("let a = 2")
    assert fingerprint(second, [second / "a.ts"]) != mark
    write_stamp(tmp_path / "deep" / "stamp", mark)
    assert is_stamped(tmp_path / "deep" / "stamp", mark) is True
    assert is_stamped(tmp_path / "deep" / "stamp", "other") is False


def test_failing_program_shows_its_output(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"(?s)no such package.*installing failed \(exit 4\)"):
        run_quietly([sys.executable, "-c", "print('no such package'); raise SystemExit(4)"], tmp_path, "installing")


def test_changed_file_is_noticed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lift.running.watch.LOOK_SECONDS", 0)
    (tmp_path / "a.py").write_text("1")
    seen: list[str] = []
    watch = ChangeWatch(
        [([tmp_path], ".py", lambda: seen.append("code")), ([tmp_path], ".po", lambda: seen.append("texts"))]
    )
    watch.look()
    (tmp_path / "b.py").write_text("2")
    watch.look()
    watch.look()
    assert seen == ["code"]


def test_unknown_command_lists_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(ROOT, ["nonsense"]) == 2
    assert ", ".join(COMMANDS) in capsys.readouterr().out


def test_every_command_stands_at_the_top_of_run_py_and_in_the_makefile() -> None:
    described, targets = (ROOT / "run.py").read_text().split('"""')[1], (ROOT / "Makefile").read_text()
    assert [name for name in COMMANDS if name not in described] == []
    assert [name for name in COMMANDS if name not in targets and name != "upgrade-database"] == []


def test_translations_without_catalogues_need_nothing(tmp_path: Path) -> None:
    ensure_translations(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_starter_needs_the_standard_library_only() -> None:
    """Without site-packages every module that runs before or beside LIFT can be imported."""
    names = sorted(
        f"lift.running.{path.stem}" for path in (ROOT / "lift" / "running").glob("*.py") if path.stem != "__init__"
    )
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); " + "; ".join(
        f"import {name}" for name in [*names, "lift.embedded"]
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_documents_name_commands_that_exist() -> None:
    texts = [path.read_text() for path in [*(ROOT / "docs").rglob("*.md"), *ROOT.glob("README.md")]]
    named = {word for text in texts for word in re.findall(r"run\.py ([a-z][a-z-]*)`", text)}
    assert named - set(COMMANDS) == set()
    assert {"dev", "reset", "upgrade-database"} <= named
