"""The walk of an author, a reviewer and a lead through the pages: outcome, draft, invitation, remark, answer, gate, published."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lift.content import services as verbs
from lift.content.enums import ReviewDecision, VersionState
from lift.content.models import Module, ModuleReview, ModuleStep, ModuleVersion, ReviewComment, StepRecall
from lift.core import clock
from lift.core.db import db, savepoint
from lift.core.errors import Invalid
from lift.network.enums import OutcomeState
from lift.people.models import Person
from tests.content.groups import LIVE_STEP, Group
from tests.factories.content import make_version
from tests.factories.network import make_outcome
from tests.factories.people import make_organisation, make_person
from tests.page_reading import main_of

pytestmark = pytest.mark.usefixtures("database")

SignIn = Callable[..., FlaskClient]
PAGES = ("edit", "about", "review", "publish", "preview", "files")


def page(version: ModuleVersion, name: str) -> str:
    return f"/modules/{version.module.slug}/v{version.number}/{name}"


def fresh(version: ModuleVersion) -> ModuleVersion:
    db.session.expire_all()
    return db.session.get_one(ModuleVersion, version.id)


@pytest.fixture
def group() -> Group:
    return Group()


@pytest.fixture
def acting(client: FlaskClient, sign_in: SignIn, group: Group) -> Callable[[str], FlaskClient]:
    """The browser, signed in as one of the group's people."""
    return lambda name: sign_in(client, group.persons[name])


def test_a15_make_a_module_of_an_accepted_outcome_in_one_act(
    acting: Callable[[str], FlaskClient], group: Group
) -> None:
    outcome = make_outcome(
        group.group, "Reading counters", OutcomeState.ACCEPTED, licence="CC-BY-4.0", contributors=["made", "polimi"]
    )
    outcome.gain = {"en": "You know your losses."}
    db.session.commit()
    answer = acting("author").post(f"/outcomes/{outcome.id}/module")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/modules/reading-counters/v1/edit")
    version = db.session.scalars(sa.select(ModuleVersion).join(Module).where(Module.outcome_id == outcome.id)).one()
    assert (version.state, version.licence, version.credits) == (
        VersionState.DRAFT,
        "CC-BY-4.0",
        {"made": 50, "polimi": 50},
    )
    assert "Reading counters, version 1" in main_of(acting("author").get(answer.headers["Location"]))
    again = acting("author").post(f"/outcomes/{outcome.id}/module")
    assert again.status_code == 409


def test_a15_make_a_module_by_a_reviewer_is_forbidden(acting: Callable[[str], FlaskClient], group: Group) -> None:
    outcome = make_outcome(group.group, "Reading counters", OutcomeState.ACCEPTED)
    assert acting("reviewer").post(f"/outcomes/{outcome.id}/module").status_code == 403


@pytest.mark.parametrize("name", PAGES)
def test_a1_pages_of_a_draft_are_404_for_a_stranger(
    client: FlaskClient, sign_in: SignIn, group: Group, name: str
) -> None:
    version = group.draft()
    sign_in(client, make_person("Stranger", make_organisation()))
    assert client.get(page(version, name)).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_a1_pages_of_a_draft_open_for_its_author(acting: Callable[[str], FlaskClient], group: Group, name: str) -> None:
    version = group.draft()
    assert acting("author").get(page(version, name)).status_code == 200


@pytest.mark.parametrize(
    "act", ["edit/what-oee-means", "steps", "steps/what-oee-means/up", "steps/what-oee-means/remove", "invite", "draft"]
)
def test_a1_writing_is_forbidden_to_a_reviewer(acting: Callable[[str], FlaskClient], group: Group, act: str) -> None:
    version = group.draft()
    browser = acting("reviewer")
    asked = f"{group.colleague.person_id} {group.colleague.organisation_id}"
    data = {"title": "New", "kind": "read", "minutes": "8", "rule": "view", "body": "x", "revision": "1",
            "reviewer": asked, "due": "2099-01-01", "effort": "30"}  # fmt: skip
    assert browser.post(page(version, act), data=data).status_code == 403


def typed(step: ModuleStep, **more: str) -> dict[str, str]:
    return {"language": "en", "title": step.title["en"], "kind": step.kind.value, "minutes": str(step.minutes), "required": "y",
            "rule": step.completion["rule"], "body": step.body["en"], "revision": str(step.revision), **more}  # fmt: skip


def test_a1_step_is_saved_and_the_fields_come_back(acting: Callable[[str], FlaskClient], group: Group) -> None:
    version = group.draft()
    step = version.steps[0]
    answer = acting("author").post(
        page(version, f"edit/{step.key}"), data=typed(step, title="What it means", body="Parts.")
    )
    assert answer.status_code == 303
    kept = fresh(version).steps[0]
    assert (kept.title["en"], kept.body["en"], kept.revision) == ("What it means", "Parts.", 2)
    assert kept.body["it"] == step.body["it"]


def test_a1_step_with_a_wrong_field_comes_back_with_what_was_typed(
    acting: Callable[[str], FlaskClient], group: Group
) -> None:
    version = group.draft()
    step = version.steps[0]
    answer = acting("author").post(page(version, f"edit/{step.key}"), data=typed(step, minutes="40", body="My words."))
    assert answer.status_code == 422
    assert "A step takes 5 to 12 minutes." in main_of(answer)
    assert "My words." in answer.get_data(as_text=True)
    assert fresh(version).steps[0].revision == 1


def test_a1_exercise_that_cannot_be_read_is_named(acting: Callable[[str], FlaskClient], group: Group) -> None:
    version = group.draft()
    step = version.steps[0]
    answer = acting("author").post(
        page(version, f"edit/{step.key}"), data=typed(step, exercises="[[exercise]]\nkind = 'riddle'")
    )
    assert answer.status_code == 422
    assert "This kind is not known." in main_of(answer)


def test_a1_pasted_script_is_dropped_and_named(acting: Callable[[str], FlaskClient], group: Group) -> None:
    version = group.draft()
    step = version.steps[0]
    browser = acting("author")
    browser.post(page(version, f"edit/{step.key}"), data=typed(step, body="<p>Hello</p><script>alert(1)</script>"))
    assert fresh(version).steps[0].body["en"].strip() == "Hello"
    assert "Dropped from what you pasted: <script>." in main_of(browser.get(page(version, "edit")))


def test_a1_text_saves_by_itself_and_brings_its_new_revision(
    acting: Callable[[str], FlaskClient], group: Group
) -> None:
    version = group.draft()
    step = version.steps[0]
    answer = acting("author").post(page(version, f"edit/{step.key}"), data=typed(step, body="**Bold**", auto="1"))
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert 'name="revision" value="2"' in text
    assert "<strong>Bold</strong>" in text


def test_a1_two_authors_at_once_see_both_texts_and_a_proposal(
    acting: Callable[[str], FlaskClient], group: Group
) -> None:
    version = group.draft()
    step = version.steps[0]
    base = "First.\n\nSecond.\n"
    verbs.save_step(version.id, step.key, _text(step, base), 1, actor=group.author)
    seen = typed(fresh(version).steps[0])
    verbs.save_step(version.id, step.key, _text(step, "First, by a colleague.\n\nSecond.\n"), 2, actor=group.writer)
    mine = {**seen, "base": base, "body": "First.\n\nSecond, by me.\n"}
    answer = acting("author").post(page(version, f"edit/{step.key}"), data=mine)
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "First, by a colleague.\n\nSecond, by me." in shown
    assert 'name="revision" value="3"' in shown
    assert fresh(version).steps[0].body["en"] == "First, by a colleague.\n\nSecond.\n"


def _text(step: ModuleStep, body: str) -> verbs.StepText:
    return verbs.StepText(
        "en", step.title["en"], body, step.kind, step.minutes, step.required, step.completion, step.exercises
    )


def test_a1_steps_are_added_moved_taken_out_and_put_back(acting: Callable[[str], FlaskClient], group: Group) -> None:
    version = group.draft()
    browser = acting("author")
    keys = [s.key for s in version.steps]
    browser.post(page(version, "steps"), data={"kind": "quiz", "after": keys[0]})
    assert [s.key for s in fresh(version).steps] == [keys[0], "quiz-1", *keys[1:]]
    browser.post(page(version, "steps/quiz-1/down"))
    assert [s.key for s in fresh(version).steps] == [keys[0], keys[1], "quiz-1", *keys[2:]]
    browser.post(page(version, "steps/quiz-1/remove"))
    assert [s.key for s in fresh(version).steps] == keys


def test_a11_language_is_marked_stale_when_the_source_moves(acting: Callable[[str], FlaskClient], group: Group) -> None:
    version = group.draft()
    step = version.steps[0]
    browser = acting("author")
    browser.post(page(version, f"edit/{step.key}"), data=typed(step, body="Another text."))
    stale = "The source text was changed after this one was made from it."
    address = page(version, f"edit?step={step.key}&in=it")
    assert stale in main_of(browser.get(address))
    browser.post(page(version, f"steps/{step.key}/translated"), data={"language": "it"})
    assert stale not in main_of(browser.get(address))


def test_a8_about_keeps_licence_shares_and_skills(acting: Callable[[str], FlaskClient], group: Group) -> None:
    version = group.draft()
    data = {
        "title": "Counters", "summary": "One sentence.", "gain": "Less waste.", "licence": "CC-BY-SA-4.0", "eqf_level": "4",
        "method": "see-predict-measure", "languages": ["en", "it"], "revision": "1", "skill-0": "guided",
        "share-" + group.home.slug: "60", "share-" + group.other.slug: "40", "asset_type": "machining-cell", "minutes": "60",
        "operators": "1", "capabilities": "opc-ua, part-counters", "what_changed": "Clearer.",
    }  # fmt: skip
    assert acting("author").post(page(version, "about"), data=data).status_code == 303
    kept = fresh(version)
    assert (kept.licence, kept.credits, kept.what_changed) == (
        "CC-BY-SA-4.0",
        {group.home.slug: 60, group.other.slug: 40},
        "Clearer.",
    )
    assert [s["level"] for s in kept.skills] == ["guided"]
    assert kept.requirements == {
        "asset_type": "machining-cell",
        "capabilities": ["opc-ua", "part-counters"],
        "minutes": 60,
        "operators": 1,
    }
    stale = acting("author").post(page(version, "about"), data=data)
    assert stale.status_code == 409


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "script"),
        (b"\x89PNG\r\n\x1a\n", "Send the picture as SVG"),
    ],
)
def test_a13_picture_that_is_no_plain_svg_is_refused_in_words(
    acting: Callable[[str], FlaskClient], group: Group, content: bytes, said: str
) -> None:
    version = group.draft()
    answer = acting("author").post(page(version, "pictures"), data={"picture": (BytesIO(content), "a.svg")})
    assert answer.status_code == 422
    assert said in main_of(answer)


def test_a13_picture_of_200_mb_is_refused_in_words(group: Group) -> None:
    version = group.draft()
    huge = b"<svg xmlns='http://www.w3.org/2000/svg'>" + bytes(200_000_000) + b"</svg>"
    with pytest.raises(Invalid, match="more than 512 kB"):
        verbs.add_picture(version.id, "huge.svg", huge, actor=group.author)


def test_a16_invitation_with_date_scope_and_effort_reaches_the_reviewer(
    acting: Callable[[str], FlaskClient], group: Group
) -> None:
    version = group.draft()
    data = {"reviewer": f"{group.reviewer.person_id} {group.reviewer.organisation_id}", "due": "2099-05-01", "effort": "50",
            "scope": "The sums of step 4."}  # fmt: skip
    assert acting("author").post(page(version, "invite"), data=data).status_code == 303
    assert fresh(version).state is VersionState.REVIEW
    listed = main_of(acting("reviewer").get("/reviews"))
    assert "From counters to OEE, version 1 waiting for your answer" in listed
    assert "about 50 minutes" in listed
    assert "The sums of step 4." in main_of(acting("reviewer").get(page(version, "review")))
    assert acting("reviewer").post(page(version, "answer/accept")).status_code == 303
    assert "version 1 accepted" in main_of(acting("reviewer").get("/reviews"))


def test_a16_invitation_for_a_day_that_is_past_names_the_field(
    acting: Callable[[str], FlaskClient], group: Group
) -> None:
    version = group.draft()
    data = {
        "reviewer": f"{group.reviewer.person_id} {group.reviewer.organisation_id}",
        "due": "2020-01-01",
        "effort": "50",
    }
    answer = acting("author").post(page(version, "invite"), data=data)
    assert answer.status_code == 422
    assert "The due date lies in the past." in main_of(answer)


def test_a16_decline_names_somebody_and_the_lead_asks_another(
    acting: Callable[[str], FlaskClient], group: Group
) -> None:
    version = group.draft()
    review = group.ask(version, group.reviewer)
    assert acting("reviewer").post(page(version, "answer/decline"), data={"instead": ""}).status_code == 422
    acting("reviewer").post(page(version, "answer/decline"), data={"instead": "Colleague"})
    assert "Named instead: Colleague" in main_of(acting("author").get(page(version, "review")))
    data = {"reviewer": f"{group.colleague.person_id} {group.colleague.organisation_id}"}
    assert acting("author").post(page(version, f"reviews/{review.id}/replace"), data=data).status_code == 303
    found = db.session.scalars(sa.select(ModuleReview).order_by(ModuleReview.asked_at)).all()
    assert [(r.reviewer_id, r.decision) for r in found] == [
        (group.reviewer.person_id, ReviewDecision.REPLACED),
        (group.colleague.person_id, ReviewDecision.ASKED),
    ]


def test_a16_reminder_at_half_time_and_when_due(group: Group, run_jobs: Callable[[], int]) -> None:
    version = group.draft()
    review = group.ask(version, group.reviewer, due_at=clock.now() + timedelta(days=10))
    assert [verbs.remind(clock.now() + timedelta(days=n)) for n in (4, 6, 7, 11, 12)] == [0, 1, 0, 1, 0]
    assert db.session.get_one(ModuleReview, review.id).reminders == 2


def test_a3_must_fix_stands_beside_its_passage_and_blocks_publishing(
    acting: Callable[[str], FlaskClient], group: Group
) -> None:
    version = group.approved()
    step = version.steps[0]
    words = step.body["en"].split(". ")[0][:40]
    data = {"quote": words, "text": "Wrong base.", "must_fix": "y", "step": step.key, "in": "en", "view": "text"}
    assert acting("reviewer").post(page(version, "remarks"), data=data).status_code == 303
    shown = acting("reviewer").get(page(version, f"review?step={step.key}&view=text"))
    assert '<mark class="l-mark--must">' in shown.get_data(as_text=True)
    assert "Wrong base." in main_of(shown)
    refused = acting("author").post(page(version, "publish"))
    assert refused.status_code == 409
    assert "1 comments say “must fix”." in main_of(refused)
    remark = db.session.scalars(sa.select(ReviewComment)).one()
    acting("reviewer").post(page(version, f"remarks/{remark.id}/settle"), data={})
    assert acting("author").post(page(version, "publish")).status_code == 303


def test_a3_remark_on_words_that_are_not_there_names_the_field(
    acting: Callable[[str], FlaskClient], group: Group
) -> None:
    version = group.draft()
    data = {"quote": "no such words", "text": "Hm.", "step": version.steps[0].key, "in": "en"}
    answer = acting("reviewer").post(page(version, "remarks"), data=data)
    assert answer.status_code == 422
    assert "These words do not stand in the step." in main_of(answer)


def test_a3_review_opens_at_the_changed_step_with_what_changed(
    acting: Callable[[str], FlaskClient], group: Group
) -> None:
    first = group.published()
    second = verbs.open_draft(first.id, actor=group.author)
    third = second.steps[2] if second.steps else fresh(second).steps[2]
    verbs.save_step(
        second.id, third.key, _text(third, third.body["en"] + "\nOpen the door once.\n"), 1, actor=group.author
    )
    answer = acting("reviewer").get(page(fresh(second), "review"))
    assert "1 of 7 steps changed since version 1." in main_of(answer)
    assert "<ins>Open the door once.</ins>" in answer.get_data(as_text=True)


def test_a2_author_cannot_answer_for_the_reviewer(acting: Callable[[str], FlaskClient], group: Group) -> None:
    version = group.draft()
    group.ask(version, group.reviewer)
    assert acting("author").post(page(version, "answer/approve"), data={"note": ""}).status_code == 403


def test_a13_gate_names_every_unmet_condition_and_leads_to_it(
    acting: Callable[[str], FlaskClient], group: Group
) -> None:
    version = group.draft()
    answer = acting("author").get(page(version, "publish"))
    shown = main_of(answer)
    assert "Nobody but its authors has run its live steps to their end; 1 to go." in shown
    assert "The version needs an approval by somebody who did not write it." in shown
    assert f"preview?step={LIVE_STEP}" in answer.get_data(as_text=True)


def test_a13_published_by_the_lead_with_everything_there(acting: Callable[[str], FlaskClient], group: Group) -> None:
    version = group.approved()
    assert acting("reviewer").post(page(version, "publish")).status_code == 403
    answer = acting("author").post(page(version, "publish"))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/modules/{version.module.slug}")
    assert fresh(version).state is VersionState.PUBLISHED
    assert (
        acting("author").post(page(version, "edit/what-oee-means"), data=typed(version.steps[0], title="x")).status_code
        == 409
    )


def test_a13_trial_counts_only_when_the_platform_has_seen_it(
    acting: Callable[[str], FlaskClient], group: Group
) -> None:
    version = group.draft()
    answer = acting("reviewer").post(page(version, f"trial/{LIVE_STEP}"))
    assert answer.status_code == 409
    assert "The platform has not seen you run it to its end yet" in main_of(answer)
    assert acting("author").post(page(version, f"trial/{LIVE_STEP}")).status_code == 403


def test_a5_hosts_with_free_windows_and_what_is_missing(acting: Callable[[str], FlaskClient], group: Group) -> None:
    shown = main_of(acting("author").get(page(group.draft(), "publish")))
    assert "It has no computer copy for the case that it fails." in shown
    assert "Free:" in shown


def test_a12_preview_checks_an_answer_and_keeps_nothing(acting: Callable[[str], FlaskClient], group: Group) -> None:
    version = group.draft()
    step = next(s for s in version.steps for e in s.exercises if e["kind"] == "number")
    place = next(n for n, e in enumerate(step.exercises) if e["kind"] == "number")
    value = step.exercises[place]["value"]
    before = _rows()
    answer = acting("author").post(page(version, f"preview/{place}"), data={"step": step.key, "typed": str(value)})
    assert answer.status_code == 200
    assert "Right." in main_of(answer)
    unread = acting("author").post(page(version, f"preview/{place}"), data={"step": step.key, "typed": "many"})
    assert unread.status_code == 422
    assert _rows() == before


def _rows() -> list[int]:
    names = ("step_progress", "answer", "certificate", "booking", "recording", "help_request")
    return [db.session.scalar(sa.text(f"SELECT count(*) FROM {name}")) or 0 for name in names]


def test_a19_recalled_step_is_stopped_by_a_lab_and_by_nobody_else(
    client: FlaskClient, sign_in: SignIn, acting: Callable[[str], FlaskClient], group: Group
) -> None:
    version = group.published()
    data = {"step": LIVE_STEP, "reason": "The door must stay shut."}
    assert acting("reviewer").post(page(version, "recall"), data=data).status_code == 403
    assert acting("author").post(page(version, "recall"), data={**data, "reason": ""}).status_code == 422
    assert acting("author").post(page(version, "recall"), data=data).status_code == 303
    assert [r.step_key for r in db.session.scalars(sa.select(StepRecall))] == [LIVE_STEP]
    again = acting("author").post(page(version, "recall"), data=data)
    assert again.status_code == 409
    stranger: Person = make_person("Stranger", make_organisation())
    sign_in(client, stranger)
    assert client.post(page(version, "recall"), data=data).status_code == 404


def test_a1_retired_version_leaves_the_offer(acting: Callable[[str], FlaskClient], group: Group) -> None:
    version = group.published()
    assert acting("author").post(page(version, "retire"), data={"reason": ""}).status_code == 422
    assert acting("author").post(page(version, "retire"), data={"reason": "Replaced."}).status_code == 303
    assert fresh(version).state is VersionState.RETIRED


def test_a16_list_of_reviews_asks_the_database_as_often_for_three_as_for_one(
    acting: Callable[[str], FlaskClient], group: Group, count_queries: Callable[[], int]
) -> None:
    def ask(count: int) -> None:
        for _n in range(count):
            version = make_version(group=group.group, state=VersionState.REVIEW)
            row = ModuleReview(
                version_id=version.id, reviewer_id=group.reviewer.person_id, organisation_id=group.other.id
            )
            db.session.add(row)
        db.session.commit()

    browser = acting("reviewer")
    ask(1)
    browser.get("/reviews")
    count_queries()
    browser.get("/reviews")
    one = count_queries()
    ask(2)
    count_queries()
    browser.get("/reviews")
    assert count_queries() == one


def test_a2_database_refuses_publishing_without_another_partners_yes(group: Group) -> None:
    version = group.draft()
    with pytest.raises(sa.exc.IntegrityError, match="approval by another partner"), savepoint() as session:
        session.execute(sa.text("UPDATE module_version SET state = 'published' WHERE id = :v"), {"v": version.id})


def test_a2_database_refuses_an_authors_own_yes(group: Group) -> None:
    version = group.draft()
    with pytest.raises(sa.exc.IntegrityError), savepoint() as session:
        own = ModuleReview(version_id=version.id, reviewer_id=group.author.person_id, organisation_id=group.home.id)
        own.decision = ReviewDecision.APPROVED
        session.add(own)
