"""API tokens: bound to person, organisation and scopes, kept as a hash, over after 12 months at most (RULES R12)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from lift.core import audit, clock
from lift.core.actor import Actor
from lift.core.db import db, transaction
from lift.core.errors import Invalid, NotFound, Problem, Refused, require_found
from lift.people import policy, proofs, queries, texts
from lift.people.models import ApiToken
from lift.people.services import accounts

USUAL_LIFE = timedelta(days=90)


@dataclass(frozen=True)
class Wanted:
    """What a token shall be for."""

    scopes: tuple[str, ...]
    organisation_id: UUID | None = None  # None: the person's first organisation
    label: str = ""
    life: timedelta = USUAL_LIFE


@dataclass(frozen=True)
class IssuedToken:
    """The token is shown once; only its hash is kept."""

    id: UUID
    token: str
    scopes: tuple[str, ...]
    organisation_id: UUID
    expires_at: datetime


def issue_token_by_password(
    email: str, password: str, second_factor: str | None, wanted: Wanted, known: frozenset[str]
) -> IssuedToken:
    """What the sign-in page asks is asked here too: password, and the second factor where one is set."""
    account = accounts.prove_by_password(email, password)
    if proofs.second_factor_is_set(account):
        if not second_factor:
            raise Refused(Problem("", texts.SECOND_FACTOR_MISSING, field="totp"))
        accounts.prove_second_factor(account.id, second_factor)
    return issue_token(queries.actor_of(account.person_id, None), account.person_id, wanted, known)


def issue_token(actor: Actor, person_id: UUID, wanted: Wanted, known: frozenset[str]) -> IssuedToken:
    """A token for ``person_id``, who asked for it themselves or through the operator (SYSTEM)."""
    problems = policy.token_problems(wanted.scopes, known, wanted.life)
    if problems:
        raise Invalid(problems)
    with transaction() as session:
        mine = [m.organisation_id for m in queries.memberships_of(person_id)]
        organisation_id = wanted.organisation_id or (mine[0] if mine else None)
        if organisation_id is None or organisation_id not in mine:
            raise Invalid(Problem("R12", texts.TOKEN_FOR_WHOM, owner=policy.OWNER, field="organisation_id"))
        token = f"lift_{secrets.token_urlsafe(32)}"
        row = ApiToken(
            token_hash=queries.token_hash(token),
            person_id=person_id,
            organisation_id=organisation_id,
            scopes=sorted(set(wanted.scopes)),
            label=wanted.label,
            expires_at=clock.now() + wanted.life,
        )
        session.add(row)
        session.flush()
        after = {"person": person_id, "organisation": organisation_id, "scopes": " ".join(row.scopes)}
        audit.record(actor, "people.token_issued", "api_token", row.id, after=after)
        return IssuedToken(row.id, token, tuple(row.scopes), organisation_id, row.expires_at)


def revoke_token(actor: Actor, token_id: UUID) -> None:
    """End one's own token; NotFound for another person's. The operator (SYSTEM) ends any."""
    with transaction():
        row = require_found(db.session.get(ApiToken, token_id))
        if not actor.is_system and row.person_id != actor.person_id:
            raise NotFound
        row.revoked_at = row.revoked_at or clock.now()
        audit.record(actor, "people.token_revoked", "api_token", row.id)


def revoke_all(actor: Actor, person_id: UUID, organisation_id: UUID | None = None) -> int:
    """End all tokens of a person, for one organisation or for all."""
    with transaction() as session:
        conditions: Iterable[sa.ColumnElement[bool]] = (
            ApiToken.person_id == person_id,
            ApiToken.revoked_at.is_(None),
            *([ApiToken.organisation_id == organisation_id] if organisation_id else []),
        )
        ended = session.scalars(
            sa.update(ApiToken).where(*conditions).values(revoked_at=clock.now()).returning(ApiToken.id)
        ).all()
        for token_id in ended:
            audit.record(actor, "people.token_revoked", "api_token", token_id)
    return len(ended)
