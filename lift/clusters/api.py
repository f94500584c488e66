"""Hubs under /api/v1."""

from __future__ import annotations

from lift.clusters import queries
from lift.clusters.schemas import HubOut, HubPage
from lift.core.errors import require_found
from lift.web.api import PageQuery, api_blueprint, cut, decode_cursor, scoped

bp = api_blueprint("clusters", __name__)


@bp.get("/hubs")
@scoped("hubs:read")
@bp.input(PageQuery, location="query")
@bp.output(HubPage)
def hubs(query_data: PageQuery) -> HubPage:
    """All hubs in a stable order."""
    rows = queries.hub_page(decode_cursor(query_data.cursor), query_data.limit)
    page, following = cut(rows, query_data.limit, lambda row: row.hub.id)
    return HubPage(items=[HubOut.of(row) for row in page], next=following)


@bp.get("/hubs/<slug>")
@scoped("hubs:read")
@bp.output(HubOut)
def hub(slug: str) -> HubOut:
    """One hub by its slug."""
    return HubOut.of(require_found(queries.hub(slug)))
