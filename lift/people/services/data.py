"""Export and erasure of a person: every feature answers for what it holds (L12); here is what people holds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lift.core import audit, clock, events, registry
from lift.core.actor import Actor
from lift.core.db import db, transaction
from lift.core.errors import NotFound, Problem, Refused, require_found
from lift.core.locks import lock_rows
from lift.core.registry import Holder, Holding
from lift.core.retention import DataClass, delete_where, keep
from lift.people import policy, queries, texts
from lift.people.models import (
    Account,
    ApiToken,
    Consent,
    DataExport,
    ErasureReport,
    Membership,
    Organisation,
    Person,
    RoleGrant,
    SharedSignIn,
    SignInCard,
)
from lift.people.services.exports import drop_exports


def erase_person(actor: Actor, person_id: UUID, *, revoke_certificates: bool = False) -> ErasureReport:
    """Empty the name and remove the account; counts, aid records and the audit keep the pseudonym only.

    What lies ahead is released first. The report counts, by feature, what was held and what still stands without a
    name. People may erase themselves; the operator (SYSTEM) anybody; the last one who looks after an organisation
    hands over first (RULES R6). Holders are asked from the top floor down.
    """
    if not actor.is_system and actor.person_id != person_id:
        raise NotFound
    with transaction() as session:
        person = require_found(next(iter(lock_rows(Person, [person_id])), None))
        if person.erased_at is not None:
            raise NotFound
        _require_successors(actor, person_id)
        holders = list(reversed(registry.holders().items()))
        before = {name: _counts(holder, person_id) for name, holder in holders}
        audit.record(actor, "people.erased", "person", person_id)
        for _name, holder in holders:
            holder.release(person_id, None)
        if revoke_certificates:
            for _name, holder in holders:
                holder.revoke(person_id)
        for _name, holder in holders:
            holder.erase(person_id)
        session.expire_all()
        after = {name: _counts(holder, person_id) for name, holder in holders}
        report = ErasureReport(
            pseudonym=person.pseudonym,
            erased_at=clock.now(),
            certificates_revoked=revoke_certificates,
            counts={name: {k: [n, after[name].get(k, 0)] for k, n in held.items()} for name, held in before.items()},
        )
        session.add(report)
        events.announce("people.signed_out", person_id=person_id)
        return report


def _require_successors(actor: Actor, person_id: UUID) -> None:
    bodies = sorted(m.organisation_id for m in queries.memberships_of(person_id))
    lock_rows(Organisation, bodies)  # two last administrators do not go at once
    if not actor.is_system and any(queries.admins_of(body) == {person_id} for body in bodies):
        raise Refused(Problem("R6", texts.LAST_OWNER, owner=policy.OWNER))


def _counts(holder: Holder, person_id: UUID) -> dict[str, int]:
    """How many of each thing a feature holds: rows of a list, one for a value that is there."""
    data = holder.personal_data(person_id)
    return {name: len(held) if isinstance(held, list) else int(bool(held)) for name, held in data.items()}


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
        drop_exports(DataExport.person_id == person_id)
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
