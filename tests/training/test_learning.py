"""L2, L3, L16, X19: steps by their own rules, answers read and judged against one's own cut, the way to the machine."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lift.content.enums import VersionState
from lift.core import clock, events, files
from lift.core.actor import SYSTEM, Actor
from lift.core.db import db, transaction
from lift.core.errors import Forbidden, Invalid, NotFound, Refused
from lift.core.models import StoredFile
from lift.labs.models import Claim
from lift.live import services as live
from lift.live.enums import CutState
from lift.live.models import Bench
from lift.people.models import Person
from lift.training import queries
from lift.training.enums import SessionMode, StepState
from lift.training.models import Answer, StepProgress
from lift.training.services import HOLDER, benches, learning
from lift.training.services.learning import Typed
from lift.training.services.sessions import PartDraft, PoolDraft, SessionDraft, open_session
from lift.twins.enums import RunState
from lift.twins.models import SimulationRun
from lift.twins.simulators import registry
from tests.factories.content import make_version
from tests.factories.labs import make_asset
from tests.factories.people import make_company, make_learner
from tests.factories.training import (
    MODULE,
    RunningClass,
    make_cut,
    make_enrolment,
    make_running_class,
    make_session,
    open_bench_row,
    pass_twin,
    publish_real_module,
    seal,
)
from workers import training as _handlers  # noqa: F401 registers the job handlers

pytestmark = pytest.mark.usefixtures("database")
SignIn = Callable[..., FlaskClient]
LIVE = "your-own-recording"


def answer(running: RunningClass, step: str, place: int, text: str = "", *chosen: str, cut: object = None) -> Answer:
    typed = Typed(text, chosen, getattr(cut, "id", None))
    return learning.give_answer(running.session.code, step, place, typed, actor=running.actor, language="en")


def brief(running: RunningClass) -> None:
    benches.read_briefing(running.session.code, actor=running.actor)


@pytest.mark.parametrize("typed", ["0,60", "0.60", "60 %", "60", " 60,0 ", "60.9 %", "59.1"])
def test_x19_the_own_cut_decides_and_every_way_to_type_it_is_read(typed: str) -> None:
    running = make_running_class()
    cut = make_cut(open_bench_row(running))
    row = answer(running, LIVE, 0, typed, cut=cut)
    assert (row.typed, row.correct, row.check_version, row.snapshot_sha256) == (typed, True, "oee-1", cut.sha256)


@pytest.mark.parametrize(
    ("typed", "loss", "words"),
    [("75", "availability", "Divide by the whole window"), ("64", "quality_ratio", "counts bad parts too")],
)
def test_x19_a_wrong_answer_names_the_loss_that_was_missed(typed: str, loss: str, words: str) -> None:
    running = make_running_class()
    row = answer(running, LIVE, 0, typed, cut=make_cut(open_bench_row(running)))
    assert (row.correct, row.verdict["loss"], words in row.verdict["texts"]["en"]) == (False, loss, True)


def test_x19_no_two_cuts_have_the_same_right_answer() -> None:
    running = make_running_class()
    bench = open_bench_row(running)
    good, bad = make_cut(bench), make_cut(bench, number=2, bad=4)
    assert [answer(running, LIVE, 0, "60 %", cut=cut).correct for cut in (good, bad)] == [True, False]


def test_what_cannot_be_read_is_said_and_nothing_is_kept() -> None:
    running = make_running_class()
    cut = make_cut(open_bench_row(running))
    with pytest.raises(Invalid) as refused:
        answer(running, LIVE, 0, "about 1.5", cut=cut)
    assert refused.value.problems[0].field == "oee-of-my-window"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Answer)) == 0


def test_answer_before_the_cut_is_sealed_waits_and_is_checked_by_the_job(run_jobs: Callable[[], int]) -> None:
    running = make_running_class()
    cut = make_cut(open_bench_row(running), sealed=False)
    row = answer(running, LIVE, 0, "60 %", cut=cut)
    assert (row.correct, row.checked_at) == (None, None)
    seal(cut)
    db.session.commit()
    live_announce(cut.id)
    run_jobs()
    db.session.refresh(row)
    assert (row.correct, row.snapshot_sha256) == (True, cut.sha256)
    assert LIVE in queries.stored_done(running.learner.id, running.version.id)


def live_announce(cut_id: object) -> None:
    with transaction():
        events.announce("live.cut_sealed", cut_id=cut_id)


def test_checking_again_gives_the_same_and_a_new_file_is_judged_anew() -> None:
    running = make_running_class()
    cut = make_cut(open_bench_row(running))
    row = answer(running, LIVE, 0, "60 %", cut=cut)
    before = (row.correct, row.snapshot_sha256)
    assert learning.check_attempts([cut.id], clock.now()) == 0
    assert (row.correct, row.snapshot_sha256) == before
    seal(cut, bad=6)
    assert learning.check_attempts([cut.id], clock.now()) == 1
    db.session.refresh(row)
    assert (row.correct, row.snapshot_sha256) == (False, cut.sha256)
    assert LIVE not in queries.stored_done(running.learner.id, running.version.id)


def test_cut_without_data_is_refused_and_a_foreign_cut_not_found() -> None:
    running = make_running_class()
    bench = open_bench_row(running)
    cut = make_cut(bench, sealed=False)
    cut.state = CutState.FAILED
    db.session.commit()
    with pytest.raises(Refused):
        answer(running, LIVE, 0, "60 %", cut=cut)
    with pytest.raises(Refused):
        answer(running, LIVE, 0, "60 %")
    foreign = make_cut(bench, number=2)
    foreign.person_id = running.trainer.id
    db.session.commit()
    with pytest.raises(NotFound):
        answer(running, LIVE, 0, "60 %", cut=foreign)


def test_l2_recomputed_progress_equals_the_stored_one_and_100_only_when_all_are_done() -> None:
    running = make_running_class()
    assert queries.standing_of(running.learner.id, running.version.id).percent == 0
    answer(running, "what-oee-means", 0, "75")
    assert queries.stored_done(running.learner.id, running.version.id) == set()
    answer(running, "what-oee-means", 1, "", "availability")
    pass_twin(running.learner, running.asset)
    learning.start_step(running.session.code, "try-it-on-the-twin", actor=running.actor)
    standing = queries.standing_of(running.learner.id, running.version.id)
    assert standing.done == {"what-oee-means", "try-it-on-the-twin"}
    assert queries.stored_done(running.learner.id, running.version.id) == standing.done
    assert standing.percent == int(100 * 18 / 62)


def test_l2_view_rule_wants_its_seconds() -> None:
    version = make_version(state=VersionState.DRAFT)
    version.steps[0].completion = {"rule": "view", "seconds": 30}
    db.session.flush()
    version.state, version.published_at = VersionState.PUBLISHED, clock.now()
    session, company = make_session(5, version=version), make_company()
    learner = make_learner(company)
    make_enrolment(session, company.id, learner.id)
    db.session.commit()
    actor = Actor(learner.id, learner.pseudonym, company.id)
    learning.start_step(session.code, "step-1", actor=actor)
    with pytest.raises(Refused):
        learning.finish_reading(session.code, "step-1", actor=actor)
    db.session.execute(sa.update(StepProgress).values(started_at=clock.now() - timedelta(seconds=31)))
    learning.finish_reading(session.code, "step-1", actor=actor)
    assert queries.stored_done(learner.id, version.id) == {"step-1"}


def test_evidence_is_typed_by_content_limited_and_kept(client: FlaskClient, sign_in: SignIn) -> None:
    running = make_running_class()
    with pytest.raises(Invalid):
        big = ("big.txt", b"a" * 5_000_001)
        learning.keep_evidence(running.session.code, "what-would-you-change", 0, "", big, actor=running.actor)
    sign_in(client, running.learner)
    url = f"/learn/{running.session.code}/what-would-you-change/evidence/0"

    def send(name: str, content: bytes, text: str = "") -> int:
        data = {"acting": str(running.company.id), "typed": text, "file": (io.BytesIO(content), name)}
        return client.post(url, data=data, content_type="multipart/form-data").status_code

    assert send("note.pdf", b"MZ\x90\x00evil") == 422
    assert send("note.exe", b"%PDF-1.7 fine") == 302
    assert client.post(url, data={"acting": str(running.company.id), "typed": "too short"}).status_code == 422
    rows = db.session.scalars(sa.select(Answer)).all()
    assert [(a.read_as["name"], a.correct) for a in rows] == [("note.exe", True)]


def test_l12_erasure_takes_the_evidence_and_the_paper_out_of_the_store() -> None:
    running = make_running_class()
    row = learning.keep_evidence(
        running.session.code, "what-would-you-change", 0, "", ("note.txt", b"my own words"), actor=running.actor
    )
    sent = UUID(row.read_as["file_id"])
    path = files.path_of(db.session.get_one(StoredFile, sent).sha256)
    assert path.exists()
    HOLDER.erase(running.learner.id)
    assert (path.exists(), db.session.get(StoredFile, sent)) == (False, None)
    db.session.refresh(row)
    assert (row.typed, row.read_as) == ("", {})


def test_l3_l16_the_way_to_the_machine_names_each_missing_thing_and_opens_the_bench_with_the_step() -> None:
    running = make_running_class()
    with pytest.raises(Refused) as refused:
        benches.go_to_machine(running.session.code, LIVE, actor=running.actor)
    assert [p.rule for p in refused.value.problems] == ["L16", "T12"]
    assert [w.endpoint for p in refused.value.problems for w in p.ways] == ["twins.bench", "training.briefing"]
    pass_twin(running.learner, running.asset)
    brief(running)
    bench = benches.go_to_machine(running.session.code, LIVE, actor=running.actor)
    assert (bench.attempt_ref["session"], bench.attempt_ref["step"]) == (running.session.code, LIVE)
    assert benches.go_to_machine(running.session.code, LIVE, actor=running.actor).id == bench.id


def test_x6_outside_the_hour_the_machine_is_refused_with_the_hour() -> None:
    running = make_running_class(started=timedelta(minutes=90))
    way = queries.bench_right(running.learner.id, running.session, running.version, clock.now())
    assert way is not None
    assert [p.rule for p in way.problems] == ["X6", "L16", "T12"]


def test_right_at_the_bench_learner_works_trainer_supervises_stranger_nothing() -> None:
    running = make_running_class()
    stranger = make_learner(make_company())
    db.session.commit()
    bench = open_bench_row(running)
    db.session.commit()
    learner, trainer = benches.right_at(bench, running.actor), benches.right_at(bench, running.teacher)
    assert (learner.works, learner.supervises, learner.has_trainer, len(learner.missing)) == (True, False, True, 2)
    assert (trainer.works, trainer.supervises) == (False, True)
    nobody = benches.right_at(bench, Actor(stranger.id, stranger.pseudonym, None))
    assert (nobody.works, nobody.supervises) == (False, False)


def test_l5_trainer_makes_the_running_part_longer_learner_may_not() -> None:
    running = make_running_class()
    bench = open_bench_row(running)
    db.session.commit()
    before = running.session.ends_at
    with pytest.raises(Forbidden):
        live.extend_bench(bench.id, actor=running.actor, right=benches.right_at(bench, running.actor))
    booking = live.extend_bench(bench.id, actor=running.teacher, right=benches.right_at(bench, running.teacher))
    assert (running.session.ends_at, booking.during.upper) == (before + timedelta(minutes=30),) * 2
    assert running.session.parts[0].ends_at == booking.during.upper
    claimed = db.session.scalars(sa.select(Claim.during).where(Claim.booking_id == booking.id)).all()
    assert len(claimed) == 2  # the asset and the trainer's own time
    assert {c.upper for c in claimed if c.upper} == {booking.during.upper}


def test_l5_extension_waits_for_a_trainer_who_is_booked_elsewhere() -> None:
    running = make_running_class()
    bench = open_bench_row(running)
    soon = running.session.ends_at
    elsewhere = make_asset(running.asset.lab)
    part = PartDraft(soon, soon + timedelta(hours=1), SessionMode.REMOTE)
    draft = SessionDraft(
        version_id=running.version.id, lab_id=elsewhere.lab_id, parts=(part,), pools=(PoolDraft(4),),
        asset_ids=(elsewhere.id,), trainer_ids=(running.trainer.id,), mode=SessionMode.REMOTE, language="en",
    )  # fmt: skip
    open_session(draft, actor=SYSTEM)
    db.session.commit()
    with pytest.raises(Refused) as refused:
        live.extend_bench(bench.id, actor=running.teacher, right=benches.right_at(bench, running.teacher))
    assert [p.rule for p in refused.value.problems] == ["B12"]
    assert running.session.ends_at == soon


def test_t12_briefing_is_of_today_once_and_by_trainer_or_self() -> None:
    running = make_running_class()
    brief(running)
    benches.tick_briefing(running.session.code, running.learner.id, actor=running.teacher)
    briefing, by = queries.briefing_of(running.learner.id, running.asset.lab, clock.now())
    assert briefing is not None
    assert (by, len(briefing.text_version)) == ("", 12)
    assert queries.briefing_of(running.learner.id, running.asset.lab, clock.now() + timedelta(days=1))[0] is None


def test_who_has_no_seat_finds_no_step(client: FlaskClient, sign_in: SignIn) -> None:
    running = make_running_class()
    stranger = make_learner(make_company())
    db.session.commit()
    sign_in(client, stranger)
    code = running.session.code
    paths = (f"/learn/{code}", f"/learn/{code}/what-oee-means", f"/class/{code}", f"/sessions/{code}/briefing")
    assert [client.get(path).status_code for path in paths] == [404, 404, 404, 404]


def test_x19_how_it_is_read_and_the_tolerance_are_told_before_checking(client: FlaskClient, sign_in: SignIn) -> None:
    running = make_running_class()
    sign_in(client, running.learner)
    text = client.get(f"/learn/{running.session.code}/{LIVE}/read/0?typed=64,0").text
    assert "We read: 64.0 %." in text
    assert "You typed 64,0; comma and point both work." in text
    assert "Anything within 1 point" in text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Answer)) == 0


def test_answer_beside_the_bench_comes_back_alone_with_its_verdict(client: FlaskClient, sign_in: SignIn) -> None:
    running = make_running_class()
    bench = open_bench_row(running)
    cut = make_cut(bench)
    db.session.commit()
    sign_in(client, running.learner)
    data = {"acting": str(running.company.id), "typed": "75 %", "cut": str(cut.id), "bench": str(bench.id)}
    text = client.post(f"/learn/{running.session.code}/{LIVE}/answer/0", data=data).text
    assert text.lstrip().startswith("<section")
    assert "Divide by the whole window" in text


def test_nothing_of_the_right_answer_is_on_the_page_before_it_was_given(client: FlaskClient, sign_in: SignIn) -> None:
    running = make_running_class()
    sign_in(client, running.learner)
    text = client.get(f"/learn/{running.session.code}/read-a-counter").text
    assert "95.1" not in text
    assert "At least 12 parts" in text


def test_l17_help_reaches_the_class_with_step_and_last_answer_and_trainer_answers(
    client: FlaskClient, sign_in: SignIn
) -> None:
    running = make_running_class()
    answer(running, "the-three-losses", 0, "60")
    sign_in(client, running.learner)
    data = {"acting": str(running.company.id), "sentence": "I do not see the counter."}
    assert client.post(f"/learn/{running.session.code}/the-three-losses/help", data=data).status_code == 303
    teacher = client.application.test_client()
    sign_in(teacher, running.trainer)
    page = teacher.get(f"/class/{running.session.code}").text
    assert "I do not see the counter." in page
    assert "Last answer: 60" in page
    row = queries.open_help_of(running.learner.id, running.session.id)
    assert row is not None
    done = teacher.post(f"/class/{running.session.code}/helped/{row.id}", data={"acting": str(running.host.id)})
    assert done.status_code == 302
    assert queries.open_help_of(running.learner.id, running.session.id) is None


def test_r3_class_page_is_the_trainers_learners_are_told_the_rule(client: FlaskClient, sign_in: SignIn) -> None:
    running = make_running_class()
    answer_ = sign_in(client, running.learner).get(f"/class/{running.session.code}")
    assert (answer_.status_code, "R3" in answer_.text) == (403, True)


def test_stop_all_stops_every_machine_of_the_class() -> None:
    running = make_running_class()
    open_bench_row(running)
    db.session.commit()
    assert benches.stop_all(running.session.code, actor=running.teacher) == 1
    assert len(queries.class_roll(running.session, clock.now()).stops) == 1


def test_bench_page_gets_the_step_and_its_exercise_for_its_own_person_only() -> None:
    running = make_running_class()
    bench = open_bench_row(running)
    db.session.commit()
    assert live.panels_of(bench, running.teacher) == {}


def finished_run(person: Person, company_id: object, number: int, **changes: float) -> SimulationRun:
    """A short real run of the line."""
    start = {"saw_s": 22, "mill_s": 38, "wash_s": 18, "measure_s": 24, "pack_s": 15, "buffer_mill": 3, "buffer_wash": 8,
             "buffer_measure": 8, "buffer_pack": 8, "mill_every_min": 95, "mill_stop_min": 6, "spread_percent": 15,
             "bad_percent": 2, "day_hours": 8, "days": 30, **changes}  # fmt: skip
    line = registry.get("line")
    result = line.run(line.parameters(**start), 7, lambda _done, _all: None, lambda: False)
    run = SimulationRun(
        number=number, simulator="line", version=line.version, parameters=start, seed=7, content_sha256=str(number),
        state=RunState.DONE, result=result.model_dump(mode="json"), person_id=person.id, organisation_id=company_id,
        created_at=clock.now() + timedelta(seconds=number),
    )  # fmt: skip
    db.session.add(run)
    db.session.flush()
    return run


def test_simulation_claims_are_judged_against_the_learners_own_runs() -> None:
    version = publish_real_module(MODULE.with_name("where-is-the-bottleneck"))
    session = make_session(5, version=version)
    company = make_company()
    learner = make_learner(company)
    make_enrolment(session, company.id, learner.id)
    db.session.commit()
    actor = Actor(learner.id, learner.pseudonym, company.id)

    def give(step: str, place: int, text: str = "", *chosen: str) -> bool | None:
        return learning.give_answer(session.code, step, place, Typed(text, chosen), actor=actor, language="en").correct

    with pytest.raises(Invalid):
        give("run-the-line", 0, "", "mill")
    first = finished_run(learner, company.id, 1)
    mean = first.result["figures"][0]["mean"] if first.result else 0.0
    assert [give("run-the-line", 0, "", "saw"), give("run-the-line", 0, "", "mill")] == [False, True]
    assert [give("run-the-line", 1, f"{mean * 1.2:.1f}"), give("run-the-line", 1, f"{mean:.1f}")] == [False, True]
    with pytest.raises(Invalid):
        give("change-one-thing", 1, "", "more")
    finished_run(learner, company.id, 2, mill_s=31)
    assert [give("change-one-thing", 1, "", "less"), give("change-one-thing", 1, "", "more")] == [False, True]


def test_my_training_costs_the_same_number_of_statements_for_one_and_for_three(
    client: FlaskClient, sign_in: SignIn, count_queries: Callable[[], int]
) -> None:
    company = make_company()
    learner = make_learner(company)
    db.session.commit()
    sign_in(client, learner)
    costs = []
    for more in (1, 2):
        for _ in range(more):
            make_enrolment(
                make_session(5, starts_at=clock.now() + timedelta(days=3 + len(costs))), company.id, learner.id
            )
        db.session.commit()
        client.get("/my-training")
        count_queries()
        assert client.get("/my-training").status_code == 200
        costs.append(count_queries())
    assert costs[0] == costs[1]


def test_first_page_of_a_trainer_leads_to_the_class_that_runs(client: FlaskClient, sign_in: SignIn) -> None:
    running = make_running_class()
    page = sign_in(client, running.trainer).get("/my-training").text
    assert [words in page for words in ("Your class is running now", "You teach", "You have no seat")] == [
        True,
        True,
        False,
    ]
    assert page.count(f"/class/{running.session.code}") == 2


def test_class_page_takes_the_same_number_of_queries_for_one_learner_and_three(
    client: FlaskClient, sign_in: SignIn, count_queries: Callable[[], int]
) -> None:
    running = make_running_class()
    sign_in(client, running.trainer)
    url = f"/class/{running.session.code}"
    client.get(url)
    count_queries()
    client.get(url)
    one = count_queries()
    for name in ("Ugo Prova", "Lia Prova"):
        make_enrolment(running.session, running.company.id, make_learner(running.company, name).id)
    db.session.commit()
    count_queries()
    page = client.get(url)
    assert (count_queries(), "Lia Prova" in page.text) == (one, True)


def test_l1_time_is_told_in_the_labs_zone_and_the_learners_own(client: FlaskClient, sign_in: SignIn) -> None:
    running = make_running_class()
    running.learner.zone = "Asia/Tokyo"
    db.session.commit()
    text = sign_in(client, running.learner).get("/my-training").text
    assert ("JST" in text, "CET" in text or "CEST" in text) == (True, True)


def test_l1_empty_page_says_who_enrols(client: FlaskClient, sign_in: SignIn) -> None:
    learner = make_learner(make_company())
    db.session.commit()
    assert "Your company’s owner or HR enrols you" in sign_in(client, learner).get("/my-training").text


def test_stored_states_are_only_open_and_done() -> None:
    running = make_running_class()
    learning.start_step(running.session.code, LIVE, actor=running.actor)
    learning.start_step(running.session.code, LIVE, actor=running.actor)
    rows = db.session.scalars(sa.select(StepProgress)).all()
    assert [(r.step_key, r.state) for r in rows] == [(LIVE, StepState.OPEN)]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Bench)) == 0
