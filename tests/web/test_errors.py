"""From refusal to page or RFC 9457 document, in the reader's language, never a traceback."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from apiflask import APIFlask
from flask import render_template_string
from flask.testing import FlaskClient

from lift.core.errors import Busy, Forbidden, Problem, Refused
from lift.core.i18n import At, Money, Text
from lift.web.errors import answer, problem_item
from lift.web.i18n import localtime, say

TAKEN = Problem(
    "B14", Text("The cell is taken until %(until)s.", {"until": "11:00"}), owner="Lab", field="start", passes="11:00"
)


@pytest.mark.parametrize("path", ["/nothing/here", "/api/v1/nothing", "/edge/v1/nothing"])
def test_unknown_address_is_404_as_page_or_as_problem_document(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers={"Accept": "text/html"})
    expected = "text/html; charset=utf-8" if path.startswith("/nothing") else "application/problem+json"
    assert (response.status_code, response.content_type) == (404, expected)


def test_unknown_address_is_a_problem_document_for_who_asks_for_json(client: FlaskClient) -> None:
    response = client.get("/nothing/here", headers={"Accept": "application/json"})
    assert (response.status_code, response.json["status"], response.json["instance"]) == (404, 404, "/nothing/here")


def test_wrong_method_names_the_right_ones(client: FlaskClient) -> None:
    response = client.post("/healthz", headers={"Accept": "application/json"})
    assert (response.status_code, set(response.headers["Allow"].split(", "))) == (405, {"GET", "HEAD", "OPTIONS"})


@pytest.mark.parametrize(("error", "status"), [(Refused(TAKEN), 409), (Forbidden(TAKEN), 403), (Busy(TAKEN), 503)])
def test_refusal_becomes_a_document_with_rule_owner_field_and_what_would_pass(
    app: APIFlask, error: Refused, status: int
) -> None:
    with app.test_request_context("/api/v1/x"):
        response = answer(error.status, error.problems)
        assert response.status_code == status
        assert response.json["problems"] == [
            {
                "rule": "B14",
                "text": "The cell is taken until 11:00.",
                "owner": "Lab",
                "field": "start",
                "passes": "11:00",
                "ways": [],
            }
        ]


def test_refusal_as_a_page_shows_sentence_and_rule(app: APIFlask) -> None:
    with app.test_request_context("/desk", headers={"Accept": "text/html"}):
        page = answer(409, (TAKEN,)).get_data(as_text=True)
    assert "The cell is taken until 11:00." in page
    assert "B14" in page


def test_texts_carry_instants_and_money_in_the_readers_way(app: APIFlask) -> None:
    from_noon = At(datetime.fromisoformat("2026-07-01T10:00:00+00:00"), "Europe/Rome")
    with app.test_request_context("/"):
        text = Text("Until %(at)s for %(price)s.", {"at": from_noon, "price": Money(21050)})
        assert say(text) == "Until Wed 1 Jul 12:00 CEST for EUR 210.50."
        assert (
            localtime(datetime.fromisoformat("2026-01-15T10:00:00+00:00"), "Europe/Helsinki", "timezone") == "12:00 EET"
        )
        assert problem_item(TAKEN)["text"] == "The cell is taken until 11:00."


def test_every_answer_carries_the_headers_and_a_fresh_nonce(client: FlaskClient) -> None:
    first, second = client.get("/healthz"), client.get("/healthz")
    nonces = [
        re.search(r"script-src 'self' 'nonce-([^']+)'", r.headers["Content-Security-Policy"])[1]
        for r in (first, second)
    ]  # type: ignore[index]
    assert nonces[0] != nonces[1]
    assert "unsafe-eval" not in first.headers["Content-Security-Policy"]
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert re.fullmatch(r"[0-9a-f]{32}", first.headers["X-Request-Id"])


def test_request_id_of_the_proxy_is_kept_and_a_wild_one_is_not(client: FlaskClient) -> None:
    assert client.get("/healthz", headers={"X-Request-Id": "abc123"}).headers["X-Request-Id"] == "abc123"
    assert client.get("/healthz", headers={"X-Request-Id": 'a" onload='}).headers["X-Request-Id"] != 'a" onload='


def test_texts_of_templates_are_escaped(app: APIFlask) -> None:
    with app.test_request_context("/"):
        assert render_template_string("{{ x }}", x="<b>") == "&lt;b&gt;"


def test_health_readiness_and_metrics(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").json == {"status": "ok", "checks": {"database": True, "redis": True}}
    assert b"lift_requests_total" in client.get("/metrics").data
