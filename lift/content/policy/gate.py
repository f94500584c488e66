"""The publishing gate (A2, A3, A13). Pure: every condition, met or not, with where to go; the unmet ones refuse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from lift.content import texts
from lift.content.enums import ReviewDecision, VersionState
from lift.content.folder import Fault
from lift.content.models import ModuleReview, ModuleVersion
from lift.core.errors import Problem
from lift.core.i18n import Text

Place = Literal["step", "head", "reviews", "review", "trial", "hosts", "links"]


@dataclass(frozen=True)
class GateFacts:
    """What the gate looks at. ``hosts`` is None and ``live`` empty where the version has no live step."""

    version: ModuleVersion
    reviews: Sequence[ModuleReview] = ()
    author_organisation_id: UUID | None = None
    must_fix: Sequence[str] = ()
    faults: Sequence[Fault] = ()
    dead_links: Sequence[tuple[str, str]] = ()
    links: int = 0
    hosts: int | None = None
    live: Sequence[str] = ()
    not_run: Sequence[str] = ()


@dataclass(frozen=True)
class Condition:
    """One thing that must be true before publishing; ``place`` and ``step`` say where it is put right."""

    rule: str
    met: bool
    text: Text
    place: Place
    step: str = ""
    note: Text | None = None
    parts: tuple[Fault, ...] = field(default=())


def publishing_problems(facts: GateFacts) -> list[Problem]:
    """Every unmet condition."""
    return [Problem(c.rule, c.text, owner="content", field=c.step) for c in conditions(facts) if not c.met]


def conditions(facts: GateFacts) -> list[Condition]:
    """All conditions: the unmet ones first, in the order in which they matter."""
    found = [*_comments(facts), *_content(facts), *_live(facts), *_links(facts), *_reviews(facts)]
    return sorted(found, key=lambda c: c.met)


def _comments(facts: GateFacts) -> Iterator[Condition]:
    if facts.must_fix:
        said = Text(texts.OPEN_MUST_FIX, {"n": len(facts.must_fix)})
        yield Condition("A3", False, said, "review", facts.must_fix[0])
    else:
        yield Condition("A3", True, Text(texts.NO_MUST_FIX), "review")


def _content(facts: GateFacts) -> Iterator[Condition]:
    """What the format of module folders finds, one condition a step: texts, alt texts, exercises, licence, skills, shares."""
    by_step: dict[str, list[Fault]] = {}
    for fault in facts.faults:
        by_step.setdefault(_step_of(fault, facts.version), []).append(fault)
    for step, faults in by_step.items():
        title = next((s.title for s in facts.version.steps if s.key == step), None)
        name = title.get("en") or next(iter(title.values()), step) if title else ""
        said = Text(texts.STEP_NOT_WHOLE, {"step": name}) if step else Text(texts.HEAD_NOT_WHOLE)
        first = Text("%(one)s %(two)s", {"one": faults[0].text, "two": faults[0].way_out})
        yield Condition("A13", False, said, "step" if step else "head", step, first, tuple(faults))
    if not facts.faults:
        yield Condition("A13", True, Text(texts.IS_WHOLE), "head", note=Text(texts.IS_WHOLE_NOTE))
        yield Condition("A8", True, Text(texts.HAS_LICENCE, {"licence": facts.version.licence}), "head")


def _step_of(fault: Fault, version: ModuleVersion) -> str:
    """The key of the step that a fault is about; '' for what stands beside the steps."""
    if fault.file.startswith("steps/"):
        number = int(fault.file[6:8])
    elif fault.field.startswith("steps["):
        number = int(fault.field[6 : fault.field.index("]")])
    else:
        return ""
    return version.steps[number - 1].key if 0 < number <= len(version.steps) else ""


def _live(facts: GateFacts) -> Iterator[Condition]:
    """Only where live steps exist: a lab, and a run to the end by somebody who is no author."""
    if facts.hosts is None:
        return
    if facts.hosts:
        yield Condition(
            "A13", True, Text(texts.CAN_BE_HOSTED), "hosts", note=Text(texts.HOSTS_NOTE, {"n": facts.hosts})
        )
    else:
        yield Condition("A13", False, Text(texts.NO_HOST), "hosts")
    if facts.not_run:
        yield Condition("A13", False, Text(texts.NOT_RUN, {"n": len(facts.not_run)}), "trial", facts.not_run[0])
    else:
        yield Condition("A13", True, Text(texts.WAS_RUN), "trial")


def _links(facts: GateFacts) -> Iterator[Condition]:
    if facts.dead_links:
        url, step = facts.dead_links[0]
        said = Text(texts.DEAD_LINKS, {"n": len(facts.dead_links)})
        yield Condition("A13", False, said, "links", step, Text(texts.DEAD_LINK_NOTE, {"url": url}))
    elif facts.links:
        yield Condition("A13", True, Text(texts.LINKS_FINE, {"n": facts.links}), "links")


def _reviews(facts: GateFacts) -> Iterator[Condition]:
    """Four eyes across partners: an approval by somebody else, one of them from another partner."""
    version = facts.version
    if version.state not in (VersionState.REVIEW, VersionState.APPROVED):
        yield Condition("A1", False, Text(texts.NOT_IN_REVIEW), "reviews")
    writers = {*version.author_ids, version.created_by}
    approvals = [r for r in facts.reviews if r.decision is ReviewDecision.APPROVED and r.reviewer_id not in writers]
    if not approvals:
        yield Condition("A2", False, Text(texts.NOT_APPROVED), "reviews")
    elif all(r.organisation_id == facts.author_organisation_id for r in approvals):
        yield Condition("A2", False, Text(texts.NO_OTHER_PARTNER), "reviews")
    else:
        yield Condition("A2", True, Text(texts.APPROVED_ELSEWHERE), "reviews")
