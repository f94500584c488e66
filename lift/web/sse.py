"""Open streams: one Redis subscriber per process fans out to one bounded queue per reader.

A stream authorises first, copies what it needs, lets go of the database, then yields. Every 30 s it asks again whether
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
from typing import Any

import redis
from flask import Flask, Response, current_app

from lift.core.db import db
from lift.core.redis import Unreachable

log = logging.getLogger(__name__)

QUEUE_LENGTH = 200
HEARTBEAT_SECONDS = 10.0
REAUTHORISE_SECONDS = 30.0


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


class Hub:
    """Readers by channel; one thread listens to Redis while there are any."""

    def __init__(self, redis_url: str) -> None:
        self._url = redis_url
        self._readers: dict[str, set[queue.Queue[str | None]]] = defaultdict(set)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.stopping = threading.Event()

    def join(self, channel: str) -> queue.Queue[str | None]:
        """A new reader's queue; None in it means "end now"."""
        mine: queue.Queue[str | None] = queue.Queue(QUEUE_LENGTH)
        with self._lock:
            self._readers[channel].add(mine)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._listen, name="sse-hub", daemon=True)
                self._thread.start()
        return mine

    def leave(self, channel: str, mine: queue.Queue[str | None]) -> None:
        """The reader is gone."""
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
        frame = Event(message["event"], message["data"], message.get("id")).frame()
        with self._lock:
            for reader in list(self._readers.get(channel, ())):
                if not _offer(reader, frame):
                    _end(reader)

    def _listen(self) -> None:
        while not self.stopping.is_set():
            try:
                client = redis.Redis.from_url(self._url, socket_connect_timeout=0.5)
                with client.pubsub(ignore_subscribe_messages=True) as subscription:  # type: ignore[no-untyped-call]
                    subscription.psubscribe("lift:*")
                    self._pump(subscription)
            except Unreachable as error:
                log.warning("live hub: %s; trying again", error)
                time.sleep(1.0)

    def _pump(self, subscription: Any) -> None:
        while not self.stopping.is_set():
            message = subscription.get_message(timeout=1.0)
            if message is not None:
                self.deliver(message["channel"].decode().removeprefix("lift:"), json.loads(message["data"]))


def _offer(reader: queue.Queue[str | None], frame: str | None) -> bool:
    try:
        reader.put_nowait(frame)
    except queue.Full:
        return False
    return True


def _end(reader: queue.Queue[str | None]) -> None:
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
    replay: Iterable[Event] = (),
    alive: Callable[[], bool] = lambda: True,
    check_every: float = REAUTHORISE_SECONDS,
) -> Response:
    """Answer with a stream of ``channel``. ``replay`` is sent first; ``alive`` is asked every ``check_every`` s."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    first = [event.frame() for event in replay]
    db.session.remove()  # an open stream must not hold a connection
    response = Response(_frames(app, hub(), channel, first, alive, check_every), mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _frames(
    app: Flask, source: Hub, channel: str, first: list[str], alive: Callable[[], bool], check_every: float
) -> Iterator[str]:
    mine = source.join(channel)
    checked = time.monotonic()
    patience = min(HEARTBEAT_SECONDS, check_every)
    try:
        yield "retry: 2000\n\n"
        yield from first
        while not source.stopping.is_set():
            try:
                frame = mine.get(timeout=patience)
            except queue.Empty:
                frame = ": still here\n\n"
            if frame is None:
                return
            yield frame
            if time.monotonic() - checked >= check_every:
                checked = time.monotonic()
                if not _still(app, alive):
                    yield Event("over", {}).frame()
                    return
    finally:
        source.leave(channel, mine)


def _still(app: Flask, alive: Callable[[], bool]) -> bool:
    with app.app_context():
        try:
            return alive()
        finally:
            db.session.remove()
