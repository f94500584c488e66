"""Streams: one subscriber per process, bounded queues, replay first, an end when the right is over."""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Iterator

import pytest
from apiflask import APIFlask

from lift.core import redis as live_redis
from lift.web import sse
from lift.web.sse import QUEUE_LENGTH, Event, Hub


@pytest.fixture
def hub(app: APIFlask) -> Iterator[Hub]:
    """A hub of its own on the run's real Valkey."""
    made = Hub(app.config["LIFT"].redis_url)
    yield made
    made.stop()
    if made._thread is not None:
        made._thread.join(timeout=5)


def wait_for(mine: queue.Queue[str | None]) -> str:
    frame = mine.get(timeout=5)
    assert frame is not None
    return frame


def test_event_has_the_wire_format() -> None:
    assert Event("telemetry", {"v": 1}, 7).frame() == 'id: 7\nevent: telemetry\ndata: {"v": 1}\n\n'


def test_message_of_redis_reaches_every_reader_of_its_channel_only(hub: Hub) -> None:
    one, two, other = hub.join("bench:1"), hub.join("bench:1"), hub.join("bench:2")
    deadline = time.monotonic() + 5
    while one.empty() and time.monotonic() < deadline:
        live_redis.publish("bench:1", "telemetry", {"v": 1}, 7)
        time.sleep(0.05)
    assert json.loads(wait_for(one).splitlines()[2].removeprefix("data: ")) == {"v": 1}
    assert wait_for(two).startswith("id: 7\n")
    assert other.empty()


def test_reader_that_is_too_slow_is_ended_and_the_others_go_on(hub: Hub) -> None:
    slow, quick = hub.join("c"), hub.join("c")
    for number in range(QUEUE_LENGTH + 1):
        hub.deliver("c", {"id": number, "event": "e", "data": {}})
        assert quick.get_nowait() is not None
    assert slow.get_nowait() is None


def test_hub_counts_its_readers_and_forgets_who_left(hub: Hub) -> None:
    mine = hub.join("c")
    assert hub.readers() == 1
    hub.leave("c", mine)
    assert hub.readers() == 0


def test_stop_wakes_every_stream(hub: Hub) -> None:
    mine = hub.join("c")
    hub.stop()
    assert mine.get(timeout=5) is None


def test_stream_replays_first_and_holds_no_database_connection(app: APIFlask) -> None:
    with app.test_request_context("/stream/x"):
        response = sse.stream("replayed", replay=[Event("telemetry", {"v": 1}, 3)])
        frames = iter(response.response)
        assert [next(frames), next(frames)] == ["retry: 2000\n\n", 'id: 3\nevent: telemetry\ndata: {"v": 1}\n\n']
        assert app.extensions["sqlalchemy"].engine.pool.checkedout() == 0
        response.close()


def test_stream_ends_when_its_right_is_over(app: APIFlask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "HEARTBEAT_SECONDS", 0.05)
    rights = iter([True, False])
    with app.test_request_context("/stream/x"):
        response = sse.stream("rights", alive=lambda: next(rights), check_every=0.1)
    frames = list(response.response)
    assert frames[0] == "retry: 2000\n\n"
    assert frames[-1] == Event("over", {}).frame()
    assert ": still here\n\n" in frames


def test_no_thread_listens_before_the_first_reader(app: APIFlask) -> None:
    made = Hub(app.config["LIFT"].redis_url)
    assert made._thread is None
    assert "sse-hub" not in {thread.name for thread in threading.enumerate() if thread is made._thread}
