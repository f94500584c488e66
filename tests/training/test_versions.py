"""A4, A7, A19: a session keeps its version, its trainer may take another before anybody began; a recall stops and tells."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lift.content import services as content
from lift.content.enums import VersionState
from lift.content.models import ModuleStep, ModuleVersion
from lift.core import clock
from lift.core.actor import SYSTEM
from lift.core.db import db
from lift.core.errors import Refused
from lift.core.models import MailMessage
from lift.live.models import Stop
from lift.people.models import Account, Person
from lift.training.models import PilotSession
from lift.training.services import learning, take_version
from tests.factories.people import make_organisation, make_person
from tests.factories.training import RunningClass, make_running_class, open_bench_row
from tests.page_reading import main_of
from workers import training as worker

pytestmark = pytest.mark.usefixtures("database")

SignIn = Callable[..., FlaskClient]
LIVE = "your-own-recording"


def newer(running: RunningClass) -> ModuleVersion:
    """Version 2 with one step changed, published."""
    version = content.open_draft(running.version.id, actor=SYSTEM)
    step = db.session.scalars(sa.select(ModuleStep).filter_by(version_id=version.id, key="read-a-counter")).one()
    step.body = {**step.body, "en": "A new text."}
    version.what_changed = "Counters are explained with a picture."
    db.session.flush()
    version.state, version.published_at = VersionState.PUBLISHED, clock.now()
    db.session.commit()
    return version


def mailed(person: Person, address: str) -> None:
    db.session.execute(sa.update(Account).where(Account.person_id == person.id).values(email=address))
    db.session.commit()


def used(running: RunningClass) -> int:
    db.session.expire_all()
    session = db.session.get_one(PilotSession, running.session.id)
    return db.session.get_one(ModuleVersion, session.version_id).number


def test_a7_trainer_is_told_of_a_new_version_and_takes_it_with_one_button(client: FlaskClient, sign_in: SignIn) -> None:
    running = make_running_class()
    mailed(running.trainer, "trainer@lift.example")
    version = newer(running)
    worker.offer_update(str(version.id))
    worker.offer_update(str(version.id))
    told = db.session.scalars(sa.select(MailMessage)).one()
    assert (told.recipient, f"/sessions/{running.session.code}/version" in told.body) == ("trainer@lift.example", True)
    assert used(running) == 1
    sign_in(client, running.trainer)
    page = f"/sessions/{running.session.code}/version"
    shown = main_of(client.get(page))
    assert "Counters are explained with a picture." in shown
    assert "Steps that say something else: Read a counter" in shown
    assert client.post(f"{page}/2").status_code == 303
    assert used(running) == 2
    assert client.post(f"{page}/1").status_code == 303
    assert used(running) == 1


def test_a4_session_stays_once_a_learner_has_begun_and_the_attempt_stays_readable(
    client: FlaskClient, sign_in: SignIn
) -> None:
    running = make_running_class()
    newer(running)
    learning.start_step(running.session.code, "what-oee-means", actor=running.actor)
    sign_in(client, running.trainer)
    answer = client.post(f"/sessions/{running.session.code}/version/2")
    assert answer.status_code == 409
    assert "1 learners have begun with the present version" in main_of(answer)
    assert used(running) == 1
    assert learning.attempt_of(running.session.code, "what-oee-means", actor=running.actor).standing.version.number == 1


def test_a7_draft_never_leaks_into_a_session(client: FlaskClient, sign_in: SignIn) -> None:
    running = make_running_class()
    content.open_draft(running.version.id, actor=SYSTEM)
    sign_in(client, running.trainer)
    assert "There is no other published version of this module." in main_of(
        client.get(f"/sessions/{running.session.code}/version")
    )
    assert client.post(f"/sessions/{running.session.code}/version/2").status_code == 404


def test_a7_new_version_that_asks_for_another_machine_is_refused() -> None:
    running = make_running_class()
    version = content.open_draft(running.version.id, actor=SYSTEM)
    version.requirements = {**version.requirements, "asset_type": "oven"}
    version.state, version.published_at = VersionState.PUBLISHED, clock.now()
    db.session.commit()
    with pytest.raises(Refused, match="another machine"):
        take_version(running.session.code, 2, actor=running.teacher)


@pytest.mark.parametrize("who", ["learner", "stranger"])
def test_a7_version_of_a_session_is_404_for_who_does_not_teach_it(
    client: FlaskClient, sign_in: SignIn, who: str
) -> None:
    running = make_running_class()
    sign_in(client, running.learner if who == "learner" else make_person("Stranger", make_organisation()))
    assert client.get(f"/sessions/{running.session.code}/version").status_code == 404
    assert client.post(f"/sessions/{running.session.code}/version/1").status_code == 404


def test_a19_recall_stops_benches_refuses_the_step_and_tells_everybody_once(
    client: FlaskClient, sign_in: SignIn
) -> None:
    running = make_running_class()
    mailed(running.trainer, "trainer@lift.example")
    mailed(running.learner, "learner@lift.example")
    bench = open_bench_row(running)
    content.recall_step(running.version.id, LIVE, "The door must stay shut.", actor=SYSTEM)
    for _again in range(2):
        worker.stop_recalled_step(str(running.version.id), LIVE)
    stops = db.session.scalars(sa.select(Stop)).all()
    assert [stop.asset_id for stop in stops] == [bench.asset_id]
    told = db.session.scalars(sa.select(MailMessage).order_by(MailMessage.recipient)).all()
    assert [m.recipient for m in told] == ["learner@lift.example", "trainer@lift.example"]
    assert "The door must stay shut." in told[0].body
    sign_in(client, running.learner)
    answer = client.get(f"/learn/{running.session.code}/{LIVE}")
    assert answer.status_code == 409
    assert "stopped because it is unsafe" in main_of(answer)
    assert client.post(f"/learn/{running.session.code}/{LIVE}/machine").status_code == 409
