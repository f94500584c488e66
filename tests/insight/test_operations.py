"""Operations: failed work with retry, refused batches with the way to them, the doctor's findings; for operators only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lift.core import clock
from lift.core.actor import Role, Scope
from lift.core.db import db
from lift.core.enums import JobState
from lift.core.models import AuditEntry, Job
from lift.live.models import RefusedBatch
from lift.people.models import Person
from tests.factories.live import make_cell
from tests.factories.people import make_organisation, make_person
from tests.page_reading import links_of, main_of, rows_of

pytestmark = pytest.mark.usefixtures("database")


def person(role: Role) -> Person:
    return make_person("Otto Relais", make_organisation(), [(role, Scope.NETWORK, None)])


def failed_job(kind: str = "core.send_mail", state: JobState = JobState.FAILED) -> Job:
    row = Job(kind=kind, arguments={}, state=state, attempts=5, error="ConnectionError: no mail server")
    db.session.add(row)
    db.session.commit()
    return row


@pytest.fixture
def operator(client: FlaskClient, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    return sign_in(client, person(Role.OPERATOR))


def test_operations_lists_failed_jobs_only(operator: FlaskClient) -> None:
    job = failed_job()
    failed_job("core.done_one", JobState.DONE)
    cells = rows_of(operator.get("/operations"))
    assert [[line[0], line[2], line[3]] for line in cells] == [
        [f"core.send_mail {job.id}", "5", "ConnectionError: no mail server"]
    ]


def test_operator_starts_a_failed_job_over_and_it_is_on_record(operator: FlaskClient) -> None:
    job = failed_job()
    assert operator.post(f"/operations/jobs/{job.id}/retry").status_code == 302
    db.session.refresh(job)
    assert (job.state, job.attempts, job.error) == (JobState.NEW, 0, None)
    entry = db.session.scalars(sa.select(AuditEntry).filter_by(action="insight.retry_job")).one()
    assert (entry.thing_kind, entry.thing_id) == ("job", str(job.id))
    assert "Nothing failed." in main_of(operator.get("/operations"))


@pytest.mark.parametrize("state", [JobState.NEW, JobState.SENT, JobState.DONE])
def test_retry_of_a_job_that_did_not_fail_is_404(operator: FlaskClient, state: JobState) -> None:
    job = failed_job(state=state)
    assert operator.post(f"/operations/jobs/{job.id}/retry").status_code == 404
    assert operator.post("/operations/jobs/999999/retry").status_code == 404
    db.session.refresh(job)
    assert job.state is state


def test_operations_shows_refused_batches_with_the_way_to_the_gateways(operator: FlaskClient) -> None:
    cell = make_cell()
    for sequence, reason in ((1, "times run backwards"), (2, "too many variables")):
        db.session.add(RefusedBatch(gateway_id=cell.gateway.id, store_id="s", sequence=sequence, reason=reason))
    db.session.commit()
    answer = operator.get("/operations")
    assert [[line[0], line[1], line[3]] for line in rows_of(answer)] == [
        [cell.gateway.key, cell.lab.name, "too many variables"],
        [cell.gateway.key, cell.lab.name, "times run backwards"],
    ]
    assert "/gateways" in links_of(answer)


def test_operations_shows_what_the_doctor_finds(operator: FlaskClient) -> None:
    failed_job()
    page = main_of(operator.get("/operations"))
    assert "failed jobs not well 1 To mend it: look at /operations and retry them" in page
    assert "redis well answers" in page


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OPERATOR])
def test_operations_is_for_operators_only(client: FlaskClient, sign_in: Callable[..., FlaskClient], role: Role) -> None:
    job = failed_job()
    sign_in(client, person(role))
    assert client.get("/operations").status_code == 403
    assert client.post(f"/operations/jobs/{job.id}/retry").status_code == 403
    db.session.refresh(job)
    assert job.state is JobState.FAILED


def test_operations_asks_the_database_as_often_for_three_as_for_one(
    operator: FlaskClient, count_queries: Callable[[], int]
) -> None:
    failed_job()
    operator.get("/operations")
    count_queries()
    operator.get("/operations")
    one = count_queries()
    failed_job()
    failed_job()
    count_queries()
    operator.get("/operations")
    assert count_queries() == one


def test_degraded_operators_read_on_every_page_what_is_disturbed_and_nobody_else_does(
    client: FlaskClient, sign_in: Callable[..., FlaskClient]
) -> None:
    db.session.add(
        Job(kind="core.send_mail", arguments={}, state=JobState.NEW, due_at=clock.now() - timedelta(hours=1))
    )
    db.session.commit()
    line = "Something does not work as it should: Mails, certificates and recordings."
    sign_in(client, person(Role.BUSINESS_OWNER))
    assert line not in client.get("/labs").text
    sign_in(client, person(Role.OPERATOR))
    assert line in client.get("/labs").text
    db.session.execute(sa.update(Job).values(state=JobState.DONE))
    db.session.commit()
    assert line not in client.get("/labs").text
