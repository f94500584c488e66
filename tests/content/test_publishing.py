"""A1, A2: versions go through other people's eyes, and what is published never changes."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from lift.content import queries
from lift.content import services as verbs
from lift.content.enums import ReviewDecision, VersionState
from lift.content.folder import read_module
from lift.content.models import ModuleStep
from lift.core.db import db, savepoint
from lift.core.errors import Conflict, Forbidden, Refused
from tests.content.groups import LESSON, Group

pytestmark = pytest.mark.usefixtures("database")


def test_import_writes_every_step_exercise_and_picture_of_the_folder() -> None:
    version = Group().draft()
    folder = read_module(LESSON)
    steps = db.session.scalars(
        sa.select(ModuleStep).filter_by(version_id=version.id).order_by(ModuleStep.position)
    ).all()
    assert [s.key for s in steps] == [s.key for s in folder.manifest.steps]
    assert [s.body for s in steps] == [folder.texts[s.key] for s in folder.manifest.steps]
    assert queries.published_modules() == []


def test_second_draft_of_a_module_is_a_conflict() -> None:
    group = Group()
    group.draft()
    with pytest.raises(Conflict):
        group.draft()


def test_import_by_somebody_outside_the_group_is_forbidden() -> None:
    group = Group()
    with pytest.raises(Forbidden):
        verbs.import_folder(read_module(LESSON), actor=group.reviewer)


def test_a2_publishing_without_an_approval_is_refused() -> None:
    group = Group()
    version = group.draft()
    group.ask(version, group.reviewer)
    with pytest.raises(Refused) as refused:
        verbs.publish(version.id, actor=group.author)
    assert [(p.rule, str(p.text)) for p in refused.value.problems] == [
        ("A13", "Nobody but its authors has run its live steps to their end; 1 to go."),
        ("A2", "The version needs an approval by somebody who did not write it."),
    ]


def test_a2_an_approval_of_the_own_partner_alone_is_not_enough() -> None:
    group = Group()
    version = group.draft()
    group.ask(version, group.colleague)
    verbs.decide_review(version.id, ReviewDecision.APPROVED, "", actor=group.colleague)
    with pytest.raises(Refused, match="another partner"):
        verbs.publish(version.id, actor=group.author)


def test_a2_nobody_reviews_their_own_work() -> None:
    group = Group()
    version = group.draft()
    with pytest.raises(Conflict):
        group.ask(version, group.author)
    group.ask(version, group.reviewer)
    with pytest.raises(Forbidden):
        verbs.decide_review(version.id, ReviewDecision.APPROVED, "", actor=group.author)


def test_a16_a_version_that_is_out_of_review_takes_no_decision() -> None:
    group = Group()
    version = group.published()
    with pytest.raises(Conflict):
        verbs.decide_review(version.id, ReviewDecision.APPROVED, "Again.", actor=group.reviewer)


def test_publishing_is_the_leads_act() -> None:
    group = Group()
    version = group.draft()
    with pytest.raises(Forbidden):
        verbs.publish(version.id, actor=group.reviewer)


def test_published_module_is_listed_with_its_steps() -> None:
    version = Group().published()
    card = queries.published_module("from-counters-to-oee")
    assert card is not None
    assert (card.version.id, card.steps, card.live) == (version.id, 7, True)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE module_version SET minutes = 1",
        "UPDATE module_version SET state = 'draft'",
        "DELETE FROM module_step",
        "UPDATE module_step SET minutes = 1",
        "DELETE FROM module_media",
        (
            "INSERT INTO module_step SELECT gen_random_uuid(), version_id, 99, 'more', kind, minutes, required, title, body, "
            "completion, exercises, live, revision, translated FROM module_step LIMIT 1"
        ),
    ],
)
def test_a1_published_content_is_immutable_by_trigger(change: str) -> None:
    Group().published()
    with pytest.raises(sa.exc.IntegrityError, match="published content is never changed"), savepoint() as session:
        session.execute(sa.text(change))


def test_a_draft_may_change_and_a_published_version_may_retire() -> None:
    group = Group()
    version = group.published()
    assert verbs.retire(version.id, actor=group.author, reason="replaced").state is VersionState.RETIRED
    assert queries.published_modules() == []
    again = group.draft()
    db.session.execute(sa.text("UPDATE module_step SET minutes = 6 WHERE version_id = :v"), {"v": again.id})
    assert again.number == 2
