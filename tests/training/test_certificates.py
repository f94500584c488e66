"""V5, L6: the public check, the holder's own page, revoking, throttling."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from lift.core.actor import Role, Scope
from lift.core.db import db
from lift.core.errors import Conflict, Forbidden
from lift.core.ids import public_code
from lift.training import services
from lift.training.models import Certificate
from tests.factories.people import actor_for, give_role, make_company, make_learner
from tests.factories.training import RunningClass, make_enrolment, make_running_class
from tests.training.test_walk import issue

pytestmark = pytest.mark.usefixtures("database")
SignIn = Callable[..., FlaskClient]
FRESH = {"REMOTE_ADDR": "203.0.113.7"}


@pytest.fixture
def issued() -> tuple[RunningClass, Certificate]:
    running = make_running_class()
    return running, issue(running)


def test_v5_valid_code_gives_initials_and_title_only_however_it_is_typed(
    client: FlaskClient, issued: tuple[RunningClass, Certificate]
) -> None:
    row = issued[1]
    typed = "-".join([row.code[:9].lower(), row.code[9:18], row.code[18:]])
    answer = client.get(f"/certificates/check?code={typed}", follow_redirects=True, environ_base=FRESH)
    assert answer.status_code == 200
    assert "This certificate is valid." in answer.text
    assert ("RB" in answer.text, "From counters to OEE" in answer.text, row.number in answer.text) == (True, True, True)
    assert ("Rosa" in answer.text, "Officine Esempio" in answer.text) == (False, False)


def test_l6_revocation_is_visible_at_once_and_only_once(
    client: FlaskClient, issued: tuple[RunningClass, Certificate]
) -> None:
    running, row = issued
    with pytest.raises(Forbidden):
        services.revoke_certificate(row.id, actor=running.teacher, reason="no")
    give_role(running.trainer, running.host, Role.PARTNER_ADMIN, Scope.PARTNER, running.host.id)
    db.session.commit()
    admin = actor_for(running.trainer, running.host)
    services.revoke_certificate(row.id, actor=admin, reason="Issued by mistake.")
    answer = client.get(f"/certificates/check/{row.code}", environ_base=FRESH)
    assert (answer.status_code, "This certificate was revoked on" in answer.text) == (200, True)
    assert client.get(f"/api/v1/certificates/{row.code}").json["state"] == "revoked"
    with pytest.raises(Conflict):
        services.revoke_certificate(row.id, actor=admin, reason="again")


def test_l6_operator_revokes_by_the_code_that_stands_on_the_paper(
    app: APIFlask, client: FlaskClient, issued: tuple[RunningClass, Certificate]
) -> None:
    row = issued[1]
    told = app.test_cli_runner().invoke(
        args=["certificate", "revoke", row.code.lower(), "--reason", "Issued by mistake."]
    )
    assert (told.exit_code, told.output) == (0, f"{row.number} revoked.\n")
    assert client.get(f"/api/v1/certificates/{row.code}").json["state"] == "revoked"
    again = app.test_cli_runner().invoke(args=["certificate", "revoke", row.code, "--reason", "again"])
    assert (again.exit_code, again.output) == (1, f"Error: {row.number}: revoked before\n")


def test_v5_unknown_code_is_404_and_the_eleventh_in_a_minute_is_429(
    client: FlaskClient, issued: tuple[RunningClass, Certificate]
) -> None:
    here = {"REMOTE_ADDR": "203.0.113.99"}
    wrong = [client.get(f"/certificates/check/{public_code()}", environ_base=here).status_code for _ in range(11)]
    assert wrong == [404] * 10 + [429]
    other = {"REMOTE_ADDR": "203.0.113.98"}
    right = [client.get(f"/certificates/check/{issued[1].code}", environ_base=other).status_code for _ in range(12)]
    assert right == [200] * 12


def test_certificate_pdf_is_for_its_holder_only(
    client: FlaskClient, sign_in: SignIn, issued: tuple[RunningClass, Certificate]
) -> None:
    running, row = issued
    assert client.get(f"/certificates/{row.code}.pdf").status_code == 302
    stranger = make_learner(make_company())
    db.session.commit()
    assert sign_in(client.application.test_client(), stranger).get(f"/certificates/{row.code}.pdf").status_code == 404
    mine = sign_in(client, running.learner).get(f"/certificates/{row.code}.pdf")
    assert (mine.status_code, mine.mimetype, mine.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert mine.headers["Content-Disposition"] == f'attachment; filename="{row.number}.pdf"'


def test_two_certificates_have_different_codes_and_rising_numbers() -> None:
    running = make_running_class()
    other = make_learner(running.company, "Marco Finto")
    make_enrolment(running.session, running.company.id, other.id)
    db.session.commit()
    first, second = issue(running), issue(replace(running, learner=other))
    assert first.code != second.code
    assert second.serial > first.serial
    assert second.number == f"LIFT-{second.issued_at.year}-{second.serial:06}"
