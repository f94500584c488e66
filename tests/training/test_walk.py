"""Walk 2 in one process, without the machine: from "your session is running now" to a certificate that anybody can check."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from pypdf import PdfReader

from lift.core import files
from lift.core.db import db
from lift.training import queries
from lift.training.models import Answer, Certificate
from lift.training.services import certificates
from tests.factories.training import RunningClass, make_cut, make_running_class, open_bench_row, pass_twin
from workers import training as _handlers  # noqa: F401 registers the job handlers

pytestmark = pytest.mark.usefixtures("database")
SignIn = Callable[..., FlaskClient]

ANSWERS: dict[str, list[tuple[int, str]]] = {
    "what-oee-means": [(0, "75 %"), (1, "availability")],
    "read-a-counter": [(0, "95,1"), (1, "gap")],
    "the-three-losses": [(0, "80")],
    "compare-with-the-twin": [(1, "70 %")],
}


class Browser:
    """The learner's browser."""

    def __init__(self, client: FlaskClient, running: RunningClass) -> None:
        self.client, self.running = client, running

    def post(self, path: str, **fields: object) -> object:
        data = {"acting": str(self.running.company.id), **fields}
        answer = self.client.post(f"/learn/{self.running.session.code}/{path}", data=data)
        assert answer.status_code in (302, 303), answer.text
        return answer

    def step(self, key: str) -> str:
        answer = self.client.get(f"/learn/{self.running.session.code}/{key}")
        assert answer.status_code == 200
        return answer.text


def test_walk_2_from_the_running_session_to_a_certificate_that_anybody_can_check(
    client: FlaskClient, sign_in: SignIn, run_jobs: Callable[[], int]
) -> None:
    running = make_running_class()
    browser = Browser(sign_in(client, running.learner), running)
    code = running.session.code

    home = client.get("/my-training").text
    assert "Your session is running now" in home
    assert f'href="/learn/{code}/what-oee-means"' in home
    page = browser.step("what-oee-means")
    assert "2 things are missing:" in page
    assert (
        client.post(f"/learn/{code}/your-own-recording/machine", data={"acting": str(running.company.id)}).status_code
        == 409
    )

    for key, answers in ANSWERS.items():
        for place, typed in answers:
            field = "typed" if typed[0].isdigit() else "chosen"
            browser.post(f"{key}/answer/{place}", **{field: typed})
    pass_twin(running.learner, running.asset)
    answer = client.post(f"/sessions/{code}/briefing", data={"acting": str(running.company.id)})
    assert answer.status_code == 302
    assert 'action="/learn/' + code + '/your-own-recording/machine"' in browser.step("your-own-recording")

    cut = make_cut(open_bench_row(running))
    db.session.commit()
    browser.post("your-own-recording/answer/0", typed="75 %", cut=str(cut.id))
    assert "Divide by the whole window" in browser.step("your-own-recording")
    browser.post("your-own-recording/answer/0", typed="0,60", cut=str(cut.id))
    assert "Your recording says 60.0 %." in browser.step("your-own-recording")
    browser.post("compare-with-the-twin/answer/0", typed="80", cut=str(cut.id))
    assert queries.certificate_of(running.learner.id, running.session.id) is None
    browser.post("what-would-you-change/evidence/0", typed="The stop of two minutes is the biggest loss. " * 3)
    assert queries.standing_of(running.learner.id, running.version.id).percent == 100
    run_jobs()

    row = queries.certificate_of(running.learner.id, running.session.id)
    assert row is not None
    assert row.number in client.get("/certificates").text
    pdf = client.get(f"/certificates/{row.code}.pdf")
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.data)).pages)
    for words in ("Rosa Bianchi", "From counters to OEE", row.number, row.code):
        assert words in re.sub(r"\s+", " ", text).replace("- ", "-") or words in text.replace("\n", "")
    check = app_client_without_cookies(client).get(f"/certificates/check/{row.code}")
    assert (check.status_code, "This certificate is valid." in check.text, "RB" in check.text) == (200, True, True)
    assert "Rosa" not in check.text


def app_client_without_cookies(client: FlaskClient) -> FlaskClient:
    return client.application.test_client()


def test_l6_qr_code_of_the_page_is_that_of_the_public_check(run_jobs: Callable[[], int]) -> None:
    running = make_running_class()
    row = issue(running)
    assert row.content["check_url"] == f"http://lift.test/certificates/check/{row.code}"
    assert row.file_id is not None
    reader = PdfReader(io.BytesIO(files.read(row.file_id)))
    assert reader.pdf_header >= "%PDF-1.7"
    links = [a.get_object()["/A"]["/URI"] for a in reader.pages[0].get("/Annots", [])]
    assert row.content["check_url"] in links
    assert certificates.qr_svg(row.content["check_url"]) != certificates.qr_svg("http://lift.test/")


def issue(running: RunningClass) -> Certificate:
    """A certificate as if every step were done."""
    now = running.session.starts_at
    for step in running.version.steps:
        for place in range(len(step.exercises)):
            db.session.add(
                Answer(person_id=running.learner.id, version_id=running.version.id, step_key=step.key, exercise=place,
                       typed="x", correct=True, answered_at=now)
            )  # fmt: skip
    pass_twin(running.learner, running.asset)
    db.session.commit()
    url = "http://lift.test/certificates/check"
    row = certificates.issue_certificate(
        running.learner.id, running.session.id, check_url=url, now=running.session.ends_at
    )
    assert row is not None
    return row


def test_l6_issued_once_per_learner_and_session_and_names_version_and_hours() -> None:
    running = make_running_class()
    first = issue(running)
    again = certificates.issue_certificate(
        running.learner.id, running.session.id, check_url="x", now=running.session.ends_at
    )
    assert again is not None
    assert (again.id, db.session.scalar(sa.select(sa.func.count()).select_from(Certificate))) == (first.id, 1)
    assert (first.minutes_attended, "Version 1 of the module" in first.content["version"]) == (60, True)


def test_l6_not_issued_while_a_required_step_is_open() -> None:
    running = make_running_class()
    url = "http://lift.test/certificates/check"
    row = certificates.issue_certificate(
        running.learner.id, running.session.id, check_url=url, now=running.session.ends_at
    )
    assert row is None
