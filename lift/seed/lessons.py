"""The demo modules: brought in as drafts by their author, approved by another partner, published by the lead."""

from __future__ import annotations

from uuid import UUID

from lift.content import queries
from lift.content import services as content
from lift.content.enums import ReviewDecision, StepKind
from lift.content.folder import read_module
from lift.content.models import ModuleVersion
from lift.core.actor import Actor, Role, Scope
from lift.network import queries as groups
from lift.people import queries as people
from lift.people.models import Person
from lift.seed.files import DRAFTS, MODULES, world
from lift.twins.services.twin_sessions import ask_twin, open_twin, stop_twin

REMARKS = {
    "choosing-a-first-robot-cell": (
        (
            "a-job-for-a-robot",
            "Somebody can take over at once when the cell stands.",
            "Say who: in a firm of twelve people this is the hardest point, and the reader thinks of it first.",
            True,
        ),
        (
            "a-job-for-a-robot",
            "heavy, hot, sharp, or simply dull",
            "A figure would help: from how many kilograms on does lifting all day count as heavy?",
            False,
        ),
    )
}
"""What the reviewer has marked in a draft: step, words of it, remark, whether it must be put right."""


def publish_modules(crowd: dict[str, Person]) -> dict[str, UUID]:
    """Every folder of ``modules/`` through the ordinary verbs; returns the published versions' ids by slug."""
    published = {}
    for path in sorted(p.parent for p in MODULES.glob("*/module.toml")):
        folder = read_module(path)
        author, reviewer, lead = (
            _holder(crowd, role, folder.manifest.topic) for role in (Role.AUTHOR, Role.REVIEWER, Role.LEAD)
        )
        version = content.import_folder(folder, actor=author)
        assert reviewer.person_id is not None
        assert reviewer.organisation_id is not None
        content.send_to_review(version.id, reviewer.person_id, reviewer.organisation_id, actor=author)
        _try_live_steps(version, reviewer)
        content.decide_review(version.id, ReviewDecision.APPROVED, "Numbers and figures checked.", actor=reviewer)
        content.publish(version.id, actor=lead)
        published[folder.manifest.slug] = version.id
    return published


def _try_live_steps(version: ModuleVersion, reviewer: Actor) -> None:
    """The reviewer runs each live step to its end on the computer copy of a machine that could host it (A13)."""
    live = [step.key for step in version.steps if step.kind is StepKind.LIVE]
    if not live:
        return
    host = next(h for h in queries.hosts_of(version.requirements, free=False) if h.suits and h.has_twin)
    twin = open_twin(host.asset.id, actor=reviewer)
    ask_twin(twin.id, actor=reviewer, variable="FeedOverride", value=80.0)
    ask_twin(twin.id, actor=reviewer, variable="FeedOverride", value=500.0)
    stop_twin(twin.id, actor=reviewer)
    for key in live:
        content.note_trial(version.id, key, actor=reviewer)


def start_drafts(crowd: dict[str, Person]) -> None:
    """Every folder of ``drafts/``: brought in by its author and sent to a reviewer, who has not answered yet."""
    for path in sorted(p.parent for p in DRAFTS.glob("*/module.toml")):
        folder = read_module(path)
        author, reviewer = (_holder(crowd, role, folder.manifest.topic) for role in (Role.AUTHOR, Role.REVIEWER))
        version = content.import_folder(folder, actor=author)
        assert reviewer.person_id is not None
        assert reviewer.organisation_id is not None
        scope = "Would a technician who has never seen a robot understand every word?"
        content.send_to_review(
            version.id, reviewer.person_id, reviewer.organisation_id, actor=author, scope=scope, effort_minutes=40
        )
        content.accept_review(version.id, actor=reviewer)
        for step, quote, text, must_fix in REMARKS.get(folder.manifest.slug, ()):
            content.comment_passage(version.id, step, "en", quote, text, actor=reviewer, must_fix=must_fix)


def _holder(crowd: dict[str, Person], role: Role, topic: str) -> Actor:
    """Whoever holds the role in the topic's working group, acting for their own organisation."""
    group = groups.group_id(topic)
    for row in world("people")["people"]:
        actor = people.actor_of(crowd[row["key"]].id, None)
        if actor.has(role, Scope.WORKING_GROUP, group):
            return actor
    raise LookupError(f"nobody holds {role} in {topic}")
