"""LIFT with one open stream that needs no right: what test_serving.py puts behind gunicorn."""

from __future__ import annotations

from flask import Response

from lift.app import create_app
from lift.web import sse


def make_app() -> object:
    app = create_app()

    def watch() -> Response:
        return sse.stream("serving-test")

    app.add_url_rule("/stream/serving-test", view_func=watch)
    return app
