"""M7: blocks with a look at whose bookings give way; other times for those people; old times back when a block ends early."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

import workers.labs
import workers.training  # noqa: F401 the handlers of the jobs
from lift.core.actor import SYSTEM
from lift.core.db import db
from lift.core.errors import Conflict, Forbidden, NotFound, Refused
from lift.core.models import Job, MailMessage
from lift.labs import queries, services
from lift.labs.enums import BlockKind, BookingStatus
from lift.labs.models import Block, Booking, Displacement
from lift.labs.policy.spans import ends, span
from lift.labs.queries.blocks import impact, standing_blocks
from lift.people.models import Organisation, Person
from tests.factories.labs import make_asset, make_lab, manager_of, member_of, monday, request_for
from tests.factories.people import make_person
from tests.labs.test_pages import form_for, make_manager, text_of

pytestmark = pytest.mark.usefixtures("database")
SignIn = Callable[..., Any]


def mails(kind: str) -> list[MailMessage]:
    return list(db.session.scalars(sa.select(MailMessage).filter_by(kind=kind).order_by(MailMessage.recipient)))


def block_of(asset: Any, start: Any, end: Any, reason: str = "Spindle") -> tuple[Block, list[Booking]]:
    resource = queries.resource_of_asset(asset.id)
    return services.block_resource(
        asset.lab_id, resource.id, BlockKind.FAILURE, span(start, end), reason, actor=manager_of(asset.lab)
    )


def booked_by_member(asset: Any, hour: int = 9) -> Booking:
    organisation = db.session.get_one(Organisation, asset.lab.organisation_id)
    member = member_of(asset.lab, make_person("Ada Rossi", organisation, email=f"{uuid4().hex}@lift.example"))
    return services.book_assets(request_for(asset, monday(hour), holder_id=member.person_id), actor=member)


# ---- the verb


def test_m7_one_act_blocks_many_labs_or_none_of_them() -> None:
    first, foreign = make_asset(), make_asset()
    second = make_asset(make_lab(db.session.get_one(Organisation, first.lab.organisation_id)))
    actor = manager_of(first.lab)
    grants = actor.grants | manager_of(second.lab).grants
    both = type(actor)(actor.person_id, actor.pseudonym, actor.organisation_id, actor.name, grants)
    hits = [booked_by_member(asset) for asset in (first, second)]
    during = span(monday(8), monday(12))
    with pytest.raises(Forbidden):
        places = [(first.lab_id, None), (foreign.lab_id, None)]
        services.block_places(places, BlockKind.CLOSURE, during, "Strike", actor=both)
    assert [b.status for b in hits] == [BookingStatus.CONFIRMED] * 2
    places = [(first.lab_id, None), (second.lab_id, None)]
    blocks, gone = services.block_places(places, BlockKind.CLOSURE, during, "Strike", actor=both)
    assert ({b.id for b in gone}, len(blocks)) == ({b.id for b in hits}, 2)
    kept = db.session.execute(sa.select(Displacement.booking_id, Displacement.block_id))
    assert {tuple(row) for row in kept} == {(hits[0].id, blocks[0].id), (hits[1].id, blocks[1].id)}


def test_m7_longer_block_displaces_what_is_newly_in_its_way_and_a_shorter_one_offers_the_time_back() -> None:
    asset = make_asset()
    early, late = booked_by_member(asset, 9), booked_by_member(asset, 14)
    block, gone = block_of(asset, monday(8), monday(12))
    assert [b.id for b in gone] == [early.id]
    actor = manager_of(asset.lab)
    _block, more = services.change_block(block.id, span(monday(8), monday(16)), actor=actor)
    assert [b.id for b in more] == [late.id]
    services.change_block(block.id, span(monday(12), monday(16)), actor=actor)
    offered = {b.id: db.session.get_one(Displacement, b.id).back_until is not None for b in (early, late)}
    assert offered == {early.id: True, late.id: False}
    assert [b.status for b in (early, late)] == [
        BookingStatus.DISPLACED
    ] * 2  # never silently deleted, never silently back


def test_m7_block_that_was_removed_is_not_moved_and_a_stranger_moves_none() -> None:
    asset = make_asset()
    block, _gone = block_of(asset, monday(8), monday(12))
    during = span(monday(9), monday(13))
    with pytest.raises(Forbidden):
        services.change_block(block.id, during, actor=member_of(asset.lab))
    with pytest.raises(NotFound):
        services.change_block(uuid4(), during, actor=manager_of(asset.lab))
    services.remove_block(block.id, actor=manager_of(asset.lab))
    with pytest.raises(Conflict):
        services.change_block(block.id, during, actor=manager_of(asset.lab))


def test_m7_displaced_booking_takes_another_time_but_not_a_taken_one_nor_twice() -> None:
    asset = make_asset()
    booking = booked_by_member(asset)
    mine = member_of(asset.lab, db.session.get_one(Person, booking.holder_id))
    block_of(asset, monday(8), monday(12))
    starts = services.other_starts(booking)
    assert starts == [monday(6), monday(6, 30), monday(7)]
    with pytest.raises(Refused) as refused:
        services.take_other_time(booking.code, monday(9), actor=mine)
    assert refused.value.problems[0].rule == "B6"
    with pytest.raises(Forbidden):
        services.take_other_time(booking.code, starts[1], actor=member_of(asset.lab))
    with pytest.raises(NotFound):
        services.take_other_time(booking.code, starts[1], actor=member_of(make_lab()))
    services.take_other_time(booking.code, starts[1], actor=mine)
    assert (booking.status, booking.during) == (BookingStatus.CONFIRMED, span(monday(6, 30), monday(7, 30)))
    with pytest.raises(Refused) as again:
        services.take_other_time(booking.code, monday(15), actor=mine)
    assert again.value.problems[0].rule == "displaced"


def test_m7_old_time_comes_back_to_whoever_is_first(run_jobs: Callable[[], int]) -> None:
    asset = make_asset()
    booking = booked_by_member(asset)
    block, _gone = block_of(asset, monday(8), monday(12))
    services.remove_block(block.id, actor=manager_of(asset.lab))
    run_jobs()
    (told,) = mails("labs.back")
    assert "is free again. Whoever takes it first has it" in told.body
    assert services.other_starts(booking)[1] == ends(booking.during)[0]
    services.book_assets(request_for(asset, monday(9)), actor=manager_of(asset.lab))
    assert monday(9) not in services.other_starts(booking)


# ---- who is told


def test_m7_holder_reads_reason_and_other_times_once(run_jobs: Callable[[], int]) -> None:
    asset = make_asset()
    booking = booked_by_member(asset)
    block_of(asset, monday(8), monday(12), "Spindle bearing broke")
    run_jobs()
    db.session.execute(sa.update(Job).where(Job.kind == "labs.tell_displaced").values(state="new"))
    run_jobs()
    (told,) = mails("labs.displaced")
    wanted = ("Spindle bearing broke", "These times would do instead", f"/bookings/{booking.code}", "not count against")
    assert [part in told.body for part in wanted] == [True] * 4
    assert told.body.count("\n- ") == 3


def test_t3_session_that_loses_its_machine_is_no_letter_to_a_holder(run_jobs: Callable[[], int]) -> None:
    asset = make_asset()
    bundle = services.SessionBundle((asset.id,), (span(monday(9), monday(11)),))
    held = services.book_for_session(
        bundle, uuid4(), organisation_id=asset.lab.organisation_id, title="OEE", actor=SYSTEM
    )
    own = booked_by_member(asset, 14)
    _block, gone = block_of(asset, monday(8), monday(18))
    assert [b.id for b in gone] == [held.id, own.id]  # sessions are offered first
    run_jobs()
    assert len(mails("labs.displaced")) == 1


# ---- pages


def test_m7_page_shows_who_gives_way_before_anything_happens(client: FlaskClient, sign_in: SignIn) -> None:
    asset = make_asset(name="Oven")
    booking = booked_by_member(asset)
    sign_in(client, make_manager(asset.lab))
    data = form_for(asset, monday(8), 240, kind="failure", reason="Door sensor fault")
    first = client.post("/desk/block", data=data)
    page = html.unescape(first.get_data(as_text=True))
    db.session.refresh(booking)
    assert (first.status_code, booking.status, "Ada Rossi" in page) == (200, BookingStatus.CONFIRMED, True)
    assert ("These bookings would give way" in page, "Oven" in page, "Door sensor fault" in page) == (True,) * 3
    seen = re.search(r'name="seen"[^>]*value="([^"]*)"', page)
    assert seen is not None
    assert seen.group(1) == booking.code
    second = client.post("/desk/block", data=data | {"seen": seen.group(1)}, follow_redirects=True)
    db.session.refresh(booking)
    assert (booking.status, booking.reason) == (BookingStatus.DISPLACED, "Door sensor fault")
    assert "Blocked. 1 booking gave way; its people are told why" in text_of(second.get_data(as_text=True))


def test_m7_booking_made_after_the_preview_is_shown_first(client: FlaskClient, sign_in: SignIn) -> None:
    asset = make_asset()
    first = booked_by_member(asset)
    sign_in(client, make_manager(asset.lab))
    newer = booked_by_member(asset, 10)
    data = form_for(asset, monday(8), 240, kind="failure", reason="Fault", seen=first.code)
    page = client.post("/desk/block", data=data).get_data(as_text=True)
    assert ("would give way" in page, db.session.scalars(sa.select(Block)).all()) == (True, [])
    assert f"{min(first.code, newer.code)} {max(first.code, newer.code)}" in page


def test_m7_list_moves_and_ends_a_block(client: FlaskClient, sign_in: SignIn) -> None:
    asset = make_asset(name="Oven")
    block, _gone = block_of(asset, monday(8), monday(12))
    sign_in(client, make_manager(asset.lab))
    listed = text_of(client.get("/desk/blocks").get_data(as_text=True))
    assert ("Oven" in listed, "Spindle" in listed) == (True, True)
    data = form_for(asset, monday(10), 60)
    assert client.post(f"/desk/blocks/{block.id}", data=data | {"start": "noon"}).status_code == 422
    assert client.post(f"/desk/blocks/{block.id}", data=data).status_code == 302
    db.session.refresh(block)
    assert block.during == span(monday(10), monday(11))
    acting = {"acting": str(asset.lab.organisation_id)}
    assert client.post(f"/desk/blocks/{block.id}/remove", data=acting).status_code == 302
    assert "No time is blocked" in client.get("/desk/blocks").get_data(as_text=True)
    assert client.post(f"/desk/blocks/{block.id}", data=data).status_code == 409


def test_m7_pages_of_blocks_are_closed_to_strangers(client: FlaskClient, sign_in: SignIn) -> None:
    asset = make_asset()
    block, _gone = block_of(asset, monday(8), monday(12))
    sign_in(client, make_manager(make_lab()))
    slug = asset.lab.slug
    answers = [client.get(a).status_code for a in (f"/desk/blocks?lab={slug}", f"/desk/block?lab={slug}",
               f"/desk/blocks/{block.id}", f"/desk/blocks/{uuid4()}")]  # fmt: skip
    assert (answers, client.post(f"/desk/blocks/{block.id}/remove").status_code) == ([403, 403, 404, 404], 404)


def test_m7_holder_chooses_another_time_on_the_page_of_the_booking(client: FlaskClient, sign_in: SignIn) -> None:
    asset = make_asset()
    booking = booked_by_member(asset)
    block_of(asset, monday(8), monday(12))
    person = db.session.get_one(Person, booking.holder_id)
    sign_in(client, person)
    address, acting = f"/bookings/{booking.code}", {"acting": str(asset.lab.organisation_id)}
    page = html.unescape(client.get(address).get_data(as_text=True))
    starts = re.findall(r'name="instead" value="([^"]+)"', page)
    assert ("Another time instead" in page, len(starts)) == (True, 3)
    assert client.post(f"{address}/other-time", data=acting | {"instead": "soon"}).status_code == 422
    taken = client.post(f"{address}/other-time", data=acting | {"instead": monday(9).isoformat()})
    assert (taken.status_code, "Nothing was changed" in taken.get_data(as_text=True)) == (409, True)
    assert client.post(f"{address}/other-time", data=acting | {"instead": starts[1]}).status_code == 302
    db.session.refresh(booking)
    assert (booking.status, ends(booking.during)[0]) == (BookingStatus.CONFIRMED, monday(6, 30))


def test_m7_preview_and_list_ask_the_same_for_one_booking_and_for_three(count_queries: Callable[[], int]) -> None:
    asset = make_asset()
    resource = queries.resource_of_asset(asset.id)
    during = span(monday(8), monday(18))

    def asked() -> int:
        db.session.expire_all()
        lab = queries.lab_by_slug(asset.lab.slug)
        assert lab is not None
        count_queries()
        impact([(lab.id, resource.id)], during)
        standing_blocks(lab, monday(0))
        return count_queries()

    booked_by_member(asset)
    one = asked()
    for hour in (11, 13):
        booked_by_member(asset, hour)
    block_of(asset, monday(20), monday(21))
    assert asked() == one
