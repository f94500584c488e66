"""A problem of an asset (M16): reported, taken out of use until the estimated return, back with an outcome.

Taking it out of use is a block, so only bookings before the estimate give way, and a moved estimate is a moved block.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from lift.core import audit, clock, jobs, mail
from lift.core.actor import Actor
from lift.core.db import db, transaction
from lift.core.errors import Conflict, Problem, refuse_if, require, require_found
from lift.core.i18n import Text, in_language
from lift.core.locks import lock_rows
from lift.labs import texts
from lift.labs.enums import BlockKind, FailureState
from lift.labs.models import Asset, Booking, Failure
from lift.labs.permissions import can_run_lab, can_see_desk
from lift.labs.policy.spans import span
from lift.labs.queries.failures import failure_by_id, has_booked, open_failure
from lift.labs.queries.managers import managers_of
from lift.labs.queries.people import addresses_of
from lift.labs.queries.time import resource_of_asset
from lift.labs.services.blocks import block_resource, change_block, remove_block
from lift.labs.texts import blocks as words

TELL_REPORT = jobs.JobKind("labs.tell_report")
TELL_OUTCOME = jobs.JobKind("labs.tell_outcome")


def report_problem(asset_id: UUID, what: str, *, actor: Actor) -> Failure:
    """Tell the lab that something is wrong: those who work there, and who booked the asset. Its managers are written to."""
    with transaction() as session:
        asset = require_found(session.get(Asset, asset_id))
        allowed = can_see_desk(actor, asset.lab) or has_booked(actor.person_id, asset_id)
        require(allowed, Problem("R2", Text(words.MAY_NOT_REPORT, {"lab": asset.lab.name}), owner=asset.lab.name))
        row = _new_failure(asset, what, actor)
        jobs.enqueue(TELL_REPORT, failure_id=row.id)
        return row


def machine_down(
    asset_id: UUID, until: datetime, what: str, *, actor: Actor, failure_id: UUID | None = None
) -> tuple[Failure, list[Booking]]:
    """Out of use from now to the estimated return; returns the problem and the bookings that gave way.

    ``failure_id``: the report that it answers. An asset that is down already gets the new estimate.
    """
    with transaction():
        now = clock.now().replace(second=0, microsecond=0)
        asset = _asset_run_by(actor, asset_id)
        standing = open_failure(asset_id)
        if standing is not None:
            return standing, move_return(standing.id, until, actor=actor)
        _require_ahead(until)
        row = _locked(failure_id) if failure_id else _new_failure(asset, what, actor)
        refuse_if([] if row.asset_id == asset_id else [Problem("M16", words.FAILURE_CLOSED)])
        resource = resource_of_asset(asset_id)
        during = span(now, until)
        block, gone = block_resource(asset.lab_id, resource.id, BlockKind.FAILURE, during, row.what, actor=actor)
        row.state, row.block_id = FailureState.DOWN, block.id
        return row, gone


def move_return(failure_id: UUID, until: datetime, *, actor: Actor) -> list[Booking]:
    """Another estimate: later, more bookings give way; sooner, those after it are offered their old time."""
    with transaction():
        _asset_run_by(actor, require_found(failure_by_id(failure_id)).asset_id)
        row = _locked(failure_id)
        _require_ahead(until)
        if row.block_id is None:
            raise Conflict(Problem("changed", words.FAILURE_CLOSED))
        started = require_found(row.block).during.lower or clock.now()
        _block, gone = change_block(row.block_id, span(started, until), actor=actor)
        return gone


def close_failure(failure_id: UUID, outcome: str, *, no_fault: bool = False, actor: Actor) -> Failure:
    """In order again, or nothing was wrong: its block ends, and the reporter is told the outcome. Once."""
    with transaction():
        asset = _asset_run_by(actor, require_found(failure_by_id(failure_id)).asset_id)
        row = _locked(failure_id)
        refuse_if([] if outcome.strip() else [Problem("M16", words.SAY_OUTCOME, asset.lab.name, "outcome")])
        row.state = FailureState.NO_FAULT if no_fault else FailureState.BACK
        row.outcome, row.closed_by, row.closed_at = outcome.strip(), actor.person_id, clock.now()
        if row.block_id is not None:
            remove_block(row.block_id, actor=actor)
        audit.record(actor, "labs.close_failure", "failure", row.id, after={"state": row.state.value})
        jobs.enqueue(TELL_OUTCOME, failure_id=row.id)
        return row


def tell_report(failure_id: UUID, *, public_url: str) -> int:
    """The managers of the lab read of an open problem, once each."""
    with transaction():
        row = failure_by_id(failure_id)
        if row is None or row.closed_at is not None:
            return 0
        url = f"{public_url}/desk/problems?lab={row.asset.lab.slug}"
        people = managers_of(row.asset.lab_id) - {row.reported_by}
        return _write(row, people, "report", words.REPORT_SUBJECT, words.REPORT_BODY, {"url": url})


def tell_outcome(failure_id: UUID) -> int:
    """The reporter reads what became of it, unless they closed it themselves."""
    with transaction():
        row = failure_by_id(failure_id)
        if row is None or row.closed_at is None or row.reported_by is None or row.reported_by == row.closed_by:
            return 0
        said = Text(words.NO_FAULT if row.state == FailureState.NO_FAULT else words.IS_BACK)
        more = {"outcome": said, "said": row.outcome}
        people = frozenset({row.reported_by})
        return _write(row, people, "outcome", words.OUTCOME_SUBJECT, words.OUTCOME_BODY, more)


def _write(row: Failure, people: frozenset[UUID], kind: str, subject: str, body: str, more: dict[str, object]) -> int:
    found = addresses_of(people)
    for person in found:
        said = {"name": person.name, "asset": row.asset.name, "lab": row.asset.lab.name, "what": row.what, **more}
        mail.queue_mail(
            person.address, event=f"{kind}:{row.id}", kind=f"labs.{kind}",
            subject=in_language(Text(subject, said), person.language),
            body=in_language(Text(body, said), person.language),
        )  # fmt: skip
    return len(found)


def _new_failure(asset: Asset, what: str, actor: Actor) -> Failure:
    refuse_if([] if what.strip() else [Problem("M16", words.SAY_WHAT, asset.lab.name, "what")])
    row = Failure(asset_id=asset.id, what=what.strip(), reported_by=actor.person_id)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "labs.report_problem", "failure", row.id, after={"asset": asset.key})
    return row


def _locked(failure_id: UUID) -> Failure:
    """An open problem, locked. Raises Conflict when it was closed."""
    row = require_found(next(iter(lock_rows(Failure, [failure_id])), None))
    if row.closed_at is not None:
        raise Conflict(Problem("changed", words.FAILURE_CLOSED))
    return row


def _require_ahead(until: datetime) -> None:
    refuse_if([] if until > clock.now() else [Problem("M16", words.RETURN_IN_PAST, field="minutes")])


def _asset_run_by(actor: Actor, asset_id: UUID) -> Asset:
    asset = require_found(db.session.get(Asset, asset_id))
    may = Problem("R2", Text(texts.MAY_NOT_RUN, {"lab": asset.lab.name}), owner=asset.lab.name)
    require(can_run_lab(actor, asset.lab), may)
    return asset
