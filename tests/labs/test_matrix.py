"""Every rule on every verb: one engine judges book, hold, move, extend, put back and the API alike (M19)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from lift.core import clock
from lift.core.actor import Actor
from lift.core.db import db
from lift.core.errors import Refused
from lift.labs import services
from lift.labs.enums import BlockKind, Need
from lift.labs.models import Asset, Booking, Requirement, RuleOverride
from lift.labs.policy.spans import span
from lift.labs.queries import resource_of_asset
from tests.factories.labs import OFFICE, make_asset, make_lab, manager_of, member_of, monday, request_for

pytestmark = pytest.mark.usefixtures("database")

HOUR = timedelta(hours=1)
GOOD, BAD = monday(9), monday(15)
Spoil = Callable[[Asset, Actor], Any]


def block(asset: Asset, _actor: Actor) -> None:
    during = span(BAD, BAD + HOUR)
    resource = resource_of_asset(asset.id)
    services.block_resource(
        asset.lab_id, resource.id, BlockKind.MAINTENANCE, during, "Oil", actor=manager_of(asset.lab)
    )


def take(asset: Asset, _actor: Actor) -> None:
    services.book_assets(request_for(asset, BAD), actor=manager_of(asset.lab))


def elsewhere(asset: Asset, actor: Actor) -> None:
    other = make_asset(asset.lab)
    services.book_assets(request_for(other, BAD, holder_id=actor.person_id), actor=manager_of(asset.lab))


def beside(asset: Asset, actor: Actor) -> None:
    services.book_assets(request_for(asset, BAD + HOUR, 60, holder_id=actor.person_id), actor=actor)


def ask_for_a_quiz(asset: Asset, _actor: Actor) -> None:
    db.session.add(Requirement(lab_id=asset.lab_id, type_key=asset.type_key, item=Need.QUIZ))
    db.session.commit()


def rules(**values: Any) -> Spoil:
    def spoil(asset: Asset, _actor: Actor) -> None:
        asset.lab.rules = asset.lab.rules | values
        db.session.commit()

    return spoil


def close(asset: Asset, _actor: Actor) -> None:
    services.set_opening(asset.lab_id, {0: [OFFICE[0][0]]}, actor=manager_of(asset.lab))


def chained(asset: Asset, actor: Actor) -> None:
    beside(asset, actor)
    rules(chains_allowed=False, max_minutes=90)(asset, actor)


def gapped(asset: Asset, actor: Actor) -> None:
    beside(asset, actor)
    rules(gap_minutes=60)(asset, actor)


SPOILS: dict[str, Spoil] = {
    "B1": rules(step_minutes=40),
    "B3": rules(horizon_days=1),
    "B4": rules(max_minutes=30),
    "B4 in a row": chained,
    "B5": close,
    "B6": block,
    "B7": ask_for_a_quiz,
    "B10": rules(person_per_week=0),
    "B10 in minutes": rules(person_minutes_per_day=59),
    "B10 of the month": rules(organisation_minutes_per_month=59),
    "B10 in 30 days": rules(person_minutes_in_30_days=59),
    "B11": gapped,
    "B12": elsewhere,
    "B14": take,
}
VERBS = ("book", "hold", "move", "put back")


def run(verb: str, asset: Asset, actor: Actor, spoil: Spoil) -> Any:
    """The verb at BAD, after ``spoil``; what it changes was fine before."""
    asked = request_for(asset, BAD, holder_id=actor.person_id)
    if verb == "move":
        kept = services.book_assets(replace(asked, start=GOOD, end=GOOD + HOUR), actor=actor)
        spoil(asset, actor)
        return services.move_booking(kept.code, BAD, BAD + HOUR, actor=actor)
    if verb == "put back":
        gone = services.book_assets(asked, actor=actor)
        services.cancel_booking(gone.code, actor=actor)
        spoil(asset, actor)
        return services.restore_booking(gone.code, actor=actor)
    spoil(asset, actor)
    return {"book": services.book_assets, "hold": services.hold_bundle}[verb](asked, actor=actor)


def standing() -> list[sa.Row[Any]]:
    """Every booking as the database has it."""
    return list(db.session.execute(sa.select(Booking.code, Booking.status, Booking.during).order_by(Booking.id)))


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("rule", SPOILS)
def test_m19_rule_refuses_the_verb_and_nothing_changes(rule: str, verb: str) -> None:
    asset = make_asset(make_lab())
    actor = member_of(asset.lab)
    with pytest.raises(Refused) as refused:
        run(verb, asset, actor, SPOILS[rule])
    assert {p.rule for p in refused.value.problems} == {rule.split()[0]}
    kept = [row.during.lower for row in standing() if row.status.value == "confirmed"]
    assert (verb == "move") == (GOOD in kept)


@pytest.mark.parametrize("verb", VERBS)
def test_m19_the_same_verb_passes_when_nothing_is_in_the_way(verb: str) -> None:
    asset = make_asset(make_lab())
    made = run(verb, asset, member_of(asset.lab), lambda _asset, _actor: None)
    assert made.during == span(BAD, BAD + HOUR)


@pytest.mark.parametrize("rule", ["B4", "B5", "B6", "B7", "B10 in minutes", "B14"])
def test_m19_rule_refuses_more_time_too(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asset = make_asset(make_lab(rules={"max_minutes": 120}))
    actor = member_of(asset.lab)
    start = BAD - HOUR
    booking = services.book_assets(request_for(asset, start, holder_id=actor.person_id), actor=actor)
    spoils = SPOILS | {"B4": rules(max_minutes=60), "B10 in minutes": rules(person_minutes_per_day=60)}
    spoils[rule](asset, actor)
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(minutes=10))
    with pytest.raises(Refused) as refused:
        services.extend_booking(booking.code, 30, actor=actor)
    assert {p.rule for p in refused.value.problems} == {rule.split()[0]}
    assert db.session.get_one(Booking, booking.id).during == span(start, BAD)


# ---- overrides


@pytest.mark.parametrize(
    ("rule", "passes"),
    [("B1", False), ("B3", True), ("B4", True), ("B5", True), ("B6", True), ("B7", True), ("B10", True), ("B11", True),
     ("B12", False), ("B14", False)],
)  # fmt: skip
def test_m19_manager_waives_what_may_be_waived_with_a_reason_that_is_kept(rule: str, passes: bool) -> None:
    asset = make_asset(make_lab())
    boss = manager_of(asset.lab)
    SPOILS[rule](asset, boss)
    asked = request_for(asset, BAD, holder_id=boss.person_id)
    if not passes:
        with pytest.raises(Refused):
            services.book_assets(asked, actor=boss, override="The minister comes")
        return
    booking = services.book_assets(asked, actor=boss, override="The minister comes")
    kept = db.session.execute(sa.select(RuleOverride.booking_id, RuleOverride.rule, RuleOverride.reason)).all()
    assert set(kept) == {(booking.id, rule, "The minister comes")}


def test_m19_refusal_says_who_may_waive_it_and_members_waive_nothing() -> None:
    asset = make_asset(make_lab(rules={"horizon_days": 1}))
    with pytest.raises(Refused) as refused:
        services.book_assets(request_for(asset, BAD), actor=member_of(asset.lab), override="Please")
    assert [(p.rule, p.override_by) for p in refused.value.problems] == [("B3", "lab_technician")]
    with pytest.raises(Refused):
        services.book_assets(request_for(asset, BAD), actor=manager_of(asset.lab), override="  ")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RuleOverride)) == 0


# ---- quotas in minutes


@pytest.mark.parametrize(("limit", "fits"), [(30, True), (29, False)])
def test_m9_booking_over_midnight_counts_in_both_days_by_its_share(limit: int, fits: bool) -> None:
    asset = make_asset(make_lab(zone="UTC", rules={"person_minutes_per_day": limit}))
    actor = member_of(asset.lab)
    midnight: datetime = monday(0) + timedelta(days=1)
    asked = request_for(asset, midnight - HOUR / 2, 60, holder_id=actor.person_id)
    said = []
    try:
        services.book_assets(asked, actor=actor)
    except Refused as refused:
        said = [p.rule for p in refused.problems]
    assert said == ([] if fits else ["B10"])
