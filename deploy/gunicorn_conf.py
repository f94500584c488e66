"""gunicorn for pages and streams, on a laptop (`run.py`) and in production (`compose.yaml`). Settings: gunicorn's own.

Shape and address come from the command line: `--worker-class gthread --threads 160` serves both from one process,
`--worker-class gevent` serves `/stream/` alone.
"""

from __future__ import annotations

import _thread
import gc
import os
import signal
from types import FrameType
from typing import Any

graceful_timeout = 10
timeout = 60
keepalive = 5
control_socket_disable = True  # gunicorn would open one below the home folder
accesslog = None  # LIFT logs each request itself, with its id
loglevel = "warning"
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108  # a heartbeat must not wait for a disk


def post_worker_init(worker: Any) -> None:
    """Look for garbage among what requests leave, not in all that was loaded, each time; and stop in good order."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)
    end_streams_on_term(worker)


def end_streams_on_term(worker: Any) -> None:
    """End the open streams first: browsers come back by themselves, and the worker need not wait for them."""
    hub = worker.wsgi.extensions["lift_hub"]
    before = signal.getsignal(signal.SIGTERM)

    def end_streams_then_stop(number: int, frame: FrameType | None) -> None:
        # `stop` takes a lock, and `Thread.start` waits: neither may happen in a signal handler (gevent refuses).
        _thread.start_new_thread(hub.stop, ())
        if callable(before):
            before(number, frame)

    signal.signal(signal.SIGTERM, end_streams_then_stop)
