"""Configuration, store, sampler and clock of the gateway, each alone."""

from __future__ import annotations

import logging
import sqlite3
import time
from pathlib import Path

import pytest

from lift.edge.connectors.base import Reading, reading_of
from lift.edge.contract import (
    Batch,
    Block,
    CommandAnswer,
    Gap,
    GapReason,
    HeartbeatAnswer,
    Outcome,
    Quality,
    Reason,
    StopKind,
    StopOrder,
)
from lift.edge.gateway.__main__ import JsonLines, main
from lift.edge.gateway.authority import Authority
from lift.edge.gateway.clock import PlatformClock
from lift.edge.gateway.config import BadConfig, load_config
from lift.edge.gateway.sampler import Sampler
from lift.edge.gateway.store import Store
from lift.edge.pki import own_certificate
from lift.edge.tokens import new_key, public_keys, sign_grant
from lift.edge.virtual.demo import gateway_config
from tests.edge.test_contract import GRANT

pytestmark = pytest.mark.unit
GOOD = """
[platform]
url = "https://lift.example"
token = "t"
[[assets]]
key = "cell"
description = "virtual machining cell"
[assets.source]
url = "opc.tcp://192.0.2.10:4840"
server_certificate = "machine.der"
"""


def faults_of(folder: Path, text: str) -> list[str]:
    path = folder / "gateway.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadConfig) as caught:
        load_config(path)
    return caught.value.faults


# --- configuration ---


def test_paths_count_from_the_folder_of_the_configuration(tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text(GOOD, encoding="utf-8")
    config = load_config(path)
    source = config.assets[0].source
    assert (config.store.path, source.pki) == (tmp_path / "gateway.db", tmp_path / "pki")
    assert source.server_certificate == tmp_path / "machine.der"
    assert config.assets[0].spec.variable("FeedOverride") is not None


def test_demo_configuration_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "demo.toml"
    path.write_text(gateway_config("http://127.0.0.1:8000", "secret", "cell"), encoding="utf-8")
    monkeypatch.setenv("LIFT_GATEWAY_URL", "http://127.0.0.1:9000")
    config = load_config(path)
    assert (str(config.platform.url), config.platform.secret()) == ("http://127.0.0.1:9000/", "secret")
    assert config.assets[0].driveable is True


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ('token = "t"', "", "platform.token: missing"),
        ('token = "t"', 'token_file = "nowhere"', "platform.token_file: No such file or directory"),
        ("https://lift.example", "http://lift.example", "by https only"),
        ("opc.tcp://192.0.2.10:4840", "http://192.0.2.10", "example opc.tcp://192.0.2.10:4840"),
        ('server_certificate = "machine.der"', 'security = "None"', "allowed on loopback only"),
        ('server_certificate = "machine.der"', "", "server_certificate is missing"),
        ('key = "cell"', 'key = "cell"\ncontrol = {}', "a driveable asset needs control.watchdog, control.safe_action"),
        ('key = "cell"', 'key = "cell"\ncolour = "red"', "assets.0.colour: Extra inputs are not permitted"),
        ('key = "cell"', 'key = "cell"\naddresses = {}', "addresses miss AxisX"),
        ('description = "virtual machining cell"', 'description = "gone.toml"', "gone.toml: No such file"),
        ("[platform]", "[platform", "gateway.toml: "),
    ],
)
def test_wrong_configuration_is_told_by_place_and_fault(tmp_path: Path, before: str, after: str, fault: str) -> None:
    assert before in GOOD
    faults = faults_of(tmp_path, GOOD.replace(before, after))
    assert [fault in line for line in faults] == [True]


def test_driveable_asset_without_watchdog_is_refused_by_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text(GOOD.replace('key = "cell"', 'key = "cell"\ncontrol = {safe_action = "Stop"}'), encoding="utf-8")
    assert main(["check", "--config", str(path)]) == 2
    assert "a driveable asset needs control.watchdog; or set driveable = false" in capsys.readouterr().err


def test_token_is_never_printed(tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text(GOOD.replace('token = "t"', 'token = "very-secret"'), encoding="utf-8")
    assert "very-secret" not in repr(load_config(path))


# --- store ---


def block(at: float) -> Block:
    return Block(asset="a", times=(at,), variables={"A": (1.0,)}, period=1.0)


def test_batches_are_numbered_and_kept_until_forgotten(tmp_path: Path) -> None:
    store = Store(tmp_path / "g.db")
    assert [store.put([block(float(at))], [], 0.0) for at in range(1, 4)] == [1, 2, 3]
    store.close()
    store = Store(tmp_path / "g.db")
    store.forget_until(3)
    waiting = store.oldest()
    assert waiting is not None
    assert Batch.model_validate_json(waiting.body) == Batch(store=store.id, sequence=3, blocks=(block(3.0),))
    assert (store.next_sequence, store.last_sample("a"), store.waiting()) == (4, 3.0, 1)
    store.close()


def test_full_store_turns_the_oldest_batch_into_a_gap_record(tmp_path: Path) -> None:
    store = Store(tmp_path / "g.db", max_batches=2)
    for at in range(1, 4):
        store.put([block(float(at))], [], 0.0)
    waiting = store.oldest()
    assert waiting is not None
    batch = Batch.model_validate_json(waiting.body)
    assert (batch.sequence, batch.blocks) == (1, ())
    assert batch.gaps == (Gap(asset="a", start=1.0, end=2.0, reason=GapReason.store_full),)
    store.close()


def refuse(store: Store, reason: str, at: float) -> None:
    waiting = store.oldest()
    assert waiting is not None
    store.set_aside(waiting, reason, at)


def test_refused_batches_go_back_into_the_queue_by_the_command_while_the_gateway_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "gateway.toml"
    config.write_text(GOOD, encoding="utf-8")
    store = Store(tmp_path / "gateway.db")
    for at in range(1, 4):
        store.put([block(float(at))], [], 0.0)
    refuse(store, "asset a is not registered", 5.0)
    refuse(store, "asset a is not registered", 6.0)
    store.use_counter("a", 1, CommandAnswer(command="c", outcome=Outcome.accepted, at=1.0))
    assert main(["retry-refused", "--config", str(config)]) == 0
    assert capsys.readouterr().out == "2 refused batches are in the queue again; 3 wait to be sent\n"
    assert (store.refused(), store.next_sequence, store.last_sample("a")) == ([], 6, 3.0)
    assert [answer.outcome for answer in store.unsent_answers()] == [Outcome.accepted]  # still under way here
    assert store.put([block(9.0)], [], 9.0) == 6
    queue = []
    while (waiting := store.oldest()) is not None:
        batch = Batch.model_validate_json(waiting.body)
        queue.append((batch.store == store.id, batch.sequence, batch.blocks[0].times[0], waiting.created))
        store.forget_until(waiting.sequence + 1)
    assert queue == [(True, 3, 3.0, 0.0), (True, 4, 1.0, 5.0), (True, 5, 2.0, 6.0), (True, 6, 9.0, 9.0)]
    assert main(["retry-refused", "--config", str(config)]) == 0
    assert capsys.readouterr().out == "0 refused batches are in the queue again; 0 wait to be sent\n"
    store.close()


def test_renumbered_batches_begin_at_one_under_a_new_store(tmp_path: Path) -> None:
    store = Store(tmp_path / "g.db")
    for at in range(1, 4):
        store.put([block(float(at))], [], float(at))
    before = store.id
    store.forget_until(2)
    store.renumber()
    waiting = store.oldest()
    assert waiting is not None
    assert Batch.model_validate_json(waiting.body) == Batch(store=store.id, sequence=1, blocks=(block(2.0),))
    assert (store.id != before, waiting.created, store.waiting(), store.next_sequence) == (True, 2.0, 2, 3)
    store.close()


def test_counter_is_on_disk_before_the_write_and_never_falls(tmp_path: Path) -> None:
    store = Store(tmp_path / "g.db")
    accepted = CommandAnswer(command="c", outcome=Outcome.accepted, at=1.0)
    store.use_counter("a", 7, accepted)
    with sqlite3.connect(tmp_path / "g.db") as other:
        assert other.execute("SELECT value FROM counter").fetchall() == [(7,)]
    other.close()
    store.use_counter("a", 3, accepted)
    assert store.counter("a") == 7
    store.close()


def test_command_that_was_under_way_at_a_crash_is_answered_as_failed(tmp_path: Path) -> None:
    store = Store(tmp_path / "g.db")
    store.use_counter("a", 1, CommandAnswer(command="c", outcome=Outcome.accepted, at=time.time()))
    store.mark_sent(store.unsent_answers())
    store.close()
    store = Store(tmp_path / "g.db")
    answers = [(answer.outcome, answer.reason) for answer in store.unsent_answers()]
    assert answers == [(Outcome.failed, Reason.interrupted)]
    store.close()


def test_answer_that_moved_on_while_it_was_sent_is_sent_again(tmp_path: Path) -> None:
    store = Store(tmp_path / "g.db")
    accepted = CommandAnswer(command="c", outcome=Outcome.accepted, at=1.0)
    store.keep_answer(accepted)
    done = accepted.model_copy(update={"outcome": Outcome.done})
    store.keep_answer(done)
    store.mark_sent([accepted])
    assert store.unsent_answers() == [done]
    store.mark_sent([done])
    assert store.unsent_answers() == []
    store.close()


# --- sampler ---


def readings(value: float, quality: Quality = Quality.good) -> dict[str, Reading]:
    return {"A": Reading(value, quality, 0.0)}


def test_sampler_takes_columns_and_sparse_qualities() -> None:
    sampler = Sampler("a", ["A", "B"], 1.0, None)
    sampler.add(1.0, readings(1.0))
    sampler.add(2.0, readings(2.0, Quality.uncertain))
    found, gaps = sampler.take()
    assert found == Block(
        asset="a",
        times=(1.0, 2.0),
        variables={"A": (1.0, 2.0), "B": (None, None)},
        qualities={"A": {1: Quality.uncertain}, "B": {0: Quality.bad, 1: Quality.bad}},
        period=1.0,
    )
    assert gaps == []
    assert sampler.take() == (None, [])


def test_sampler_records_holes_with_their_reason() -> None:
    sampler = Sampler("a", ["A"], 1.0, 10.0)
    for at in (20.0, 21.0, 23.0, 30.0):
        sampler.add(at, readings(1.0))
    sampler.add(31.0, readings(1.0), GapReason.source_overflow)
    assert sampler.take()[1] == [
        Gap(asset="a", start=11.0, end=20.0, reason=GapReason.gateway_down),
        Gap(asset="a", start=24.0, end=30.0, reason=GapReason.machine_down),
        Gap(asset="a", start=31.0, end=31.0, reason=GapReason.source_overflow),
    ]


def test_sampler_waits_when_the_wall_clock_was_set_back() -> None:
    sampler = Sampler("a", ["A"], 1.0, None)
    for at in (10.0, 5.0, 10.0, 11.0):
        sampler.add(at, readings(at))
    found, _ = sampler.take()
    assert found is not None
    assert found.times == (10.0, 11.0)


@pytest.mark.parametrize(
    ("raw", "value", "quality"),
    [
        (3, 3.0, Quality.good),
        (True, True, Quality.good),
        ("x", "x", Quality.good),
        (float("nan"), None, Quality.bad),
        (None, None, Quality.bad),
        ([1], None, Quality.bad),
    ],
)
def test_raw_value_becomes_a_reading(raw: object, value: object, quality: Quality) -> None:
    reading = reading_of(raw)
    assert (reading.value, type(reading.value), reading.quality) == (value, type(value), quality)


# --- clock and authority ---


def test_clock_is_unknown_until_a_fast_answer_and_follows_the_monotonic_clock() -> None:
    now = 100.0
    clock = PlatformClock(lambda: now)
    assert clock.now() is None
    clock.measure(98.0, 99.5, 5_000.0)
    assert clock.now() is None
    clock.measure(99.0, 99.2, 5_000.0)
    assert clock.now() == pytest.approx(5_000.9)
    now = 110.0
    assert clock.now() == pytest.approx(5_010.9)
    clock.forget()
    assert clock.now() is None


def test_older_grant_sent_again_is_not_taken(tmp_path: Path) -> None:
    key, store = new_key("k"), Store(tmp_path / "g.db")
    authority = Authority(store)
    old, new = (sign_grant(GRANT.model_copy(update={"counter": counter}), key) for counter in (1, 2))
    for token, taken in ((new, 1), (old, 0), (new, 1), ("rubbish", 0)):
        answer = HeartbeatAnswer(platform_time=1.0, grants=(token,), keys=public_keys(key))
        authority.apply(answer, 0.0, 0.0)
        assert len(authority.grants) == taken
    store.close()


def test_standing_stop_survives_and_ends_only_by_its_own_release(tmp_path: Path) -> None:
    store = Store(tmp_path / "g.db")
    stop = StopOrder(id="s", asset="a", kind=StopKind.lab_stop, latched=True)
    Authority(store).apply(HeartbeatAnswer(platform_time=1.0, stops=(stop,)), 0.0, 0.0)
    again = Authority(store)
    assert again.stops_for("a") == [stop]
    again.apply(HeartbeatAnswer(platform_time=1.0), 0.0, 0.0)
    assert again.stops_for("a") == [stop]
    release = stop.model_copy(update={"released": True})
    again.apply(HeartbeatAnswer(platform_time=1.0, stops=(release,)), 0.0, 0.0)
    assert (again.stops_for("a"), Authority(store).stops) == ([], [])
    store.close()


# --- keys and logs ---


def test_private_key_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    first = own_certificate(tmp_path / "pki", "urn:test")
    assert (tmp_path / "pki" / "own.pem").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in (tmp_path / "pki").iterdir()) == ["own.der", "own.pem"]
    assert own_certificate(tmp_path / "pki", "urn:test") == first


def test_log_lines_are_json() -> None:
    record = logging.LogRecord("edge", logging.INFO, "", 0, "stop %s", ("s",), None)
    record.created, record.msecs = 0.0, 0.0
    expected = '{"at": "1970-01-01T00:00:00.000Z", "level": "INFO", "from": "edge", "message": "stop s"}'
    assert JsonLines().format(record) == expected
