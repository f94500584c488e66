"""The audit trail: searched, paged on the server, taken away as CSV; nothing here changes anything."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from urllib.parse import urlencode

from flask import Response, render_template, request, url_for

from lift.insight import queries, texts
from lift.insight.forms import AuditForm
from lift.insight.permissions import AUDIT_ROLES
from lift.insight.queries import Entry
from lift.insight.views.blueprint import bp
from lift.web.guard import role_needed
from lift.web.i18n import gettext as _
from lift.web.i18n import localtime, say

PAGE = 50
MOST_LINES = 20_000


@bp.get("/audit")
@role_needed(*AUDIT_ROLES)
def audit() -> str | tuple[str, int]:
    """Who did what, as whom, what it was before and after, and why; the newest first."""
    form = AuditForm(queries.audited_kinds())
    if not form.validate():
        return render_template(
            "insight/audit.html", form=form, entries=[], older="", newest="", csv_url="", most=0
        ), 422
    before = _cursor(request.args.get("before", ""))
    found = queries.audit_entries(form.filters(), before, PAGE)
    older = _address("insight.audit", before=found[PAGE - 1].row.id) if len(found) > PAGE else ""
    return render_template(
        "insight/audit.html", form=form, entries=[_shown(e) for e in found[:PAGE]], older=older,
        newest=_address("insight.audit") if before else "", csv_url=_address("insight.audit_csv"), most=MOST_LINES,
    )  # fmt: skip


@bp.get("/audit.csv")
@role_needed(*AUDIT_ROLES)
def audit_csv() -> Response | tuple[str, int]:
    """The same search for a spreadsheet; the newest entries, with pseudonyms."""
    form = AuditForm(queries.audited_kinds())
    if not form.validate():
        return render_template(
            "insight/audit.html", form=form, entries=[], older="", newest="", csv_url="", most=0
        ), 422
    lines = [_line(entry) for entry in queries.audit_entries(form.filters(), None, MOST_LINES - 1)]
    out = io.StringIO()
    csv.writer(out).writerows([_columns(), *lines])
    return Response(out.getvalue(), mimetype="text/csv; charset=utf-8",
                    headers={"Content-Disposition": "attachment; filename=audit.csv"})  # fmt: skip


def _cursor(text: str) -> int | None:
    """The id in the address; anything else is the first page."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _address(endpoint: str, before: int | None = None) -> str:
    pairs = [(key, value) for key, value in request.args.items() if value and key != "before"]
    pairs += [("before", str(before))] if before else []
    return url_for(endpoint) + (f"?{urlencode(pairs)}" if pairs else "")


def name_of(entry: Entry) -> str:
    """The name behind the pseudonym; after erasure nobody's."""
    if entry.row.who is None:
        return say(texts.SYSTEM)
    return entry.name if entry.known else say(texts.FORMER)


def _shown(entry: Entry) -> dict[str, Any]:
    row = entry.row
    return {
        "at": localtime(row.at, "UTC"),
        "name": name_of(entry),
        "organisation": entry.organisation,
        "action": row.action,
        "kind": row.thing_kind.replace("_", " "),
        "thing": row.thing_id,
        "thing_url": url_for("insight.audit", kind=row.thing_kind, thing=row.thing_id),
        "who_url": url_for("insight.audit", who=row.who) if row.who else "",
        "changes": changes_of(row.before, row.after),
        "reason": row.reason or "",
    }


def changes_of(before: dict[str, Any] | None, after: dict[str, Any] | None) -> list[tuple[str, str, str]]:
    """Fields with their value before and after, '' where there was none."""
    old, new = before or {}, after or {}
    return [(name, _plain(old.get(name)), _plain(new.get(name))) for name in dict.fromkeys([*old, *new])]


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def _columns() -> list[str]:
    return [_("Number"), _("At (UTC)"), _("Pseudonym"), _("Person"), _("Acting for"), _("Act"), _("Kind of thing"),
            _("Number of the thing"), _("Before"), _("After"), _("Reason"), _("Request")]  # fmt: skip


def _line(entry: Entry) -> list[str]:
    row = entry.row
    cells = [row.id, row.at.isoformat(), row.who, name_of(entry), entry.organisation, row.action, row.thing_kind,
             row.thing_id, _json(row.before), _json(row.after), row.reason, row.request_id]  # fmt: skip
    return [safe_cell(_plain(cell)) for cell in cells]


def _json(values: dict[str, Any] | None) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True) if values else ""


def safe_cell(text: str) -> str:
    """A spreadsheet takes a leading = + - @ for a formula; an apostrophe stops it."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
