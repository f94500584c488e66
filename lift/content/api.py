"""Modules under /api/v1."""

from __future__ import annotations

from lift.content import queries
from lift.content.schemas import ModuleOut, ModulePage
from lift.core.errors import require_found
from lift.web.api import PageQuery, api_blueprint, cut, decode_cursor, scoped

bp = api_blueprint("content", __name__)


@bp.get("/modules")
@scoped("content:read")
@bp.input(PageQuery, location="query")
@bp.output(ModulePage)
def modules(query_data: PageQuery) -> ModulePage:
    """Published modules in a stable order."""
    rows = queries.module_page(decode_cursor(query_data.cursor), query_data.limit)
    page, following = cut(rows, query_data.limit, lambda card: card.module.id)
    return ModulePage(items=[ModuleOut.of(card) for card in page], next=following)


@bp.get("/modules/<slug>")
@scoped("content:read")
@bp.output(ModuleOut)
def module(slug: str) -> ModuleOut:
    """One published module by its slug."""
    return ModuleOut.of(require_found(queries.published_module(slug)))
