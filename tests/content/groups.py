"""A working group at work: an author who leads, a colleague, a reviewer of another partner, a lab that can host."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from config import ROOT
from lift.content import services as verbs
from lift.content.enums import ReviewDecision
from lift.content.folder import read_module
from lift.content.models import ModuleVersion
from lift.core.actor import Actor, Role, Scope
from lift.core.db import db
from lift.labs.services import add_asset_type
from lift.people.models import Organisation, Person
from tests.factories.content import make_group
from tests.factories.labs import make_asset
from tests.factories.network import join_group
from tests.factories.people import actor_for, give_role, make_organisation, make_person

LESSON = ROOT / "lift" / "seed" / "modules" / "from-counters-to-oee"
CAPABILITIES = ["opc-ua", "part-counters", "machine-state", "feed-override", "coolant", "watchdog", "door-interlock"]
LIVE_STEP = "your-own-recording"


class Group:
    """People by what they do; ``persons`` sign in, ``author`` … act."""

    def __init__(self) -> None:
        self.group = make_group("big-data-analytics")
        self.home, self.other = make_organisation(), make_organisation()
        join_group(self.group, self.home)
        join_group(self.group, self.other)
        self.persons: dict[str, Person] = {}
        self.author = self._actor("author", self.home, Role.AUTHOR, Role.LEAD, Role.REVIEWER)
        self.writer = self._actor("writer", self.home, Role.AUTHOR)
        self.colleague = self._actor("colleague", self.home, Role.REVIEWER)
        self.reviewer = self._actor("reviewer", self.other, Role.REVIEWER)
        add_asset_type("machining-cell", {"en": "Machining cell"}, capabilities=CAPABILITIES)
        make_asset(type_key="machining-cell")
        db.session.commit()

    def _actor(self, name: str, organisation: Organisation, *roles: Role) -> Actor:
        person = self.persons[name] = make_person(name.title(), organisation)
        for role in roles:
            give_role(person, organisation, role, Scope.WORKING_GROUP, self.group.id)
        db.session.flush()
        return actor_for(person, organisation)

    def draft(self, path: Path = LESSON) -> ModuleVersion:
        return verbs.import_folder(read_module(path), actor=self.author)

    def ask(self, version: ModuleVersion, reviewer: Actor, **more: Any) -> Any:
        assert reviewer.person_id is not None
        assert reviewer.organisation_id is not None
        return verbs.send_to_review(version.id, reviewer.person_id, reviewer.organisation_id, actor=self.author, **more)

    def approved(self) -> ModuleVersion:
        """Asked, run on the asset, approved by the other partner."""
        version = self.draft()
        self.ask(version, self.reviewer)
        verbs.note_trial(version.id, LIVE_STEP, actor=self.reviewer, on_asset=True)
        verbs.decide_review(version.id, ReviewDecision.APPROVED, "Good.", actor=self.reviewer)
        return version

    def published(self) -> ModuleVersion:
        return verbs.publish(self.approved().id, actor=self.author)
