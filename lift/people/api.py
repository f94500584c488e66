"""Tokens and organisations under /api/v1."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from lift.core.errors import require_found
from lift.people import queries, services
from lift.people.schemas import OrganisationOut, OrganisationPage, TokenIn, TokenOut
from lift.people.views.ways import posted_email, posted_email_here
from lift.web.api import PageQuery, api_blueprint, cut, decode_cursor, known_scopes, scoped
from lift.web.current import current_actor
from lift.web.guard import public, signed_in
from lift.web.limits import limiter

bp = api_blueprint("people", __name__)


@bp.post("/tokens")
@public
@limiter.limit("60 per minute")
@limiter.limit("10 per minute", key_func=posted_email_here)
@limiter.limit("100 per hour", key_func=posted_email)
@bp.input(TokenIn)
@bp.output(TokenOut, status_code=201)
def create_token(json_data: TokenIn) -> TokenOut:
    """Make a token by address, password and, where set, the second factor."""
    life = timedelta(days=json_data.days)
    scopes = tuple(json_data.scopes or sorted(known_scopes()))
    wanted = services.Wanted(scopes, json_data.organisation_id, json_data.label, life)
    made = services.issue_token_by_password(json_data.email, json_data.password, json_data.totp, wanted, known_scopes())
    return TokenOut(**{**made.__dict__, "scopes": list(made.scopes)})


@bp.delete("/tokens/<uuid:token_id>")
@signed_in
@bp.output({}, status_code=204)
def revoke_token(token_id: UUID) -> str:
    """End one of your own tokens; any of your tokens may do it."""
    services.revoke_token(current_actor(), token_id)
    return ""


@bp.get("/organisations")
@scoped("organisations:read")
@bp.input(PageQuery, location="query")
@bp.output(OrganisationPage)
def organisations(query_data: PageQuery) -> OrganisationPage:
    """All bodies that you may see, in a stable order."""
    rows = queries.public_organisations(current_actor(), decode_cursor(query_data.cursor), query_data.limit)
    page, following = cut(rows, query_data.limit, lambda row: row.id)
    return OrganisationPage(items=[OrganisationOut.of(row) for row in page], next=following)


@bp.get("/organisations/<slug>")
@scoped("organisations:read")
@bp.output(OrganisationOut)
def organisation(slug: str) -> OrganisationOut:
    """One body by its slug."""
    return OrganisationOut.of(require_found(queries.organisation_by_slug(current_actor(), slug)))
