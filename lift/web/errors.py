"""From a domain error to a page or an RFC 9457 problem document, in the reader's language."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Flask, Response, jsonify, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException

from lift.core.context import request_id
from lift.core.errors import LiftError, Problem
from lift.core.i18n import N_, Text
from lift.web.i18n import say

TITLES = {
    400: N_("The request could not be read"),
    401: N_("Please sign in"),
    403: N_("You may not do this"),
    404: N_("There is no such page"),
    405: N_("This address cannot be used like that"),
    409: N_("This is not possible right now"),
    413: N_("That file is too large"),
    415: N_("That kind of file cannot be used"),
    422: N_("Something in the form is not right"),
    429: N_("Too many tries"),
    500: N_("Something broke on our side"),
    503: N_("Please try again in a moment"),
}
NOT_FOUND = Text(N_("The address may be mistyped, or what it showed is not for you or no longer there."))
TOO_LARGE = Text(N_("Send something smaller; the limit is stated beside the field."))
TOO_MANY = Text(N_("Wait a minute, then try again."))
BROKEN = Text(N_("Nothing you entered was saved. The people who run LIFT can find the case by its number."))
DATABASE_AWAY = Text(N_("The database does not answer. Nothing was saved; please try again in a moment."))
NOT_STORABLE = Text(
    N_("A value holds a character or number that cannot be stored. Nothing was saved; please type it again.")
)
FORM_EXPIRED = Text(N_("The form was open for too long or in another window. Reload the page and send it again."))
STANDARD = {404: NOT_FOUND, 413: TOO_LARGE, 429: TOO_MANY, 500: BROKEN}


def wants_json() -> bool:
    """API, gateway and stream paths always; elsewhere by Accept."""
    if request.path.startswith(("/api/", "/edge/", "/stream/")):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/problem+json", "application/json"])
    return bool(best and best != "text/html")


def problem_document(status: int, problems: tuple[Problem, ...]) -> Response:
    """RFC 9457 with an extension member ``problems``."""
    detail = " ".join(say(p.text) for p in problems)
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": say(TITLES.get(status, HTTPStatus(status).phrase)),
        "status": status,
        "detail": detail,
        "instance": request.path,
        "request_id": request_id(),
        "problems": [problem_item(p) for p in problems],
    }
    response = jsonify(body)
    response.status_code = status
    response.headers["Content-Type"] = "application/problem+json"
    return response


def problem_item(problem: Problem) -> dict[str, Any]:
    """One problem as JSON."""
    return {
        "rule": problem.rule,
        "text": say(problem.text),
        "owner": problem.owner or None,
        "field": problem.field or None,
        "passes": _plain(problem.passes),
        "ways": [{"label": say(w.label), "url": url_for(w.endpoint, **dict(w.values))} for w in problem.ways],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool | dict | None) else str(value)


def answer(status: int, problems: tuple[Problem, ...]) -> Response:
    """Page or problem document."""
    if not problems:
        problems = (Problem(f"http-{status}", STANDARD.get(status, Text(TITLES.get(status, "")))),)
    if wants_json():
        return problem_document(status, problems)
    title = say(TITLES.get(status, HTTPStatus(status).phrase))
    page = render_template(
        "errors/problem.html", status=status, title=title, problems=problems, request_id=request_id()
    )
    return Response(page, status=status)


def init_app(app: Flask) -> None:
    """Install the handlers."""

    @app.errorhandler(LiftError)
    def lift_error(error: LiftError) -> Response:
        return answer(error.status, error.problems)

    @app.errorhandler(CSRFError)
    def csrf_error(error: CSRFError) -> Response:
        return answer(400, (Problem("csrf", FORM_EXPIRED),))

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Any:
        if error.code is None or error.code < 400:
            return error
        response = answer(error.code, ())
        for name, value in error.get_headers():
            if name not in ("Content-Type", "Content-Length"):
                response.headers[name] = value
        return response

    @app.errorhandler(DataError)
    def not_storable(error: DataError) -> Response:
        app.logger.warning("a value that the database cannot hold: %s", error.orig)
        return answer(422, (Problem("input", NOT_STORABLE),))

    @app.errorhandler(OperationalError)
    def database_away(error: OperationalError) -> Response:
        app.logger.error("database: %s", error.orig)
        return answer(503, (Problem("database", DATABASE_AWAY),))

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        app.logger.exception("unexpected error on %s", request.path)
        if app.testing:
            raise error
        return answer(500, ())
