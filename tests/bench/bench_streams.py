"""200 readers at 10 events/s on gunicorn gevent: delivered share, and the 99th percentile against a bare gevent stream."""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time

import redis

from tests.bench.bench_pages import open_bench, signed_in
from tests.bench.stage import Figure, Stage, report, stage

READERS, PER_SECOND, SECONDS = 200, 10, 10
DELIVERED, GOAL = 0.99, 2.0


def main() -> int:
    with stage(worker="gevent") as on:
        bench = open_bench(on)
        cookie = signed_in(on, "technician")["Cookie"]
        theirs = measure(on.floor.port, "/stream", "", "lift:floor", on)
        ours = measure(on.lift.port, f"/stream{bench}", cookie, f"lift:{channel_of(on)}", on)
    sent = READERS * PER_SECOND * SECONDS
    return report(
        [
            Figure("stream_delivered", len(ours), sent, len(ours) / sent, DELIVERED),
            Figure("stream_p99_seconds", p99(ours), p99(theirs), p99(ours) / p99(theirs), GOAL, at_most=True),
        ]
    )


def channel_of(on: Stage) -> str:
    """Where the asset's telemetry is published."""
    del on
    return "asset:machining-cell-1"


def p99(delays: list[float]) -> float:
    """The 99th percentile."""
    return sorted(delays)[int(len(delays) * 0.99)] if delays else float("inf")


def measure(port: int, path: str, cookie: str, channel: str, on: Stage) -> list[float]:
    """Seconds from publishing to reading, one per event and reader."""
    lines = [connect(port, path, cookie) for _ in range(READERS)]
    chooser = selectors.DefaultSelector()
    for line in lines:
        chooser.register(line, selectors.EVENT_READ)
    wire = redis.Redis.from_url(on.redis_url)
    delays: list[float] = []
    drain(chooser, delays, time.monotonic() + 2)
    delays.clear()
    began = time.monotonic()
    for number in range(PER_SECOND * SECONDS):
        message = {"id": None, "event": "telemetry", "data": {"sent": time.time()}}
        wire.publish(channel, json.dumps(message))
        drain(chooser, delays, began + (number + 1) / PER_SECOND)
    drain(chooser, delays, time.monotonic() + 3)
    for line in lines:
        line.close()
    return delays


def connect(port: int, path: str, cookie: str) -> socket.socket:
    """One open stream."""
    line = socket.create_connection(("127.0.0.1", port), timeout=30)
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/event-stream\r\n"
    line.sendall((head + (f"Cookie: {cookie}\r\n" if cookie else "") + "\r\n").encode())
    line.setblocking(False)
    return line


def drain(chooser: selectors.BaseSelector, delays: list[float], until: float) -> None:
    """Read whatever comes until then."""
    while (left := until - time.monotonic()) > 0:
        for key, _ in chooser.select(left):
            data = key.fileobj.recv(65536)  # type: ignore[union-attr]
            now = time.time()
            if not data:
                chooser.unregister(key.fileobj)
                continue
            for piece in data.split(b'"sent": ')[1:]:
                delays.append(now - float(piece.split(b"}")[0]))


if __name__ == "__main__":
    sys.exit(main())
