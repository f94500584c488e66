"""The promise of seats, rule by rule, through the verbs: pools, caps, groups, clocks, the company's yes, money."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from lift.core import clock
from lift.core.actor import Actor, Role, Scope
from lift.core.db import db
from lift.core.errors import Conflict, Forbidden, NotFound, Refused
from lift.core.models import MailMessage
from lift.people.models import Company, Organisation, Person
from lift.training import queries
from lift.training import services as verbs
from lift.training.enums import AidAnswer, EnrolmentStatus, Fit, VoucherKind
from lift.training.models import AidGrant, Enrolment, PilotSession, Pool, PoolLedger, SessionTrainer, Voucher
from lift.training.policy import EnrolRequest
from lift.training.policy.clocks import Clock, may_act, names_end, offer_ends, warning_due
from lift.training.policy.workdays import after_workdays, orthodox_easter, western_easter
from lift.training.services import notices, promotion
from tests.factories.people import actor_for, give_role, make_company, make_person
from tests.factories.training import add_pool, make_session

pytestmark = pytest.mark.usefixtures("database")
S = EnrolmentStatus
URL = "http://lift.test"


class Firm:
    """A company with an owner and some people."""

    def __init__(self, people: int = 3, **company: Any) -> None:
        self.company: Organisation = make_company(**company)
        self.owner: Person = make_person("Ada Finzione", self.company)
        give_role(self.owner, self.company, Role.OWNER, Scope.COMPANY, self.company.id)
        self.people = [make_person(f"Persona {n}", self.company) for n in range(people)]
        self.actor: Actor = actor_for(self.owner, self.company)
        db.session.commit()

    def enrol(self, session: PilotSession, *people: int, **asked: Any) -> list[Enrolment]:
        """All rows of one request, the seated first."""
        request = EnrolRequest(tuple(self.people[n].id for n in people), **asked)
        done = verbs.enrol(session.id, request, actor=self.actor)
        return [*done.seated, *(row for row, _ in done.waiting)]


def standing(session: PilotSession) -> dict[str, int]:
    """Taken seats by pool, and that the ledger says the same."""
    db.session.expire_all()
    pools = db.session.scalars(sa.select(Pool).filter_by(session_id=session.id)).all()
    for pool in pools:
        moved = db.session.scalar(sa.select(sa.func.sum(PoolLedger.change)).filter_by(pool_id=pool.id))
        assert (pool.name, moved or 0) == (pool.name, pool.taken)
    return {pool.name: pool.taken for pool in pools}


def at(monkeypatch: pytest.MonkeyPatch, instant: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: instant)


def close_clock(row: Enrolment, *, warned: bool = True) -> None:
    """The place's clock is over, warned of at its half or never."""
    now = clock.now()
    row.clock_began_at, row.expires_at = now - timedelta(hours=8), now - timedelta(seconds=1)
    row.warned_at = now - timedelta(hours=4) if warned else None
    db.session.commit()


def test_n2_a_code_opens_its_pool_and_a_wrong_one_is_refused() -> None:
    firm, session = Firm(), make_session(5)
    pool = add_pool(session, 2, "fair")
    pool.code = "FAIR26"
    db.session.commit()
    firm.enrol(session, 0, code=" fair26 ")
    firm.enrol(session, 1)
    assert standing(session) == {"fair": 1, "general": 1}
    with pytest.raises(Refused) as refused:
        firm.enrol(session, 2, code="FAIR27")
    assert [(p.rule, p.field) for p in refused.value.problems] == [("E5", "code")]


def test_n2_unused_seats_go_to_the_fall_back_once() -> None:
    firm, session = Firm(), make_session(1)
    pool = add_pool(session, 3, "region", region="ITC4")
    general = db.session.scalars(sa.select(Pool).filter_by(session_id=session.id, name="general")).one()
    pool.fallback_id, pool.release_at = general.id, clock.now() - timedelta(minutes=1)
    db.session.commit()
    assert [promotion.sweep(clock.now()), promotion.sweep(clock.now())] == [1, 0]
    sizes = dict(db.session.execute(sa.select(Pool.name, Pool.size).filter_by(session_id=session.id)).all())
    assert sizes == {"region": 0, "general": 4}
    assert len(firm.enrol(session, 0, 1, 2)) == 3
    assert standing(session) == {"region": 0, "general": 3}


def test_e11_a_seat_of_a_pool_goes_to_who_waits_in_the_general_one_and_may_have_it() -> None:
    local, other, session = Firm(nuts="ITC4C"), Firm(nuts="ITH36"), make_session(1)
    add_pool(session, 1, "region", region="ITC4")
    in_region = local.enrol(session, 0)[0]
    other.enrol(session, 0)
    stranger, mine = other.enrol(session, 1)[0], local.enrol(session, 1)[0]
    assert (stranger.status, mine.status) == (S.WAITING, S.WAITING)
    verbs.withdraw(in_region.id, actor=local.actor)
    db.session.expire_all()
    assert (stranger.status, mine.status, mine.pool.name) == (S.WAITING, S.OFFERED, "region")
    assert standing(session) == {"region": 1, "general": 1}


def test_e11_nobody_takes_a_seat_of_a_pool_past_who_waits_for_it_elsewhere() -> None:
    local, session = Firm(nuts="ITC4C"), make_session(0)
    region = add_pool(session, 0, "region", region="ITC4")
    first = local.enrol(session, 0)[0]
    db.session.execute(sa.update(Pool).where(Pool.id == region.id).values(size=1))
    db.session.commit()
    second = local.enrol(session, 1)[0]
    assert (first.status, second.status, standing(session)) == (S.WAITING, S.WAITING, {"general": 0, "region": 0})


def test_s4_the_cap_of_a_company_counts_seats_and_places_in_the_queue() -> None:
    firm, session = Firm(4), make_session(2, company_cap=3)
    rows = firm.enrol(session, 0, 1, 2)
    with pytest.raises(Refused) as refused:
        firm.enrol(session, 3)
    assert [(p.rule, p.passes) for p in refused.value.problems] == [("E6", 0)]
    verbs.withdraw(rows[2].id, actor=firm.actor)
    assert len(firm.enrol(session, 3)) == 1


def test_s4_a_cap_of_zero_lets_nobody_in_and_one_that_ended_everybody() -> None:
    firm, closed = Firm(), make_session(5, company_cap=0)
    with pytest.raises(Refused):
        firm.enrol(closed, 0)
    past = make_session(
        5, company_cap=0, cap_until=clock.now() - timedelta(minutes=1), starts_at=clock.now() + timedelta(20)
    )
    assert [row.status for row in firm.enrol(past, 0)] == [S.CONFIRMED]


def test_s11_a_group_that_waits_together_is_offered_seats_only_as_a_whole() -> None:
    crowd, firm, single, session = Firm(), Firm(), Firm(), make_session(3)
    seats = crowd.enrol(session, 0, 1, 2)
    group = firm.enrol(session, 0, 1, fit=Fit.TOGETHER)
    alone = single.enrol(session, 0)[0]
    assert [row.status for row in (*group, alone)] == [S.WAITING] * 3
    verbs.withdraw(seats[0].id, actor=crowd.actor)
    db.session.expire_all()
    assert [row.status for row in (*group, alone)] == [S.WAITING, S.WAITING, S.OFFERED]
    verbs.withdraw(seats[1].id, actor=crowd.actor)
    db.session.expire_all()
    assert [row.status for row in group] == [S.WAITING, S.WAITING]
    verbs.withdraw(seats[2].id, actor=crowd.actor)
    db.session.expire_all()
    assert [row.status for row in group] == [S.OFFERED, S.OFFERED]
    assert standing(session) == {"general": 3}


def test_s3_a_seat_without_a_name_ends_at_its_deadline_exactly_once_and_costs_nothing() -> None:
    firm, session = Firm(), make_session(2, list_price_cents=90_000, partner_price_cents=45_000)
    row = firm.enrol(session, nameless=1, aid=AidAnswer.WITH_AID, aid_declared_cents=0)[0]
    assert row.expires_at == session.names_until
    close_clock(row)
    assert [promotion.sweep(clock.now()), promotion.sweep(clock.now())] == [1, 0]
    assert (row.status, standing(session)) == (S.EXPIRED, {"general": 0})
    assert db.session.scalar(sa.select(sa.func.sum(AidGrant.cents))) == 0


def test_s3_a_name_ends_the_clock_of_the_seat() -> None:
    firm, session = Firm(), make_session(2)
    row = firm.enrol(session, nameless=1)[0]
    named = verbs.name_seat(row.id, firm.people[0].id, actor=firm.actor)
    assert (named.expires_at, named.status) == (None, S.CONFIRMED)


def test_s5_an_employee_holds_a_seat_until_the_company_says_yes() -> None:
    firm, session = Firm(), make_session(2)
    employee = actor_for(firm.people[0], firm.company)
    row = verbs.ask_for_seat(session.id, actor=employee)
    assert (row.status, standing(session)) == (S.AWAITING_COMPANY, {"general": 1})
    assert row.expires_at == after_workdays(row.clock_began_at or clock.now(), 2, "IT", "Europe/Rome")
    with pytest.raises(Forbidden):
        verbs.say_yes(row.id, actor=employee, aid=AidAnswer.FULL_PRICE)
    with pytest.raises(NotFound):
        verbs.say_yes(row.id, actor=Firm().actor, aid=AidAnswer.FULL_PRICE)
    verbs.say_yes(row.id, actor=firm.actor, aid=AidAnswer.FULL_PRICE)
    assert [row.status, row.expires_at] == [S.CONFIRMED, None]
    with pytest.raises(Conflict):
        verbs.say_no(row.id, actor=firm.actor)


def test_s5_silence_and_a_no_give_the_seat_back_and_both_are_told() -> None:
    firm, session = Firm(), make_session(2)
    firm.people[0] = make_person("Persona con posta", firm.company, email="persona@firm.example")
    company = db.session.get_one(Company, firm.company.id)
    company.contact_email = "office@firm.example"
    db.session.commit()
    first = verbs.ask_for_seat(session.id, actor=actor_for(firm.people[0], firm.company))
    second = verbs.ask_for_seat(session.id, actor=actor_for(firm.people[1], firm.company))
    verbs.say_no(second.id, actor=firm.actor)
    close_clock(first)
    promotion.sweep(clock.now())
    assert (first.status, second.status, standing(session)) == (S.EXPIRED, S.REFUSED, {"general": 0})
    assert notices.tell_ended(first.id, public_url=URL)
    assert notices.tell_ended(first.id, public_url=URL)
    told = db.session.scalars(sa.select(MailMessage.recipient).filter_by(kind="training.ended")).all()
    assert sorted(told) == ["office@firm.example", "persona@firm.example"]


def test_s5_a_stranger_who_acts_for_the_company_gets_no_seat() -> None:
    firm, session = Firm(), make_session(2)
    with pytest.raises(Refused) as refused:
        verbs.ask_for_seat(session.id, actor=Actor(make_person("Estranea").id, None, firm.company.id))
    assert [p.rule for p in refused.value.problems] == ["E2"]
    with pytest.raises(NotFound):
        verbs.ask_for_seat(session.id, actor=Actor(firm.people[0].id, None, None))


def test_s6_a_substitute_keeps_seat_and_price_and_the_first_loses_access() -> None:
    firm, session = Firm(), make_session(2, list_price_cents=50_000, partner_price_cents=50_000)
    row = firm.enrol(session, 0)[0]
    ticket = row.ticket
    verbs.substitute(row.id, firm.people[1].id, actor=firm.actor)
    assert (row.person_id, row.ticket, row.price_cents) == (firm.people[1].id, ticket, 50_000)
    assert queries.seat_of(firm.people[0].id, session.id) is None
    with pytest.raises(Refused) as refused:
        verbs.substitute(row.id, Firm().people[0].id, actor=firm.actor)
    assert [p.rule for p in refused.value.problems] == ["E2"]
    with pytest.raises(NotFound):
        verbs.substitute(row.id, firm.people[2].id, actor=Firm().actor)


@pytest.mark.parametrize(("minutes", "who", "works"), [
    (-1, "owner", True), (1, "owner", False), (29, "trainer", True), (31, "trainer", False),
])  # fmt: skip
def test_s6_the_company_swaps_until_the_start_and_the_trainer_at_the_door(
    monkeypatch: pytest.MonkeyPatch, minutes: int, who: str, works: bool
) -> None:
    firm, session = Firm(), make_session(2)
    row, trainer = firm.enrol(session, 0)[0], make_person("Tea Docente")
    db.session.add(SessionTrainer(session_id=session.id, person_id=trainer.id))
    db.session.commit()
    actor = firm.actor if who == "owner" else Actor(trainer.id, None, session.organisation_id)
    at(monkeypatch, session.starts_at + timedelta(minutes=minutes))
    if works:
        assert verbs.substitute(row.id, firm.people[1].id, actor=actor).person_id == firm.people[1].id
    else:
        with pytest.raises(Refused) as refused:
            verbs.substitute(row.id, firm.people[1].id, actor=actor)
        assert [p.rule for p in refused.value.problems] == ["E14"]


def test_e12_declining_once_keeps_the_place_and_twice_leaves_it() -> None:
    crowd, firm, session = Firm(), Firm(), make_session(1)
    seat = crowd.enrol(session, 0)[0]
    first, second = firm.enrol(session, 0)[0], firm.enrol(session, 1)[0]
    verbs.withdraw(seat.id, actor=crowd.actor)
    verbs.decline_offer(first.id, actor=firm.actor)
    db.session.expire_all()
    assert (first.status, second.status) == (S.WAITING, S.OFFERED)
    verbs.decline_offer(second.id, actor=firm.actor)
    db.session.expire_all()
    assert (first.status, second.status) == (S.OFFERED, S.WAITING)
    verbs.decline_offer(first.id, actor=firm.actor)
    assert (first.status, standing(session)) == (S.DECLINED, {"general": 1})
    with pytest.raises(NotFound):
        verbs.decline_offer(second.id, actor=crowd.actor)


def test_e28_a_clock_warns_at_half_and_a_day_before_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    firm = Firm()
    db.session.get_one(Company, firm.company.id).contact_email = "office@firm.example"
    session = make_session(2, starts_at=clock.now() + timedelta(days=30))
    row = firm.enrol(session, nameless=1)[0]
    began, ends = row.clock_began_at, row.expires_at
    assert began is not None
    assert ends is not None
    half, day = began + (ends - began) / 2, ends - timedelta(days=1)
    told = [verbs.warn_clocks(t, public_url=URL) for t in (half - timedelta(1), half, half, day, day)]
    assert told == [0, 1, 0, 1, 0]
    kinds = db.session.scalars(sa.select(MailMessage.kind).filter_by(recipient="office@firm.example")).all()
    assert sorted(kinds) == ["training.clock-day", "training.clock-half"]
    assert row.expires_at == ends


def test_e28_a_missed_warning_adds_a_quarter_once_and_no_seat_ends_without() -> None:
    firm, session = Firm(), make_session(2)
    row = firm.enrol(session, nameless=1)[0]
    close_clock(row, warned=False)
    assert (promotion.sweep(clock.now()), row.status) == (0, S.CONFIRMED)
    ended = row.expires_at or clock.now()
    assert verbs.warn_clocks(clock.now(), public_url=URL) == 1
    db.session.refresh(row)
    assert row.extended
    assert row.expires_at is not None
    assert row.expires_at > ended
    assert verbs.warn_clocks(row.expires_at, public_url=URL) == 0
    assert promotion.sweep(row.expires_at) == 1
    db.session.refresh(row)
    assert row.status == S.EXPIRED


def test_e28_the_rule_and_its_statement_agree() -> None:
    firm, session, now = Firm(), make_session(2), clock.now()
    row = firm.enrol(session, nameless=1)[0]
    hour = timedelta(hours=1)
    for began, ends, warned, extended in [
        (8, 1, None, False), (8, 1, 4, False), (8, 1, 2, False), (8, 1, 2, True), (16, 8, None, False), (8, -1, 4, False),
    ]:  # fmt: skip
        row.clock_began_at, row.expires_at, row.extended = now - began * hour, now - ends * hour, extended
        row.warned_at = None if warned is None else now - warned * hour
        db.session.commit()
        ticking = Clock(row.clock_began_at, row.expires_at, row.warned_at, extended=extended)
        assert bool(queries.places_due([row.pool_id], now)) == may_act(ticking, now)


def test_e9_clocks_are_never_over_half_the_time_left_nor_under_two_hours() -> None:
    now, hour = datetime(2026, 3, 2, 10, tzinfo=UTC), timedelta(hours=1)
    ends = [offer_ends(now, now + n * hour) - now for n in (200, 40, 3)]
    assert ends == [48 * hour, 20 * hour, 2 * hour]
    assert names_end(now, now + 10 * hour, now - hour) - now == 5 * hour
    assert warning_due(Clock(now, now + 20 * hour), now + 9 * hour) == ""


@pytest.mark.parametrize(("country", "asked", "ends"), [
    ("IT", "2026-04-30T10:00", "2026-05-05T10:00"),  # Friday is the first of May
    ("DE", "2026-04-02T10:00", "2026-04-08T10:00"),  # Good Friday and Easter Monday
    ("GR", "2026-04-09T10:00", "2026-04-15T10:00"),  # the Orthodox ones a week later
    ("IT", "2026-03-07T10:00", "2026-03-11T10:00"),  # a Saturday counts from Monday
])  # fmt: skip
def test_s5_working_days_are_those_of_the_country(country: str, asked: str, ends: str) -> None:
    told = after_workdays(datetime.fromisoformat(asked).replace(tzinfo=UTC), 2, country, "UTC")
    assert told.isoformat() == f"{ends}:00+00:00"


def test_s5_easter_is_where_the_almanac_has_it() -> None:
    assert [western_easter(y).isoformat() for y in (2025, 2026, 2027)] == ["2025-04-20", "2026-04-05", "2027-03-28"]
    assert [orthodox_easter(y).isoformat() for y in (2025, 2026, 2027)] == ["2025-04-20", "2026-04-12", "2027-05-02"]


def priced(size: int = 5, **values: Any) -> PilotSession:
    return make_session(size, list_price_cents=90_000, partner_price_cents=45_000, **values)


def test_s8_aid_is_granted_at_confirmation_and_reversed_on_leaving_in_time() -> None:
    firm, session = Firm(), priced()
    row = firm.enrol(session, 0, aid=AidAnswer.WITH_AID, aid_declared_cents=10_000)[0]
    now = clock.now()
    before = queries.aid_room(firm.company.id, "IT", now)
    verbs.withdraw(row.id, actor=firm.actor)
    after = queries.aid_room(firm.company.id, "IT", now)
    assert (row.price_cents, before.granted, before.declared, after.granted) == (45_000, 45_000, 10_000, 0)
    assert db.session.scalars(sa.select(AidGrant.cents).order_by(AidGrant.id)).all() == [45_000, -45_000]


def test_s8_aid_ends_where_the_headroom_ends_and_the_seat_stays() -> None:
    firm, session = Firm(), priced()
    rows = firm.enrol(session, 0, 1, aid=AidAnswer.WITH_AID, aid_declared_cents=300_000_00 - 60_000)
    assert [(row.status, row.aid_cents, row.price_cents) for row in rows] == [
        (S.CONFIRMED, 45_000, 45_000), (S.CONFIRMED, 15_000, 75_000),
    ]  # fmt: skip


def test_s8_who_waits_is_granted_nothing_until_the_offer_is_taken() -> None:
    crowd, firm, session = Firm(), Firm(), priced(1)
    seat = crowd.enrol(session, 0)[0]
    row = firm.enrol(session, 0, aid=AidAnswer.WITH_AID, aid_declared_cents=0)[0]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AidGrant)) == 0
    verbs.withdraw(seat.id, actor=crowd.actor)
    verbs.accept_offer(row.id, actor=firm.actor)
    assert (row.aid_cents, db.session.scalars(sa.select(AidGrant.cents)).all()) == (45_000, [45_000])


def test_s8_the_accountants_figure_grants_and_silence_keeps_the_seat_at_full_price() -> None:
    firm, session = Firm(), priced()
    told, silent = firm.enrol(session, 0, 1, aid=AidAnswer.ACCOUNTANT)
    assert told.expires_at is not None
    assert db.session.scalars(sa.select(AidGrant.cents)).all() == []
    verbs.answer_aid(told.id, 300_000_00 - 20_000, actor=firm.actor)
    close_clock(silent)
    promotion.sweep(clock.now())
    db.session.expire_all()
    assert [(row.status, row.aid_cents, row.price_cents) for row in (told, silent)] == [
        (S.CONFIRMED, 20_000, 70_000), (S.CONFIRMED, 0, 90_000),
    ]  # fmt: skip
    with pytest.raises(Conflict):
        verbs.answer_aid(told.id, 0, actor=firm.actor)


def make_voucher(session: PilotSession, **values: Any) -> Voucher:
    row = Voucher(code=f"V{uuid4().hex[:8]}".upper(), organisation_id=session.organisation_id, **values)
    db.session.add(row)
    db.session.commit()
    return row


def test_e20_a_voucher_pays_as_often_as_it_may_and_comes_back_on_leaving_in_time() -> None:
    firm, session = Firm(), priced()
    voucher = make_voucher(session, kind=VoucherKind.FIXED, value=30_000, most_uses=1)
    rows = firm.enrol(session, 0, 1, voucher=voucher.code.lower())
    assert [row.price_cents for row in rows] == [60_000, 90_000]
    db.session.refresh(voucher)
    assert (voucher.used, voucher.spent_cents) == (1, 30_000)
    verbs.withdraw(rows[0].id, actor=firm.actor)
    db.session.refresh(voucher)
    assert (voucher.used, voucher.spent_cents) == (0, 0)


def test_e20_a_voucher_of_another_company_or_past_its_day_is_refused() -> None:
    firm, session = Firm(), priced()
    bound = make_voucher(session, kind=VoucherKind.FULL, company_id=Firm().company.id)
    over = make_voucher(session, kind=VoucherKind.PERCENT, value=50, valid_until=clock.now() - timedelta(1))
    for voucher in (bound, over):
        with pytest.raises(Refused) as refused:
            firm.enrol(session, 0, voucher=voucher.code)
        assert [(p.rule, p.field) for p in refused.value.problems] == [("E20", "voucher")]


def test_marking_attendance_never_frees_a_seat() -> None:
    firm, session = Firm(), make_session(3)
    rows = firm.enrol(session, 0, 1, 2)
    for row, status in zip(rows, (S.ATTENDED, S.PARTLY, S.ABSENT), strict=True):
        row.status = status
    db.session.commit()
    promotion.promote_waiting(session.id, now=clock.now())
    assert standing(session) == {"general": 3}


def test_e9_no_offer_leaves_after_the_last_call() -> None:
    crowd, firm, session = Firm(), Firm(), make_session(1, last_call_at=clock.now() - timedelta(minutes=1))
    seat = crowd.enrol(session, 0)[0]
    row = firm.enrol(session, 0)[0]
    verbs.withdraw(seat.id, actor=crowd.actor)
    db.session.refresh(row)
    assert (row.status, standing(session)) == (S.WAITING, {"general": 0})
