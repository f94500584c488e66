"""Streams: one subscriber per process, bounded queues, replay first, an end when the right is over."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator

import pytest
import redis
from apiflask import APIFlask
from flask import Response

from lift import embedded
from lift.core import redis as live_redis
from lift.core.errors import NotFound
from lift.engine_files import temporary_home
from lift.web import sse
from lift.web.sse import QUEUE_LENGTH, Event, Hub, Reader


@pytest.fixture
def hub(app: APIFlask) -> Iterator[Hub]:
    """A hub of its own on the run's real Valkey."""
    made = Hub(app.config["LIFT"].redis_url)
    yield made
    made.stop()
    if made._thread is not None:
        made._thread.join(timeout=5)


def wait_for(mine: Reader) -> str:
    frame = mine.get(timeout=5)
    assert frame is not None
    return frame.text


def frames_of(response: Response) -> Iterator[str]:
    """What the stream sends, as text."""
    return (frame if isinstance(frame, str) else frame.decode() for frame in response.response)


def test_event_has_the_wire_format() -> None:
    assert Event("telemetry", {"v": 1}, 7).frame() == 'id: 7\nevent: telemetry\ndata: {"v": 1}\n\n'


def test_message_of_redis_reaches_every_reader_of_its_channel_only(hub: Hub) -> None:
    one, two, other = hub.join("bench:1"), hub.join("bench:1"), hub.join("bench:2")
    live_redis.publish("bench:1", "telemetry", {"v": 1}, 7)  # once: who has joined misses nothing
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
        response = sse.stream("replayed", replay=lambda: [Event("telemetry", {"v": 1}, 3)])
        frames = frames_of(response)
        assert [next(frames), next(frames)] == ["retry: 2000\n\n", 'id: 3\nevent: telemetry\ndata: {"v": 1}\n\n']
        assert app.extensions["sqlalchemy"].engine.pool.checkedout() == 0
        response.close()


def test_block_committed_while_the_replay_is_read_is_sent_once(app: APIFlask) -> None:
    hub: Hub = app.extensions["lift_hub"]

    def replay() -> list[Event]:
        """What other processes publish between the joining and the first frame."""
        for number in (3, 4):
            hub.deliver("hole", {"id": number, "event": "telemetry", "data": {"v": number}})
        return [Event("telemetry", {"v": number}, number) for number in (2, 3)]

    with app.test_request_context("/stream/x"):
        response = sse.stream("hole", replay=replay)
    hub.deliver("hole", {"id": 5, "event": "telemetry", "data": {"v": 5}})
    frames = frames_of(response)
    assert [next(frames).splitlines()[0] for _n in range(5)] == ["retry: 2000", "id: 2", "id: 3", "id: 4", "id: 5"]
    response.close()


def test_stream_that_is_closed_before_its_first_frame_leaves_no_reader(app: APIFlask) -> None:
    hub: Hub = app.extensions["lift_hub"]
    before = hub.readers()
    with app.test_request_context("/stream/x"):
        response = sse.stream("unread")
    assert hub.readers() == before + 1
    response.close()
    assert hub.readers() == before


def test_stream_whose_replay_fails_leaves_no_reader(app: APIFlask) -> None:
    hub: Hub = app.extensions["lift_hub"]
    before = hub.readers()
    with app.test_request_context("/stream/x"), pytest.raises(NotFound):
        sse.stream("failed", replay=refused)
    assert hub.readers() == before


def refused() -> list[Event]:
    raise NotFound


def test_readers_come_back_for_what_they_missed_when_redis_was_away() -> None:
    home = temporary_home()
    valkey = embedded.start_valkey(home, fast=True)
    hub = Hub(valkey.url)
    try:
        mine = hub.join("c")
        with redis.Redis.from_url(valkey.url) as client:
            client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        assert mine.get(timeout=10) is None
    finally:
        hub.stop()
        if hub._thread is not None:
            hub._thread.join(timeout=5)
        valkey.stop()


def test_x11_right_is_asked_again_in_time_however_much_is_sent(app: APIFlask) -> None:
    hub: Hub = app.extensions["lift_hub"]
    with app.test_request_context("/stream/x"):
        response = sse.stream("busy", alive=lambda: False, check_every=1.0)
    stopped = threading.Event()

    def talk() -> None:
        while not stopped.wait(0.9):
            hub.deliver("busy", {"event": "beat", "data": {}})

    talker = threading.Thread(target=talk)
    began = time.monotonic()
    talker.start()
    frames = list(frames_of(response))
    took = time.monotonic() - began
    stopped.set()
    talker.join()
    assert (frames[-1], 1.0 <= took < 1.6) == (Event("over", {}).frame(), True)


def test_stream_ends_when_its_right_is_over(app: APIFlask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "HEARTBEAT_SECONDS", 0.05)
    rights = iter([True, False])
    with app.test_request_context("/stream/x"):
        response = sse.stream("rights", alive=lambda: next(rights), check_every=0.1)
    frames = list(frames_of(response))
    assert frames[0] == "retry: 2000\n\n"
    assert frames[-1] == Event("over", {}).frame()
    assert ": still here\n\n" in frames


def test_no_thread_listens_before_the_first_reader(app: APIFlask) -> None:
    made = Hub(app.config["LIFT"].redis_url)
    assert made._thread is None
    assert "sse-hub" not in {thread.name for thread in threading.enumerate() if thread is made._thread}
