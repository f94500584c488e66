"""Structured logs; the request id goes into every line, into the answer's header, and on into jobs."""

from __future__ import annotations

import logging
import time
from typing import Any

import structlog
from flask import Flask, Response, g, request

from lift.core.context import request_id, set_request_id
from lift.core.ids import uuid7
from lift.web.metrics import observe_request


def _add_request_id(_logger: Any, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    if request_id():
        event["request_id"] = request_id()
    return event


def configure(log_format: str, level: str) -> None:
    """Send the standard library's log through structlog, as JSON or for the eye."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_request_id,
    ]
    json_lines = log_format == "json"
    # a plain traceback: the rich one takes seconds of CPU and prints every local variable, passwords too
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    final = structlog.processors.JSONRenderer() if json_lines else plain
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *([structlog.processors.format_exc_info] if json_lines else []),
            final,
        ],
    )
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    logging.getLogger("werkzeug").setLevel("WARNING")


def init_app(app: Flask) -> None:
    """Give each request an id and one line at its end."""
    log = logging.getLogger("lift.request")

    @app.before_request
    def begin() -> None:
        given = request.headers.get("X-Request-Id", "")
        set_request_id(given if given.isalnum() and len(given) <= 64 else uuid7().hex)
        g.began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-Id"] = request_id() or ""
        seconds = time.perf_counter() - g.get("began", time.perf_counter())
        observe_request(request.endpoint or "none", response.status_code, seconds)
        if not request.path.startswith(("/static/", "/healthz", "/edge/")):
            log.info("%s %s %s %.0f ms", request.method, path_without_token(), response.status_code, seconds * 1000)
        return response


def path_without_token() -> str:
    """The path as it may be kept: an address that is a key (a calendar, an invitation) opens nothing from the log."""
    token = (request.view_args or {}).get("token")
    return request.path.replace(token, "…") if token else request.path
