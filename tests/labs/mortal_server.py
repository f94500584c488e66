"""A real server process that dies by kill -9 exactly where a header asks for it. The product knows nothing of this."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from flask import request
from werkzeug.serving import make_server

from config import Settings
from lift.labs import services
from tests import engines

HEADER = "X-Die"
BEFORE_COMMIT, AFTER_COMMIT = "before the commit", "after the commit"


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """The address of a fresh server process on these settings."""
    context = multiprocessing.get_context("spawn")
    ports: Any = context.Queue()
    process = context.Process(target=serve, args=(settings, ports))
    process.start()
    try:
        yield f"http://127.0.0.1:{ports.get(timeout=120)}"
    finally:
        process.kill()
        process.join(timeout=30)


def serve(settings: Settings, ports: Any) -> None:
    """Run until killed."""
    with (
        engines.running_app(settings) as app,
        patch.object(services, "book_assets", dying_before(services.book_assets)),
    ):
        app.wsgi_app = dying_after(app.wsgi_app)  # type: ignore[method-assign]
        server = make_server("127.0.0.1", 0, app)
        ports.put(server.port)
        server.serve_forever()


def dying_before(verb: Callable[..., Any]) -> Callable[..., Any]:
    """The verb has written, its transaction is still open."""

    def book(*args: Any, **more: Any) -> Any:
        made = verb(*args, **more)
        if request.headers.get(HEADER) == BEFORE_COMMIT:
            die()
        return made

    return book


def dying_after(wsgi_app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Everything is committed, not one byte of the answer has left."""

    def call(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        answer = wsgi_app(environ, start_response)
        if environ.get("HTTP_X_DIE") == AFTER_COMMIT:
            die()
        return answer

    return call


def die() -> None:
    """kill -9."""
    os.kill(os.getpid(), signal.SIGKILL)
