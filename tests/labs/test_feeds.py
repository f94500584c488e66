"""I7, M21: calendars out (addresses with a token) and in (busy time of a lab's own system), read over real HTTP."""

from __future__ import annotations

import html
import ipaddress
import re
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import icalendar
import pytest
import sqlalchemy as sa
from apiflask import APIFlask
from flask.testing import FlaskClient

import workers  # noqa: F401 the handlers of jobs
from lift.core import clock
from lift.core.actor import Role, Scope
from lift.core.db import db
from lift.core.errors import Forbidden, Invalid, NotFound, Refused
from lift.labs import services
from lift.labs.enums import BlockKind, FeedOf
from lift.labs.models import Asset, Block, BusyFeed, CalendarFeed, Lab
from lift.labs.policy.busy import NotACalendar, busy_ranges
from lift.labs.policy.spans import ends, span
from lift.labs.queries import feeds as found
from lift.labs.services import feeds, outside
from lift.people.models import Membership, Organisation, Person
from tests.factories.labs import acting_for, make_asset, make_lab, manager_of, member_of, monday, request_for
from tests.factories.people import give_role, make_organisation, make_person

SignIn = Callable[..., Any]
ROME = "Europe/Rome"


def ics(*entries: str, head: str = "") -> bytes:
    """A calendar with these VEVENT bodies."""
    events = "".join(f"BEGIN:VEVENT\nUID:{n}\n{entry}\nEND:VEVENT\n" for n, entry in enumerate(entries))
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//a lab//EN\n{head}{events}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def entry(start: datetime, minutes: int = 60, more: str = "SUMMARY:secret meeting") -> str:
    return f"DTSTART:{stamp(start)}\nDTEND:{stamp(start + timedelta(minutes=minutes))}\n{more}"


class Server:
    """A web server beside the test: ``answer`` is (status, body, headers)."""

    def __init__(self) -> None:
        self.answer: tuple[int, bytes, dict[str, str]] = (200, ics(), {})
        self.asked: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body, headers = outer.answer
                outer.asked.append(self.headers["Host"])
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: Any) -> None:
                """Quiet."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.http.server_port}"


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.http.shutdown()
    server.http.server_close()


@pytest.fixture
def allowed(app: APIFlask, server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The operator has named the server's host."""
    settings = app.config["LIFT"]
    monkeypatch.setitem(app.config, "LIFT", type(settings)(**{**settings.__dict__, "calendar_hosts": (server.host,)}))
    return server


def person_of(lab: Lab, role: Role | None = Role.LAB_MANAGER) -> Person:
    organisation = db.session.get_one(Organisation, lab.organisation_id)
    person = make_person("Lia Gestori", organisation, email=f"lia-{lab.slug}-{role}@lift.example")
    if role is not None:
        give_role(person, organisation, role, Scope.LAB, lab.id)
    db.session.commit()
    return person


def events_of(client: FlaskClient, token: str) -> dict[str, Any]:
    answer = client.get(f"/calendar/{token}.ics")
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    calendar = icalendar.Calendar.from_ical(answer.get_data())
    return {str(event["SUMMARY"]): event for event in calendar.walk("VEVENT")}


# ---- I7: out


def test_i7_feed_of_a_lab_keeps_the_uid_raises_the_sequence_and_says_cancelled(
    client: FlaskClient, database: sa.Connection
) -> None:
    lab = make_lab(name="Officina Nord")
    asset, actor = make_asset(lab), manager_of(lab, person_of(make_lab()))
    db.session.add(Membership(person_id=actor.person_id, organisation_id=lab.organisation_id))
    db.session.commit()
    token = feeds.give_address(FeedOf.LAB, lab.id, actor=actor)
    booking = services.book_assets(request_for(asset, monday(9), title="Energy"), actor=actor)
    name = next(iter(events_of(client, token)))
    seen = [events_of(client, token)[name]]
    services.move_booking(booking.code, monday(13), monday(14), actor=actor)
    seen.append(events_of(client, token)[name])
    services.cancel_booking(booking.code, actor=actor)
    seen.append(events_of(client, token)[name])
    services.restore_booking(booking.code, actor=actor)
    seen.append(events_of(client, token)[name])
    assert {str(event["UID"]) for event in seen} == {f"{booking.id}@lift"}
    assert [int(event["SEQUENCE"]) for event in seen] == [0, 1, 2, 3]
    assert [str(event["STATUS"]) for event in seen] == ["CONFIRMED", "CONFIRMED", "CANCELLED", "CONFIRMED"]
    assert [event.start for event in seen] == [monday(9), monday(13), monday(13), monday(13)]
    assert (str(seen[0]["LOCATION"]), name.startswith("Energy (")) == ("Officina Nord", True)
    assert str(seen[0]["URL"]) == f"http://lift.test/bookings/{booking.code}"


def test_i7_feed_of_an_asset_shows_only_its_bookings_and_keeps_those_given_back(client: FlaskClient) -> None:
    lab = make_lab()
    oven, robot, person = make_asset(lab), make_asset(lab), person_of(lab)
    actor = manager_of(lab, person)
    token = feeds.give_address(FeedOf.ASSET, oven.id, actor=actor)
    kept = services.book_assets(request_for(oven, monday(9), title="Kept"), actor=actor)
    gone = services.book_assets(request_for(oven, monday(11), title="Gone"), actor=actor)
    services.book_assets(request_for(robot, monday(9), title="Elsewhere"), actor=actor)
    services.cancel_booking(gone.code, actor=actor)
    shown = {str(event["UID"]): str(event["STATUS"]) for event in events_of(client, token).values()}
    assert shown == {f"{kept.id}@lift": "CONFIRMED", f"{gone.id}@lift": "CANCELLED"}


def test_i7_feed_of_a_person_shows_own_bookings_and_sessions_that_the_person_teaches(client: FlaskClient) -> None:
    lab = make_lab()
    asset, person = make_asset(lab), person_of(lab)
    actor = manager_of(lab, person)
    token = feeds.give_address(FeedOf.PERSON, None, actor=actor)
    mine = services.book_assets(request_for(asset, monday(9), holder_id=person.id), actor=actor)
    services.book_assets(request_for(asset, monday(11)), actor=actor)
    part = span(monday(14), monday(16))
    taught = services.book_for_session(
        services.SessionBundle((asset.id,), (part,), (), (person.id,)), mine.id,
        organisation_id=lab.organisation_id, title="Class", actor=actor,
    )  # fmt: skip
    uids = {str(event["UID"]) for event in events_of(client, token).values()}
    assert uids == {f"{mine.id}@lift", f"{taught.id}@lift"}
    services.release_for_session(mine.id, actor=actor)
    states = {str(e["UID"]): str(e["STATUS"]) for e in events_of(client, token).values()}
    assert states == {f"{mine.id}@lift": "CONFIRMED", f"{taught.id}@lift": "CANCELLED"}


def test_i7_revoked_replaced_and_guessed_addresses_are_404(client: FlaskClient) -> None:
    lab = make_lab()
    actor = manager_of(lab, person_of(lab))
    first = feeds.give_address(FeedOf.LAB, lab.id, actor=actor)
    second = feeds.give_address(FeedOf.LAB, lab.id, actor=actor)
    assert [client.get(f"/calendar/{t}.ics").status_code for t in (first, second, "guess")] == [404, 200, 404]
    feed = db.session.scalars(sa.select(CalendarFeed).filter_by(revoked_at=None)).one()
    assert second not in repr(feed.__dict__)
    with pytest.raises(NotFound):
        feeds.revoke_address(feed.id, actor=member_of(lab))
    feeds.revoke_address(feed.id, actor=actor)
    assert client.get(f"/calendar/{second}.ics").status_code == 404


def test_i7_feed_ends_with_the_right_it_lives_on_and_a_stranger_gets_none(client: FlaskClient) -> None:
    lab = make_lab()
    person = person_of(lab, None)
    token = feeds.give_address(FeedOf.LAB, lab.id, actor=member_of(lab, person))
    assert client.get(f"/calendar/{token}.ics").status_code == 200
    db.session.execute(sa.delete(Membership).where(Membership.person_id == person.id))
    db.session.commit()
    assert client.get(f"/calendar/{token}.ics").status_code == 404
    for of, thing in ((FeedOf.LAB, lab.id), (FeedOf.ASSET, make_asset(lab).id)):
        with pytest.raises(Forbidden):
            feeds.give_address(of, thing, actor=acting_for(make_organisation().id))


def test_i7_feed_asks_the_same_number_of_questions_for_one_booking_and_for_three(
    client: FlaskClient, count_queries: Callable[[], int]
) -> None:
    lab = make_lab()
    asset, actor = make_asset(lab), manager_of(lab, person_of(lab))
    asked = [request_for(asset, monday(hour), title=f"At {hour}") for hour in (9, 11, 13)]
    token = feeds.give_address(FeedOf.ASSET, asset.id, actor=actor)
    counts = []
    for n, request in enumerate(asked, start=1):
        services.book_assets(request, actor=actor)
        db.session.expunge_all()
        count_queries()
        assert len(events_of(client, token)) == n
        counts.append(count_queries())
    assert len(set(counts)) == 1


# ---- what an outside calendar says is busy


WITHIN = span(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC))


def starts(body: bytes, zone: str = ROME) -> list[str]:
    return [f"{ends(r)[0].astimezone(ZoneInfo(zone)):%m-%d %H:%M %Z}" for r in busy_ranges(body, zone, WITHIN)]


def test_m21_repeats_keep_their_wall_time_over_both_changes_of_the_clock() -> None:
    weekly = (
        "DTSTART;TZID=Europe/Rome:20260322T090000\nDTEND;TZID=Europe/Rome:20260322T100000\nRRULE:FREQ=WEEKLY;COUNT=2"
    )
    autumn = weekly.replace("20260322", "20261024").replace("WEEKLY", "DAILY")
    assert starts(ics(weekly)) == ["03-22 09:00 CET", "03-29 09:00 CEST"]
    assert starts(ics(autumn)) == ["10-24 09:00 CEST", "10-25 09:00 CET"]
    new_york = weekly.replace("Europe/Rome", "America/New_York")
    assert starts(ics(new_york)) == ["03-22 14:00 CET", "03-29 15:00 CEST"]


def test_m21_exceptions_whole_days_and_times_without_a_zone_are_understood() -> None:
    daily = "DTSTART;TZID=Europe/Rome:20260601T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3"
    assert starts(ics(f"{daily}\nEXDATE;TZID=Europe/Rome:20260602T090000")) == ["06-01 09:00 CEST", "06-03 09:00 CEST"]
    day = busy_ranges(ics("DTSTART;VALUE=DATE:20260329\nDTEND;VALUE=DATE:20260330"), ROME, WITHIN)
    assert [ends(r)[1] - ends(r)[0] for r in day] == [timedelta(hours=23)]
    assert starts(ics("DTSTART:20260601T090000\nDURATION:PT1H")) == ["06-01 09:00 CEST"]
    named = ics("DTSTART:20260601T090000Z\nDURATION:PT1H", head="X-WR-TIMEZONE:Europe/Rome\n")
    assert starts(named) == ["06-01 11:00 CEST"]


def test_m21_moved_occurrence_replaces_the_one_that_the_rule_gave() -> None:
    series = "DTSTART;TZID=Europe/Rome:20260601T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2"
    moved = "RECURRENCE-ID;TZID=Europe/Rome:20260602T090000\nDTSTART;TZID=Europe/Rome:20260602T150000\nDURATION:PT1H"
    body = ics(series, moved).replace(b"UID:1", b"UID:0")
    assert starts(body) == ["06-01 09:00 CEST", "06-02 15:00 CEST"]


def test_m21_free_cancelled_and_own_entries_take_no_time_and_touching_ones_are_one() -> None:
    at = datetime(2026, 6, 1, 8, tzinfo=UTC)
    nothing = ics(entry(at, more="TRANSP:TRANSPARENT"), entry(at, more="STATUS:CANCELLED"))
    assert busy_ranges(nothing, ROME, WITHIN) == []
    assert busy_ranges(ics(entry(at)).replace(b"UID:0", b"UID:4711@lift"), ROME, WITHIN) == []
    two = ics(entry(at), entry(at + timedelta(hours=1)))
    assert busy_ranges(two, ROME, WITHIN) == [span(at, at + timedelta(hours=2))]
    periods = b"BEGIN:VCALENDAR\r\nBEGIN:VFREEBUSY\r\nFREEBUSY:20260601T080000Z/PT1H\r\nEND:VFREEBUSY\r\nEND:VCALENDAR"
    assert busy_ranges(periods, ROME, WITHIN) == [span(at, at + timedelta(hours=1))]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "none"),
        (b"<html>Please sign in</html>", "none"),
        (b"\xff\xfe\x00", "none"),
        (ics("SUMMARY:no start"), "entry"),
        (ics("DTSTART:tomorrow"), "entry"),
        (ics("DTSTART:20260601T080000Z\nRRULE:FREQ=SECONDLY"), "often"),
        (ics(*["DTSTART:20260601T080000Z"] * 2001), "many"),
    ],
)
def test_m21_what_is_no_calendar_is_refused_with_its_reason(body: bytes, why: str) -> None:
    with pytest.raises(NotACalendar, match=f"^{why}$"):
        busy_ranges(body, ROME, WITHIN)


# ---- SSRF: which addresses are asked


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://127.0.0.1/a.ics", "inside"),
        ("https://10.1.2.3/a.ics", "inside"),
        ("https://169.254.169.254/latest/meta-data", "inside"),
        ("https://[::1]/a.ics", "inside"),
        ("https://[::ffff:10.0.0.1]/a.ics", "inside"),
        ("https://[64:ff9b::a00:1]/a.ics", "inside"),
        ("https://0x7f000001/a.ics", "inside"),
        ("https://localhost/a.ics", "inside"),
        ("http://192.0.2.1/a.ics", "plain"),
        ("file:///etc/passwd", "plain"),
        ("https://no-such-host.invalid/a.ics", "unknown"),
    ],
)
def test_m21_addresses_inside_the_network_are_never_asked(url: str, why: str) -> None:
    with pytest.raises(outside.Unreadable, match=f"^{why}$"):
        outside.read_address(url, ())


@pytest.mark.parametrize(
    ("address", "public"),
    [("8.8.8.8", True), ("2001:4860:4860::8888", True), ("224.0.0.1", False), ("fe80::1", False), ("100.64.0.1", False),
     ("0.0.0.0", False), ("2002:7f00:1::", False)],
)  # fmt: skip
def test_m21_public_addresses_are_told_from_all_others(address: str, public: bool) -> None:
    assert outside.is_public(ipaddress.ip_address(address)) is public


def test_m21_a_redirect_is_judged_like_a_first_address(server: Server) -> None:
    server.answer = (302, b"", {"Location": "http://127.0.0.2:1/inside.ics"})
    with pytest.raises(outside.Unreadable, match=r"^plain$"):
        outside.read_address(f"http://{server.host}/a.ics", (server.host,))
    server.answer = (302, b"", {"Location": "/again.ics"})
    with pytest.raises(outside.Unreadable, match=r"^hops$"):
        outside.read_address(f"http://{server.host}/a.ics", (server.host,))
    assert len(server.asked) == 1 + 4


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [(404, b"", "status 404"), (500, b"", "status 500"), (200, b"x" * (outside.MOST_BYTES + 1), "long")],
)
def test_m21_answers_that_are_no_calendar_are_told_apart(server: Server, status: int, body: bytes, why: str) -> None:
    server.answer = (status, body, {})
    with pytest.raises(outside.Unreadable, match=f"^{why}$"):
        outside.read_address(f"http://{server.host}/a.ics", (server.host,))


def test_m21_server_that_is_gone_is_silent(server: Server) -> None:
    with pytest.raises(outside.Unreadable, match=r"^silent$"):
        outside.read_address("http://127.0.0.1:9/a.ics", ("127.0.0.1:9",))


def test_m21_name_is_resolved_once_and_the_judged_address_is_asked_with_the_name(server: Server) -> None:
    port = server.http.server_port
    outside.read_address(f"http://localhost:{port}/a.ics", (f"localhost:{port}",))
    assert server.asked == [f"localhost:{port}"]
    judged = outside.judged_address(httpx.URL(f"http://localhost:{port}"), (f"localhost:{port}",))
    assert judged.is_loopback


# ---- M21: busy time blocks, a failure keeps the last state


def named(lab: Lab, server: Server, asset: Asset | None = None, name: str = "Room system") -> BusyFeed:
    actor = manager_of(lab, person_of(lab))
    return feeds.name_calendar(
        lab.id, asset.id if asset else None, name, f"http://{server.host}/secret-4711.ics", actor=actor
    )


def standing(feed: BusyFeed) -> list[Any]:
    return [(b.during, b.kind, b.reason) for b in found.blocks_of_feed(feed.id)]


def test_m21_busy_time_refuses_bookings_by_the_name_of_the_calendar(
    allowed: Server, run_jobs: Callable[[], int]
) -> None:
    lab = make_lab()
    oven, robot = make_asset(lab, name="Oven"), make_asset(lab)
    allowed.answer = (200, ics(entry(monday(9), 120)), {})
    feed = named(lab, allowed, oven)
    run_jobs()
    assert standing(feed) == [(span(monday(9), monday(11)), BlockKind.OUTSIDE, "Room system")]
    with pytest.raises(Refused) as refused:
        services.book_assets(request_for(oven, monday(10)), actor=manager_of(lab))
    problem = refused.value.problems[0]
    assert (problem.rule, problem.text.params["reason"]) == ("B6", "Room system")
    assert services.book_assets(request_for(robot, monday(10)), actor=manager_of(lab)).code
    assert services.book_assets(request_for(oven, monday(11)), actor=manager_of(lab)).code


def test_m21_reading_again_follows_the_calendar_and_writes_nothing_when_nothing_changed(
    allowed: Server, run_jobs: Callable[[], int]
) -> None:
    lab = make_lab()
    make_asset(lab)
    allowed.answer = (200, ics(entry(monday(9)), entry(monday(14))), {})
    feed = named(lab, allowed)
    run_jobs()
    ids = {b.id for b in found.blocks_of_feed(feed.id)}
    feeds.take_calendar(feed.id, allowed.answer[1], clock.now())
    assert {b.id for b in found.blocks_of_feed(feed.id)} == ids
    feeds.take_calendar(feed.id, ics(entry(monday(14)), entry(monday(16))), clock.now())
    assert [ends(b.during)[0] for b in found.blocks_of_feed(feed.id)] == [monday(14), monday(16)]
    assert len({b.id for b in found.blocks_of_feed(feed.id)} & ids) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Block)) == 3


@pytest.mark.parametrize(
    ("answer", "failure"),
    [((404, b"", {}), "status 404"), ((200, b"<html>", {}), "none"), ((200, ics(), {}), "empty")],
    ids=["gone", "sign-in page", "empty at once"],
)
def test_m21_failure_keeps_the_last_state_and_raises_an_alarm_that_ends_by_itself(
    allowed: Server, run_jobs: Callable[[], int], answer: Any, failure: str
) -> None:
    lab = make_lab()
    good: Any = (200, ics(entry(monday(9))), {})
    allowed.answer = good
    feed = named(lab, allowed)
    run_jobs()
    assert found.alarms(lab.id, clock.now()) == []
    before, read_at = standing(feed), feed.read_at
    allowed.answer = answer
    for _twice in range(2):
        feeds.read_again(feed.id, actor=manager_of(lab))
        run_jobs()
    assert standing(feed) == before
    assert [(a.name, a.failure, a.read_at) for a in found.alarms(lab.id, clock.now())] == [
        ("Room system", failure, read_at)
    ]
    assert feed.failing_since is not None
    assert feed.tried_at is not None
    assert feed.failing_since < feed.tried_at
    allowed.answer = good
    feeds.read_again(feed.id, actor=manager_of(lab))
    run_jobs()
    assert (found.alarms(lab.id, clock.now()), feed.failure) == ([], "")


def test_m21_calendar_that_is_rightly_empty_frees_its_time_by_a_persons_word(
    allowed: Server, run_jobs: Callable[[], int]
) -> None:
    lab = make_lab()
    allowed.answer = (200, ics(entry(monday(9))), {})
    feed = named(lab, allowed)
    run_jobs()
    with pytest.raises(Refused):
        feeds.is_empty(feed.id, actor=manager_of(lab))
    feeds.take_calendar(feed.id, ics(), clock.now())
    assert (feed.failure, len(standing(feed))) == ("empty", 1)
    feeds.is_empty(feed.id, actor=manager_of(lab))
    assert (feed.failure, standing(feed)) == ("", [])


def test_m21_every_calendar_is_asked_every_quarter_of_an_hour(allowed: Server, run_jobs: Callable[[], int]) -> None:
    feed = named(make_lab(), allowed)
    run_jobs()
    at = feed.tried_at
    assert at is not None
    due = [feeds.send_due_calendars(at + timedelta(minutes=m)) for m in (14, 15)]
    assert (due, run_jobs(), len(allowed.asked)) == ([0, 1], 1, 2)
    feeds.remove_calendar(feed.id, actor=manager_of(feed.lab))
    assert feeds.send_due_calendars(at + timedelta(hours=5)) == 0


def test_m21_bookings_that_stand_stay_and_are_named_as_clashes(allowed: Server, run_jobs: Callable[[], int]) -> None:
    lab = make_lab()
    asset = make_asset(lab)
    booking = services.book_assets(request_for(asset, monday(9), title="Energy"), actor=manager_of(lab))
    allowed.answer = (200, ics(entry(monday(9))), {})
    named(lab, allowed)
    run_jobs()
    db.session.refresh(booking)
    assert booking.status.value == "confirmed"
    assert [(c.code, c.feed) for c in found.clashes(lab, clock.now())] == [(booking.code, "Room system")]


def test_m21_calendar_of_lift_itself_read_back_takes_no_time(
    client: FlaskClient, allowed: Server, run_jobs: Callable[[], int]
) -> None:
    lab = make_lab()
    actor = manager_of(lab, person_of(lab, Role.LAB_TECHNICIAN))
    services.book_assets(request_for(make_asset(lab), monday(9)), actor=actor)
    token = feeds.give_address(FeedOf.LAB, lab.id, actor=actor)
    allowed.answer = (200, client.get(f"/calendar/{token}.ics").get_data(), {})
    feed = named(lab, allowed)
    run_jobs()
    assert (feed.failure, standing(feed)) == ("", [])


def test_m21_removed_calendar_takes_its_blocks_along(allowed: Server, run_jobs: Callable[[], int]) -> None:
    lab = make_lab()
    allowed.answer = (200, ics(entry(monday(9))), {})
    feed = named(lab, allowed)
    run_jobs()
    feeds.remove_calendar(feed.id, actor=manager_of(lab))
    assert (standing(feed), found.busy_feeds(lab.id)) == ([], [])
    assert feeds.take_calendar(feed.id, ics(entry(monday(14))), clock.now()) is False
    assert standing(feed) == []


@pytest.mark.parametrize(
    "url", ["", "calendar", "ftp://a.example/x", "https://", "https://a b/", "https://a.example:x/"]
)
def test_m21_address_that_is_none_is_refused_at_its_field(database: sa.Connection, url: str) -> None:
    lab = make_lab()
    with pytest.raises(Invalid) as invalid:
        feeds.name_calendar(lab.id, None, " ", url, actor=manager_of(lab))
    assert [p.field for p in invalid.value.problems] == ["name", "url"]


def test_m21_only_people_who_run_the_lab_change_its_calendars(server: Server, database: sa.Connection) -> None:
    lab = make_lab()
    feed = named(lab, server)
    for stranger in (member_of(lab), manager_of(make_lab())):
        for verb in (feeds.read_again, feeds.remove_calendar, feeds.is_empty):
            with pytest.raises(Forbidden):
                verb(feed.id, actor=stranger)
        with pytest.raises(Forbidden):
            feeds.name_calendar(lab.id, None, "X", "https://a.example/", actor=stranger)
    with pytest.raises(NotFound):
        feeds.name_calendar(lab.id, make_asset().id, "X", "https://a.example/", actor=manager_of(lab))


# ---- the page


def text_of(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def test_i7_page_shows_a_new_address_once_and_stops_it(client: FlaskClient, sign_in: SignIn) -> None:
    lab = make_lab()
    sign_in(client, person_of(lab))
    acting = str(lab.organisation_id)
    made = client.post("/calendars", data={"acting": acting, "what": f"lab:{lab.slug}"}).get_data(as_text=True)
    token = re.findall(r"http://lift.test/calendar/([^\"]+)\.ics", made)[0]
    assert client.get(f"/calendar/{token}.ics").status_code == 200
    again = client.get("/calendars").get_data(as_text=True)
    assert (token in again, f"LIFT: {lab.name}" in again) == (False, True)
    feed = db.session.scalars(sa.select(CalendarFeed)).one()
    assert client.post(f"/calendars/{feed.id}/revoke", data={"acting": acting}).status_code == 302
    assert client.get(f"/calendar/{token}.ics").status_code == 404
    wrong = client.post("/calendars", data={"acting": acting, "what": "lab:elsewhere"})
    assert wrong.status_code == 422


def test_m21_page_shows_age_and_alarm_and_never_the_secret_address(
    client: FlaskClient, sign_in: SignIn, allowed: Server, run_jobs: Callable[[], int]
) -> None:
    lab = make_lab()
    sign_in(client, person_of(lab, Role.LAB_TECHNICIAN))
    data = {"acting": str(lab.organisation_id), "lab": lab.slug, "asset": "", "name": "Room system"}
    bad = client.post("/desk/calendars", data=data | {"url": "rooms"})
    assert (bad.status_code, 'value="rooms"' in bad.get_data(as_text=True)) == (422, True)
    allowed.answer = (200, ics(entry(monday(9))), {})
    posted = client.post("/desk/calendars", data=data | {"url": f"http://{allowed.host}/secret-4711.ics"})
    assert posted.status_code == 302
    run_jobs()
    page = client.get(f"/calendars?lab={lab.slug}").get_data(as_text=True)
    assert ("read just now" in page, "127.0.0.1" in page, "secret-4711" in page) == (True, True, False)
    feed = db.session.scalars(sa.select(BusyFeed)).one()
    feeds.miss_calendar(feed.id, "status 404", clock.now())
    page = text_of(client.get(f"/calendars?lab={lab.slug}").get_data(as_text=True))
    assert "cannot be read" in page
    assert "The other system answered 404 instead of the calendar. Its last time still stands." in page


def test_m21_pages_of_calendars_are_closed_to_strangers(client: FlaskClient, sign_in: SignIn) -> None:
    lab = make_lab(name="Officina Nord")
    assert client.get("/calendars").status_code == 302
    stranger = person_of(make_lab())
    sign_in(client, stranger)
    assert "Officina Nord" not in client.get(f"/calendars?lab={lab.slug}").get_data(as_text=True)
    acting = str(db.session.scalars(sa.select(Membership.organisation_id).filter_by(person_id=stranger.id)).one())
    answer = client.post(
        "/desk/calendars", data={"acting": acting, "lab": lab.slug, "name": "X", "url": "https://a.example/"}
    )
    assert answer.status_code == 403
