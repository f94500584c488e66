"""Export and erasure of a person: every feature answers for what it holds (L12); here is what people holds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lift.core import audit, clock, registry
from lift.core.actor import Actor
from lift.core.db import db, transaction
from lift.core.errors import NotFound, require_found
from lift.core.registry import Holder, Holding
from lift.core.retention import DataClass, delete_where, keep
from lift.people import queries
from lift.people.models import Account, ApiToken, Consent, Membership, Person, RoleGrant, SharedSignIn, SignInCard


def export_person(actor: Actor) -> dict[str, Any]:
    """All that LIFT holds of the person who asks, by feature."""
    person_id = require_found(actor.person_id)
    with transaction():
        audit.record(actor, "people.exported", "person", person_id)
    return {name: holder.personal_data(person_id) for name, holder in sorted(registry.holders().items())}


def erase_person(actor: Actor, person_id: UUID) -> None:
    """Empty the name and remove the account; counts, aid records and the audit keep the pseudonym only.

    People may erase themselves; the operator (SYSTEM) anybody. Holders are asked from the top floor down.
    """
    if not actor.is_system and actor.person_id != person_id:
        raise NotFound
    with transaction():
        require_found(db.session.get(Person, person_id))
        audit.record(actor, "people.erased", "person", person_id)
        for holder in reversed(registry.holders().values()):
            holder.erase(person_id)


def personal_data(person_id: UUID) -> dict[str, Any]:
    """Name, address, memberships, roles, cards, tokens (never a secret), consents; JSON values."""
    person = require_found(db.session.get(Person, person_id))
    account = queries.account_of(person_id)
    return {
        "name": person.name,
        "language": person.language,
        "job_title": person.job_title,
        "email": account.email if account else None,
        "memberships": [
            {
                "organisation": m.organisation.name,
                "began_on": str(m.began_on),
                "ended_on": m.ended_on and str(m.ended_on),
            }
            for m in queries.all_memberships_of(person_id)
        ],
        "roles": _rows(RoleGrant, person_id, "role", "scope", "began_at", "ends_at", "reason"),
        "cards": _rows(SignInCard, person_id, "issued_at", "revoked_at", "last_used_at"),
        "tokens": _rows(ApiToken, person_id, "label", "scopes", "created_at", "expires_at", "revoked_at"),
        "consents": _rows(Consent, person_id, "purpose", "text_version", "given_at", "withdrawn_at"),
    }


def _rows(model: type[Any], person_id: UUID, *fields: str) -> list[dict[str, Any]]:
    rows = db.session.scalars(sa.select(model).where(model.person_id == person_id).order_by(model.id))
    return [{name: _plain(getattr(row, name)) for name in fields} for row in rows]


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, list) else str(value)


def holdings(person_id: UUID) -> list[Holding]:
    """People has no open thing that would need another holder."""
    return []


def release(person_id: UUID, to: UUID | None) -> None:
    """Nothing to hand over."""


def erase(person_id: UUID) -> None:
    """Replace the mapping: no name, no account, no card, no token; the pseudonym stays."""
    with transaction() as session:
        person = require_found(session.get(Person, person_id))
        person.name, person.job_title, person.zone = "", "", None
        person.erased_at = clock.now()
        for model in (Account, SignInCard, ApiToken, SharedSignIn, Consent):
            delete_where(sa.delete(model).where(model.person_id == person_id))
        memberships = sa.update(Membership).where(Membership.person_id == person_id, Membership.ended_on.is_(None))
        session.execute(memberships.values(ended_on=clock.now().date()).execution_options(synchronize_session=False))
        grants = sa.update(RoleGrant).where(RoleGrant.person_id == person_id, RoleGrant.ends_at.is_(None))
        session.execute(grants.values(ends_at=clock.now()).execution_options(synchronize_session=False))


HOLDER = Holder(holdings=holdings, release=release, personal_data=personal_data, erase=erase)


def _old_sign_ins(cut: datetime) -> int:
    return delete_where(sa.delete(SharedSignIn).where(SharedSignIn.ended_at < cut))


def _old_cards(cut: datetime) -> int:
    return delete_where(sa.delete(SignInCard).where(SignInCard.revoked_at < cut))


def _old_tokens(cut: datetime) -> int:
    return delete_where(sa.delete(ApiToken).where(sa.or_(ApiToken.expires_at < cut, ApiToken.revoked_at < cut)))


keep(
    DataClass(
        "ended shared sign-ins", timedelta(days=30), "delete", "who sat where is nobody's business", _old_sign_ins
    )
)
keep(DataClass("dead cards", timedelta(days=365), "delete", "proof in a dispute over a card", _old_cards))
keep(DataClass("dead tokens", timedelta(days=90), "delete", "tracing a leak", _old_tokens))
