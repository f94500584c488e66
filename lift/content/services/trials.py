"""What the gate asks of the world outside the text: a live step run by somebody else, links that answer (A13)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from lift.content import queries, texts
from lift.content.enums import StepKind
from lift.content.models import LinkCheck, Module, ModuleVersion, StepTrial
from lift.content.permissions import can_author, can_see_draft
from lift.content.services.versions import NOT_AUTHOR, step_of
from lift.core import audit, clock
from lift.core.actor import Actor
from lift.core.db import db, transaction
from lift.core.errors import Forbidden, NotFound, Problem, Refused, require, require_found
from lift.core.i18n import Text
from lift.core.ids import uuid7
from lift.twins.queries.twin_sessions import twin_check_passed

VOUCHED = timedelta(days=90)
AGAIN_AFTER = timedelta(hours=24)


def note_trial(version_id: UUID, step_key: str, *, actor: Actor, on_asset: bool = False) -> None:
    """Somebody who is no author ran a live step to its end. On the twin the platform must have seen it (L16's three things).

    ``on_asset`` is said by the floor that keeps benches, never by a person.
    """
    with transaction() as session:
        version = require_found(session.get(ModuleVersion, version_id))
        module = session.get_one(Module, version.module_id)
        if actor.person_id is None or not can_see_draft(actor, module.group_id, version):
            raise NotFound
        if actor.person_id in version.author_ids:
            raise Forbidden(Problem("A13", Text(texts.TRIAL_BY_AUTHOR), owner="content"))
        if step_of(version, step_key).kind is not StepKind.LIVE:
            raise Refused(Problem("A13", Text(texts.NOT_A_LIVE_STEP), owner="content"))
        if not on_asset and not twin_check_passed(actor.person_id, version.requirements.get("asset_type", "")):
            raise Refused(Problem("A13", Text(texts.TRIAL_NOT_SEEN), owner="content"))
        values = {"id": uuid7(), "version_id": version.id, "step_key": step_key, "person_id": actor.person_id}
        session.execute(insert(StepTrial).values(**values, on_asset=on_asset).on_conflict_do_nothing())
        audit.record(actor, "content.note_trial", "module_version", version.id, after={"step": step_key})


def vouch_for_link(version_id: UUID, url: str, *, actor: Actor) -> LinkCheck:
    """A dead link that an author knows to work counts as alive for 90 days."""
    with transaction() as session:
        version = require_found(queries.version_with_steps(version_id))
        require(can_author(actor, version.module.group_id), NOT_AUTHOR)
        row = session.get(LinkCheck, url)
        if row is None or row.alive:
            raise Refused(Problem("A13", Text(texts.NO_SUCH_LINK), owner="content"))
        row.vouched_until, row.vouched_by = clock.now() + VOUCHED, actor.person_id
        audit.record(actor, "content.vouch_for_link", "module_version", version.id)
        return row


def check_links(version_id: UUID | None, now: datetime, ask: Callable[[str], tuple[bool, str]]) -> int:
    """Ask every address of a version (or of all on offer) that was not asked for a day. Returns how many are dead.

    ``ask`` says (alive, what came back); no transaction is open while it waits.
    """
    urls = queries.urls_to_check(version_id, now - AGAIN_AFTER)
    db.session.commit()
    dead = 0
    for url in urls:
        alive, answer = ask(url)
        dead += not alive
        values = {"checked_at": now, "alive": alive, "answer": answer}
        with transaction() as session:
            session.execute(
                insert(LinkCheck).values(url=url, **values).on_conflict_do_update(index_elements=["url"], set_=values)
            )
    return dead
