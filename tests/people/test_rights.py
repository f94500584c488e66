"""L12: one's own data as an archive, erasure with a report; strangers get neither."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from apiflask import APIFlask
from flask.testing import FlaskClient

from lift.core import clock, files, retention
from lift.core.actor import SYSTEM, Role, Scope
from lift.core.db import db
from lift.core.errors import NotFound, Refused
from lift.core.models import Job, MailMessage, StoredFile
from lift.people import queries, services
from lift.people.models import DataExport, ErasureReport, Person
from lift.training.models import Certificate
from tests.factories.people import (
    actor_for,
    give_role,
    make_company,
    make_learner,
    make_organisation,
    make_owner,
    make_person,
)
from tests.factories.training import make_running_class
from tests.training.test_walk import issue

pytestmark = pytest.mark.integration
SignIn = Callable[..., FlaskClient]
ERASE = {"certificates": "keep", "sure": "y"}


def only_export() -> DataExport:
    return db.session.scalars(sa.select(DataExport)).one()


def packed(client: FlaskClient, export: DataExport) -> zipfile.ZipFile:
    with client.get(f"/me/data/{export.id}.zip") as answer:
        return zipfile.ZipFile(io.BytesIO(answer.data))


def test_l12_archive_is_packed_by_the_job_told_by_mail_and_holds_the_asker_only(
    client: FlaskClient, sign_in: SignIn, run_jobs: Callable[[], int]
) -> None:
    person = make_person("Olga Padrona", make_organisation("Ente Olga"), email="olga@ditta.example")
    make_person("Somebody Else", make_organisation(), email="else@ditta.example")
    sign_in(client, person)
    client.post("/me/data")
    assert "being packed" in client.get("/me/data").text
    run_jobs()
    db.session.expire_all()
    export = only_export()
    page = client.get("/me/data").text
    assert (f"/me/data/{export.id}.zip" in page, "being packed" in page) == (True, False)
    archive = packed(client, export)
    held = json.loads(archive.read("people.json"))
    assert set(archive.namelist()) == {"people.json", "labs.json", "twins.json", "live.json", "training.json"}
    assert (held["email"], [m["organisation"] for m in held["memberships"]]) == ("olga@ditta.example", ["Ente Olga"])
    assert "Somebody Else" not in "".join(archive.read(name).decode() for name in archive.namelist())
    told = db.session.scalars(sa.select(MailMessage).where(MailMessage.kind == "people.export_ready")).one()
    assert (told.recipient, told.event) == ("olga@ditta.example", str(export.id))


def test_l12_archive_carries_the_papers_of_certificates(client: FlaskClient, sign_in: SignIn) -> None:
    running = make_running_class()
    row = issue(running)
    person = db.session.get_one(Person, row.person_id)
    sign_in(client, person)
    export = services.ask_export(actor_for(person))
    services.pack_export(export.id)
    names = [name for name in packed(client, export).namelist() if name.startswith("files/training/")]
    assert [name.endswith(f"{row.number}.pdf") for name in names] == [True]


def test_l12_asking_twice_while_it_is_packed_is_one_archive(database: object) -> None:
    actor = actor_for(make_learner(make_company()))
    first, second = services.ask_export(actor), services.ask_export(actor)
    jobs = sa.select(sa.func.count()).select_from(Job).where(Job.kind == services.PACK_EXPORT.name)
    assert (first.id == second.id, db.session.scalar(jobs)) == (True, 1)
    services.pack_export(first.id)
    file_id = first.file_id
    services.pack_export(first.id)  # the relay sends it again
    assert (first.file_id == file_id, services.ask_export(actor).id == first.id) == (True, False)


@pytest.mark.parametrize("who", ["colleague", "owner", "other firm", "visitor"])
def test_l12_archive_of_somebody_else_does_not_exist(client: FlaskClient, sign_in: SignIn, who: str) -> None:
    firm = make_company()
    person = make_learner(firm)
    export = services.ask_export(actor_for(person))
    services.pack_export(export.id)
    makers = {
        "colleague": lambda: make_learner(firm),
        "owner": lambda: make_owner(firm),
        "other firm": lambda: make_owner(make_company()),
    }
    if who in makers:
        sign_in(client, makers[who]())
    answer = client.get(f"/me/data/{export.id}.zip")
    assert answer.status_code == (302 if who == "visitor" else 404)


def test_l12_archive_is_gone_after_seven_days_with_its_bytes(
    client: FlaskClient, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = make_learner(make_company())
    export = services.ask_export(actor_for(person))
    services.pack_export(export.id)
    stored = db.session.get_one(StoredFile, export.file_id)
    path, now, actor, key = files.path_of(stored.sha256), clock.now(), actor_for(person), export.id
    retention.run(now + timedelta(days=7) - timedelta(minutes=1))
    assert (path.exists(), services.export_file(actor, key).id) == (True, stored.id)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: now + timedelta(days=7, minutes=1))
        with pytest.raises(NotFound):
            services.export_file(actor, key)
    assert retention.run(now + timedelta(days=7, minutes=1))["archives of one's own data"] == 1
    assert (path.exists(), queries.exports_of(person.id, now)) == (False, [])


def test_l12_erasure_reports_counts_and_revokes_certificates_on_wish(
    client: FlaskClient, sign_in: SignIn, run_jobs: Callable[[], int]
) -> None:
    row = issue(make_running_class())
    person = db.session.get_one(Person, row.person_id)
    name, pseudonym = person.name, person.pseudonym
    services.pack_export(services.ask_export(actor_for(person)).id)
    sign_in(client, person)
    answer = client.post("/me/erase", data={**ERASE, "certificates": "revoke"})
    assert (answer.status_code, "Your certificates are revoked." in answer.text, name in answer.text) == (
        200,
        True,
        False,
    )
    db.session.expire_all()
    report = db.session.scalars(sa.select(ErasureReport)).one()
    assert (report.pseudonym, report.certificates_revoked) == (pseudonym, True)
    assert (report.counts["training"]["certificates"], report.counts["people"]["name"]) == ([1, 1], [1, 0])
    assert db.session.get_one(Certificate, row.id).revoked_at is not None
    assert db.session.scalar(sa.select(sa.func.count()).select_from(DataExport)) == 0
    assert client.get("/me").status_code == 302  # nobody is signed in any more


def test_l12_erasure_keeps_certificates_on_wish(database: object) -> None:
    row = issue(make_running_class())
    services.erase_person(actor_for(db.session.get_one(Person, row.person_id)), row.person_id)
    db.session.expire_all()
    kept = db.session.get_one(Certificate, row.id)
    assert (kept.revoked_at, kept.file_id, "name" in kept.content) == (None, None, False)


def test_l12_erasure_without_a_clear_yes_changes_nothing(client: FlaskClient, sign_in: SignIn) -> None:
    person = make_learner(make_company(), "Bruno Senza")
    sign_in(client, person)
    answer = client.post("/me/erase", data={"certificates": "burn"})
    assert (answer.status_code, answer.text.count("Tick this if you really want to be erased.")) == (422, 2)
    db.session.expire_all()
    assert person.name == "Bruno Senza"


def test_r6_last_owner_hands_over_before_being_erased(client: FlaskClient, sign_in: SignIn) -> None:
    firm = make_company()
    owner = make_owner(firm)
    sign_in(client, owner)
    answer = client.post("/me/erase", data=ERASE)
    assert (answer.status_code, "Give that role to somebody else first." in answer.text) == (409, True)
    give_role(make_learner(firm), firm, Role.OWNER, Scope.COMPANY, firm.id)
    assert client.post("/me/erase", data=ERASE).status_code == 200


def test_l12_nobody_is_erased_twice(database: object) -> None:
    person = make_learner(make_company())
    services.erase_person(SYSTEM, person.id)
    with pytest.raises(NotFound):
        services.erase_person(SYSTEM, person.id)


def test_l12_operator_reads_the_report(app: APIFlask, database: object) -> None:
    make_person("Anna", make_organisation(), email="anna@ente.example")
    said = app.test_cli_runner().invoke(args=["user", "erase", "anna@ente.example"], input="y\n").output
    assert "people.memberships: 1 held, 1 kept without a name" in said


def test_l12_last_owners_of_one_firm_cannot_be_both_erased(database: object) -> None:
    firm = make_company()
    first, second = make_owner(firm), make_owner(firm)
    services.erase_person(actor_for(first), first.id)
    with pytest.raises(Refused):
        services.erase_person(actor_for(second), second.id)
