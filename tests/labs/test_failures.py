"""M16: a problem reported, the machine down in three taps, back with an outcome that the reporter reads."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lift.core import clock
from lift.core.db import db
from lift.core.errors import Conflict, Forbidden, NotFound, Refused
from lift.core.models import MailMessage
from lift.labs import queries, services
from lift.labs.enums import BookingStatus, FailureState
from lift.labs.models import Asset, Block, Booking, Failure
from lift.labs.policy.spans import ends
from lift.labs.queries.failures import failures_of
from lift.people.models import Organisation
from tests.factories.labs import acting_for, make_asset, make_lab, manager_of, member_of, monday, request_for
from tests.factories.people import make_organisation, make_person
from tests.labs.test_pages import make_manager, text_of
from workers import labs as _handlers  # noqa: F401 registers the job handlers

pytestmark = pytest.mark.usefixtures("database")
SignIn = Callable[..., Any]


@pytest.fixture
def asset(monkeypatch: pytest.MonkeyPatch) -> Asset:
    """On a Monday at eight, booked at 9:00, 14:00 and the next day."""
    made = make_asset(name="Oven")
    for start in (monday(9), monday(14), monday(33)):
        services.book_assets(request_for(made, start), actor=manager_of(made.lab))
    at = monday(8)
    monkeypatch.setattr(clock, "now", lambda: at)
    return made


def states() -> list[BookingStatus]:
    return list(db.session.scalars(sa.select(Booking.status).order_by(Booking.during)))


GONE, STANDS = BookingStatus.DISPLACED, BookingStatus.CONFIRMED


def test_m16_shutdown_displaces_only_bookings_before_the_estimated_return(asset: Asset) -> None:
    actor = manager_of(asset.lab)
    failure, gone = services.machine_down(asset.id, clock.now() + timedelta(hours=4), "Door sensor", actor=actor)
    assert (states(), len(gone), failure.state) == ([GONE, STANDS, STANDS], 1, FailureState.DOWN)
    assert len(services.move_return(failure.id, clock.now() + timedelta(hours=8), actor=actor)) == 1
    again, more = services.machine_down(asset.id, clock.now() + timedelta(days=2), "Still", actor=actor)
    assert (again.id, len(more), states()) == (failure.id, 1, [GONE, GONE, GONE])
    blocks = db.session.scalars(sa.select(Block)).all()
    assert [ends(b.during) for b in blocks] == [(clock.now(), clock.now() + timedelta(days=2))]


def test_m16_reporter_is_told_the_outcome_and_the_machine_is_free(asset: Asset, run_jobs: Callable[[], int]) -> None:
    make_manager(asset.lab)
    organisation = db.session.get_one(Organisation, asset.lab.organisation_id)
    reporter = member_of(asset.lab, make_person("Ada Rossi", organisation, email="ada@lift.example"))
    report = services.report_problem(asset.id, "It smells", actor=reporter)
    run_jobs()
    actor = manager_of(asset.lab)
    services.machine_down(asset.id, clock.now() + timedelta(days=1), "", actor=actor, failure_id=report.id)
    services.close_failure(report.id, "A cable was loose.", actor=actor)
    run_jobs()
    told = {m.kind: m for m in db.session.scalars(sa.select(MailMessage)) if m.kind.startswith(("labs.re", "labs.ou"))}
    assert sorted(told) == ["labs.outcome", "labs.report"]
    assert (told["labs.outcome"].recipient, "A cable was loose." in told["labs.outcome"].body) == (
        "ada@lift.example",
        True,
    )
    assert f"/desk/problems?lab={asset.lab.slug}" in told["labs.report"].body
    nine = clock.now() + timedelta(hours=1)
    free = queries.free_windows(asset, nine, nine + timedelta(hours=1), 60)
    assert [ends(w) for w in free] == [(nine, nine + timedelta(hours=1))]
    with pytest.raises(Conflict):
        services.close_failure(report.id, "Twice", actor=actor)


@pytest.mark.parametrize("act", ["down", "return", "close", "report"])
def test_m16_verbs_refuse_strangers_and_bad_input(asset: Asset, act: str) -> None:
    actor, until = manager_of(asset.lab), clock.now() + timedelta(hours=1)
    past = clock.now()
    failure, _gone = services.machine_down(asset.id, until, "Fault", actor=actor)
    verbs: dict[str, Callable[[Any, bool], Any]] = {
        "down": lambda who, good: services.machine_down(asset.id, until if good else past, "x", actor=who),
        "return": lambda who, good: services.move_return(failure.id, until if good else past, actor=who),
        "close": lambda who, good: services.close_failure(failure.id, "Done" if good else " ", actor=who),
        "report": lambda who, good: services.report_problem(asset.id, "Hot" if good else " ", actor=who),
    }
    for stranger in (acting_for(make_organisation().id), manager_of(make_lab())):
        with pytest.raises(Forbidden):
            verbs[act](stranger, True)
    with pytest.raises(Refused):
        verbs[act](actor, False)


def test_m16_unknown_asset_and_problem_are_not_found(asset: Asset) -> None:
    actor, until = manager_of(asset.lab), clock.now() + timedelta(hours=1)
    for verb in (
        lambda: services.machine_down(uuid4(), until, "x", actor=actor),
        lambda: services.move_return(uuid4(), until, actor=actor),
        lambda: services.close_failure(uuid4(), "x", actor=actor),
        lambda: services.report_problem(uuid4(), "x", actor=actor),
    ):
        with pytest.raises(NotFound):
            verb()


def test_m16_holder_of_another_firm_reports_a_problem_of_what_they_booked(asset: Asset) -> None:
    guest = acting_for(make_organisation().id)
    services.book_assets(request_for(asset, monday(16), holder_id=guest.person_id), actor=manager_of(asset.lab))
    assert services.report_problem(asset.id, "Noise", actor=guest).state == FailureState.REPORTED


# ---- pages


def test_m16_machine_is_down_after_three_taps(client: FlaskClient, sign_in: SignIn, asset: Asset) -> None:
    sign_in(client, make_manager(asset.lab))
    desk = html.unescape(client.get("/desk").get_data(as_text=True))
    first = re.search(r'href="(/desk/down[^"]*)"', desk)
    assert first is not None
    which = html.unescape(client.get(first.group(1)).get_data(as_text=True))
    second = re.search(r'href="(/desk/down[^"]*asset=[^"]*)"', which)
    assert second is not None
    page = text_of(client.get(second.group(1)).get_data(as_text=True))
    assert "Back in 4 h 1 booking gives way" in page
    data = {"acting": str(asset.lab.organisation_id), "lab": asset.lab.slug, "asset": asset.key, "minutes": "240"}
    answer = client.post("/desk/down", data=data, follow_redirects=True)
    assert "Oven is out of use. Bookings that gave way: 1." in text_of(answer.get_data(as_text=True))
    failure = db.session.scalars(sa.select(Failure)).one()
    assert (failure.what, states()) == ("Out of order", [GONE, STANDS, STANDS])
    close = f"/desk/problems/{failure.id}/no_fault"
    acting = {"acting": data["acting"]}
    assert client.post(close, data=acting | {"outcome": ""}).status_code == 422
    assert client.post(f"/desk/problems/{failure.id}/return", data=acting | {"minutes": "x"}).status_code == 409
    assert client.post(close, data=acting | {"outcome": "A false alarm"}).status_code == 302
    assert client.post(close, data=acting | {"outcome": "A false alarm"}).status_code == 409


def test_m16_pages_say_no_to_wrong_input_and_strangers(client: FlaskClient, sign_in: SignIn, asset: Asset) -> None:
    failure = services.report_problem(asset.id, "Hot", actor=member_of(asset.lab))
    other = make_lab()
    manager = make_manager(other)
    sign_in(client, manager)
    acting, slug = {"acting": str(other.organisation_id)}, asset.lab.slug
    assert [client.get(f"/desk/{page}?lab={slug}").status_code for page in ("down", "problems")] == [403, 403]
    posts = {"/desk/down": {"lab": slug, "asset": asset.key, "minutes": "60"},
             f"/desk/problems/{failure.id}/return": {"minutes": "60"},
             f"/desk/problems/{failure.id}/back": {"outcome": "x"},
             f"/assets/{asset.key}/problem": {"what": "x"}}  # fmt: skip
    assert [client.post(url, data=acting | data).status_code for url, data in posts.items()] == [403] * 4
    assert client.post("/desk/down", data=acting | {"lab": other.slug, "asset": "x"}).status_code == 404
    mine = make_asset(other)
    db.session.commit()
    wrong = acting | {"lab": other.slug, "asset": mine.key, "minutes": "0"}
    assert client.post("/desk/down", data=wrong).status_code == 422
    report = client.post(f"/assets/{mine.key}/problem", data=acting | {"what": "x" * 401})
    assert (report.status_code, "x" * 401 in report.get_data(as_text=True)) == (422, True)
    assert client.post(f"/assets/{mine.key}/problem", data=acting | {"what": "Hot"}).status_code == 302


def test_m16_list_asks_the_same_for_one_problem_and_for_three(asset: Asset, count_queries: Callable[[], int]) -> None:
    def asked() -> int:
        lab = asset.lab
        assert lab.id
        count_queries()
        failures_of(lab, clock.now())
        return count_queries()

    services.report_problem(asset.id, "One", actor=member_of(asset.lab))
    one = asked()
    for _ in range(2):
        services.report_problem(make_asset(asset.lab).id, "More", actor=member_of(asset.lab))
    assert (one, asked()) == (1, 1)
