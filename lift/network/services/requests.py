"""A body outside asks to take part; the office to which it is routed answers (N12, V4)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.exc import IntegrityError

from lift.core import audit, clock, jobs, mail
from lift.core.actor import Actor, Role, Scope
from lift.core.db import savepoint, transaction
from lift.core.errors import Conflict, Invalid, Problem, require, require_found
from lift.core.i18n import Text, in_language, pick
from lift.core.locks import lock_rows
from lift.network import queries, texts
from lift.network.enums import GroupStanding, RequestState
from lift.network.models import GroupMember, GroupRequest, WorkingGroup
from lift.network.permissions import can_answer_request, can_ask_to_join
from lift.network.services.partners import NOT_YOURS
from lift.people import queries as people
from lift.people.services.grants import give

ANNOUNCE_REQUEST = jobs.JobKind("network.tell_request")
TELL_ANSWER = jobs.JobKind("network.tell_answer")


def ask_to_join(group_id: UUID, brings: str, *, actor: Actor) -> GroupRequest:
    """Ask for the acting organisation. Conflict for a member and for who has already asked."""
    with transaction() as session:
        require_found(session.get(WorkingGroup, group_id))
        body = people.organisation(actor.organisation_id) if actor.organisation_id else None
        allowed = can_ask_to_join(actor, body.kind if body else None)
        require(allowed, Problem("N12", Text(texts.NOT_A_JOINING_BODY), owner="network"))
        if not brings.strip():
            raise Invalid(Problem("N12", Text(texts.REASON_NEEDED), owner="network", field="brings"))
        if queries.standing_in(group_id, actor.organisation_id) is not None:
            raise Conflict(Problem("N12", Text(texts.IS_MEMBER), owner="network"))
        row = GroupRequest(
            group_id=group_id, organisation_id=actor.organisation_id, person_id=actor.person_id, brings=brings.strip()
        )
        try:
            with savepoint() as part:
                part.add(row)
        except IntegrityError as error:
            raise Conflict(Problem("N12", Text(texts.HAS_ASKED), owner="network")) from error
        audit.record(actor, "network.ask_to_join", "group_request", row.id, after={"group": group_id})
        jobs.enqueue(ANNOUNCE_REQUEST, request_id=row.id)
        return row


def answer_request(request_id: UUID, accept: bool, answer: str, *, actor: Actor) -> GroupRequest:
    """Accepted, the body is a contributor, and who asked may write drafts and review; nothing more (N12)."""
    with transaction() as session:
        row = require_found(next(iter(lock_rows(GroupRequest, [request_id])), None))
        kind = people.organisation(row.organisation_id).kind
        require(can_answer_request(actor, kind), NOT_YOURS)
        if row.state is not RequestState.ASKED:
            raise Conflict(Problem("N12", Text(texts.IS_ANSWERED), owner="network"))
        if not accept and not answer.strip():
            raise Invalid(Problem("N12", Text(texts.ANSWER_NEEDED), owner="network", field="answer"))
        row.state = RequestState.ACCEPTED if accept else RequestState.DECLINED
        row.answer, row.answered_at, row.answered_by = answer.strip(), clock.now(), actor.person_id
        if accept:
            standing = GroupStanding.CONTRIBUTOR
            session.add(GroupMember(group_id=row.group_id, organisation_id=row.organisation_id, standing=standing))
            _give_roles(row, actor)
        session.flush()
        audit.record(actor, "network.answer_request", "group_request", row.id, after={"state": row.state.value})
        jobs.enqueue(TELL_ANSWER, request_id=row.id)
        return row


def _give_roles(row: GroupRequest, actor: Actor) -> None:
    for role in (Role.AUTHOR, Role.REVIEWER):
        give(actor, row.person_id, row.organisation_id, role, Scope.WORKING_GROUP, row.group_id,
             texts.CONTRIBUTOR_REASON)  # fmt: skip


def tell_request(request_id: UUID, *, public_url: str) -> int:
    """One mail to each holder of the office that answers. Returns how many."""
    with transaction():
        asked = require_found(queries.request_told(request_id))
        found = queries.office_addresses(asked.body.kind)
        for address, language in found:
            words = {"name": asked.name, "body": asked.body.name, "group": pick(asked.group.title, language),
                     "brings": asked.row.brings, "url": f"{public_url}/groups/{asked.group.slug}#requests"}  # fmt: skip
            mail.queue_mail(
                address, event=f"group_request:{request_id}", kind="network.request",
                subject=in_language(Text(texts.ASKED_SUBJECT, words), language),
                body=in_language(Text(texts.ASKED_BODY, words), language),
            )  # fmt: skip
        return len(found)


def tell_answer(request_id: UUID, *, public_url: str) -> bool:
    """One mail to who asked. False without an address."""
    with transaction():
        asked = require_found(queries.request_told(request_id))
        account = people.account_of(asked.row.person_id)
        if account is None or account.email is None:
            return False
        language = account.person.language
        words = {"body": asked.body.name, "group": pick(asked.group.title, language), "answer": asked.row.answer,
                 "url": f"{public_url}/groups/{asked.group.slug}"}  # fmt: skip
        said = texts.YES_BODY if asked.row.state is RequestState.ACCEPTED else texts.NO_BODY
        mail.queue_mail(
            account.email, event=f"group_request:{request_id}", kind="network.answer",
            subject=in_language(Text(texts.ANSWERED_SUBJECT, words), language),
            body=in_language(Text(said, words), language),
        )  # fmt: skip
        return True
