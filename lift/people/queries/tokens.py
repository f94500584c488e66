"""Who a bearer token stands for: asked at every call of the API, so it is one statement, built once."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from lift.core import clock
from lift.core.actor import Actor, Grant, Role, Scope
from lift.core.db import db
from lift.people.queries.actors import token_hash

# The person acts for the token's organisation, or for the first of theirs when they left that one (as ``actor_of``).
_ACTOR = sa.text("""
SELECT t.scopes, p.id, p.pseudonym, p.name, o.organisation_id, g.role, g.scope, g.scope_id
FROM api_token t JOIN person p ON p.id = t.person_id AND p.erased_at IS NULL
LEFT JOIN LATERAL (
  SELECT m.organisation_id FROM membership m WHERE m.person_id = p.id AND m.ended_on IS NULL
  ORDER BY m.organisation_id = t.organisation_id DESC, m.began_on, m.id LIMIT 1
) o ON true
LEFT JOIN role_grant g ON g.person_id = p.id AND g.organisation_id = o.organisation_id
  AND g.began_at <= :now AND (g.ends_at IS NULL OR g.ends_at > :now)
WHERE t.token_hash = :hash AND t.revoked_at IS NULL AND t.expires_at > :now
""")


@dataclass(frozen=True)
class TokenActor:
    """What a bearer token stands for."""

    actor: Actor
    scopes: frozenset[str]


def actor_of_token(token: str) -> TokenActor | None:
    """The actor behind a bearer token; None when it is unknown, revoked, over or of an erased person (RULES R12)."""
    rows = db.session.execute(_ACTOR, {"hash": token_hash(token), "now": clock.now()}).all()
    if not rows:
        return None
    first = rows[0]
    actor = Actor(
        person_id=first.id,
        pseudonym=first.pseudonym,
        organisation_id=first.organisation_id,
        name=first.name,
        grants=frozenset(Grant(Role(r.role), Scope(r.scope), r.scope_id) for r in rows if r.role is not None),
    )
    return TokenActor(actor, frozenset(first.scopes))
