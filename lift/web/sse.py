"""Open streams: one Redis subscriber per process fans out to one bounded queue per reader.

A stream authorises first, joins its channel, copies what it replays, lets go of the database, then yields: what is
committed from the joining on is in the queue, in the replay, or in both and sent once. Every 30 s it asks again whether
its right still lives. A reader that is too slow is dropped and comes back by ``retry:`` with ``Last-Event-ID``.
"""

from __future__ import annotations

import json
import logging
import queue
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import redis
from flask import Flask, Response, current_app

from lift.core.db import db
from lift.core.redis import Unreachable

log = logging.getLogger(__name__)

QUEUE_LENGTH = 200
HEARTBEAT_SECONDS = 10.0
REAUTHORISE_SECONDS = 30.0
LISTENING_WITHIN = 1.0  # s that the first readers of a process wait for its subscription


@dataclass(frozen=True)
class Event:
    """One message of a stream. ``id`` comes from a database sequence, so it can be replayed."""

    event: str
    data: Any
    id: int | None = None

    def frame(self) -> str:
        """The wire format."""
        head = f"id: {self.id}\n" if self.id is not None else ""
        return f"{head}event: {self.event}\ndata: {json.dumps(self.data, default=str)}\n\n"


class Frame(NamedTuple):
    """An event on the wire, and the id by which one that was replayed is known again."""

    id: int | None
    text: str


Reader = queue.Queue[Frame | None]


class Hub:
    """Readers by channel; one thread listens to Redis while there are any."""

    def __init__(self, redis_url: str) -> None:
        self._url = redis_url
        self._readers: dict[str, set[Reader]] = defaultdict(set)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._tried = threading.Event()  # the first subscription stands, or Redis is away
        self.stopping = threading.Event()

    def join(self, channel: str) -> Reader:
        """A new reader's queue, in which every message from now on arrives; None in it means "end now"."""
        mine: Reader = queue.Queue(QUEUE_LENGTH)
        with self._lock:
            self._readers[channel].add(mine)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._listen, name="sse-hub", daemon=True)
                self._thread.start()
        self._tried.wait(LISTENING_WITHIN)
        return mine

    def leave(self, channel: str, mine: Reader) -> None:
        """The reader is gone; leaving twice is once."""
        with self._lock:
            self._readers[channel].discard(mine)
            if not self._readers[channel]:
                del self._readers[channel]

    def stop(self) -> None:
        """Wake and end every stream (the server is stopping)."""
        self.stopping.set()
        with self._lock:
            for readers in self._readers.values():
                for reader in readers:
                    _offer(reader, None)

    def readers(self) -> int:
        """How many streams are open."""
        with self._lock:
            return sum(len(r) for r in self._readers.values())

    def deliver(self, channel: str, message: dict[str, Any]) -> None:
        """Hand one message to every reader of a channel; a full queue ends its reader."""
        number = message.get("id")
        frame = Frame(number, Event(message["event"], message["data"], number).frame())
        with self._lock:
            for reader in list(self._readers.get(channel, ())):
                if not _offer(reader, frame):
                    _end(reader)

    def _listen(self) -> None:
        while not self.stopping.is_set():
            try:
                client = redis.Redis.from_url(self._url, socket_connect_timeout=0.5)
                with client.pubsub() as subscription:  # type: ignore[no-untyped-call]
                    subscription.psubscribe("lift:*")
                    self._pump(subscription)
            except Unreachable as error:
                self._tried.set()
                log.warning("live hub: %s; trying again", error)
                time.sleep(1.0)

    def _subscribed(self) -> None:
        """Redis listens for us from now on. After a loss every reader is ended: it comes back and replays what it missed."""
        if self._tried.is_set():
            with self._lock:
                for readers in self._readers.values():
                    for reader in readers:
                        _end(reader)
        self._tried.set()

    def _pump(self, subscription: Any) -> None:
        while not self.stopping.is_set():
            message = subscription.get_message(timeout=1.0)
            if message is not None and message["type"] == "psubscribe":
                self._subscribed()
            elif message is not None:
                self.deliver(message["channel"].decode().removeprefix("lift:"), json.loads(message["data"]))


def _offer(reader: Reader, frame: Frame | None) -> bool:
    try:
        reader.put_nowait(frame)
    except queue.Full:
        return False
    return True


def _end(reader: Reader) -> None:
    while True:
        try:
            reader.get_nowait()
        except queue.Empty:
            break
    _offer(reader, None)


def hub() -> Hub:
    """The process's hub."""
    found: Hub = current_app.extensions["lift_hub"]
    return found


def init_app(app: Flask, redis_url: str) -> None:
    """One hub per process."""
    app.extensions["lift_hub"] = Hub(redis_url)


def stream(
    channel: str,
    *,
    replay: Callable[[], Iterable[Event]] = tuple,
    alive: Callable[[], bool] = lambda: True,
    check_every: float = REAUTHORISE_SECONDS,
) -> Response:
    """Answer with a stream of ``channel``: what ``replay`` reads comes first, then what happens.

    ``replay`` is asked once the channel is joined; ``alive`` every ``check_every`` s.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    source = hub()
    mine = source.join(channel)
    db.session.expire_all()  # what was read before is old
    try:
        first = list(replay())
    except BaseException:
        source.leave(channel, mine)
        raise
    db.session.remove()  # an open stream must not hold a connection
    response = Response(_frames(app, source, mine, first, alive, check_every), mimetype="text/event-stream")
    response.call_on_close(lambda: source.leave(channel, mine))
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _frames(
    app: Flask, source: Hub, mine: Reader, first: list[Event], alive: Callable[[], bool], check_every: float
) -> Iterator[str]:
    yield "retry: 2000\n\n"
    yield from (event.frame() for event in first)
    sent = {event.id for event in first if event.id is not None}
    due = time.monotonic() + check_every
    while not source.stopping.is_set():
        left = due - time.monotonic()
        if left <= 0:
            if not _still(app, alive):
                yield Event("over", {}).frame()
                return
            due = time.monotonic() + check_every
            continue
        try:
            frame = mine.get(timeout=min(HEARTBEAT_SECONDS, left))
        except queue.Empty:
            yield ": still here\n\n"
            continue
        if frame is None:
            return
        if frame.id not in sent:
            yield frame.text


def _still(app: Flask, alive: Callable[[], bool]) -> bool:
    with app.app_context():
        try:
            return alive()
        finally:
            db.session.remove()
