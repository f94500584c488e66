"""EU-project data: a person uploads a published set, watches it load, reads what was not taken; figures open to their rows."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lift.clusters import profile, queries, texts
from lift.clusters.enums import FileState
from lift.clusters.forms import EuFileForm
from lift.clusters.permissions import can_import_eu_data
from lift.clusters.queries import eu
from lift.clusters.services import eu_files
from lift.clusters.views.blueprint import bp
from lift.core import clock
from lift.core.actor import Role
from lift.core.errors import Invalid, NotFound, Problem, require_found
from lift.training.queries import rows
from lift.web.current import current_actor
from lift.web.guard import public, role_needed
from lift.web.i18n import gettext as _

IMPORTERS = (Role.OFFICER, Role.COORDINATOR, Role.ACTIVITY_LEADER, Role.BUSINESS_OWNER)
MOST_ROWS = 50
MOST_UPLOAD_MB = 200  # the largest published set has 55


@bp.url_value_preprocessor
def allow_large_upload(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Before anything reads the body: a published set is larger than the general limit; only who may import sends one."""
    if endpoint == "clusters.take_eu_file" and can_import_eu_data(current_actor()):
        request.max_content_length = MOST_UPLOAD_MB * 1024 * 1024


@bp.get("/eu-data")
@role_needed(*IMPORTERS)
def eu_data() -> str:
    """The sets taken in, and the way to take in another."""
    return _files(EuFileForm())


@bp.post("/eu-data")
@role_needed(*IMPORTERS)
def take_eu_file() -> str | Response | tuple[str, int]:
    """Keep the archive and ask for its loading."""
    form, sent = EuFileForm(), request.files.get("file")
    if not form.validate_on_submit() or sent is None:
        return _files(form), 422
    try:
        with closing(sent):
            row = eu_files.take_file(sent.read(), sent.filename or "", actor=current_actor())
    except Invalid as wrong:
        return _files(form, wrong.problems), 422
    flash(_("The file is kept and is being read now; you can leave this page."))
    return redirect(url_for("clusters.eu_file", file_id=row.id))


@bp.get("/eu-data/<int:file_id>")
@role_needed(*IMPORTERS)
def eu_file(file_id: int) -> str:
    """One set: how far it is, what was taken, every row that was not, with its reason."""
    row = require_found(eu.eu_file(file_id))
    page = _page_number()
    refused = eu.rejected(file_id, most=MOST_ROWS, skip=(page - 1) * MOST_ROWS)
    pager = _pager(page, len(refused), row.counts.get("rejected", 0), "clusters.eu_file", file_id=file_id)
    over = row.state in (FileState.CURRENT, FileState.SUPERSEDED)
    return render_template("clusters/eu_file.html", row=row, refused=refused, page=pager, words=texts, over=over,
                           spaced=profile.spaced)  # fmt: skip


@bp.post("/eu-data/<int:file_id>/go-on")
@role_needed(*IMPORTERS)
def go_on_with_eu_file(file_id: int) -> Response:
    """Load on from where it stopped."""
    eu_files.go_on(file_id, actor=current_actor())
    flash(_("It goes on from where it stopped."))
    return redirect(url_for("clusters.eu_file", file_id=file_id))


@bp.get("/hubs/<slug>/figures/<figure>")
@public
def hub_figure(slug: str, figure: str) -> str:
    """The rows that a figure counts or adds up."""
    row = require_found(queries.hub(slug))
    identity, page = require_found(eu.pic_of(row.organisation.id)), _page_number()
    found = require_found(
        eu.behind(identity.pic, figure, clock.now().date(), most=MOST_ROWS, skip=(page - 1) * MOST_ROWS)
    )
    pager = _pager(page, len(found.rows), found.total, "clusters.hub_figure", slug=slug, figure=figure)
    return render_template("clusters/figure.html", body=row.organisation, hub=row.hub, figure=figure, found=found,
                           files=eu.current_files(), identity=identity, page=pager, words=texts, spaced=profile.spaced,
                           country_name=rows.country_name)  # fmt: skip


def _files(form: EuFileForm, problems: tuple[Problem, ...] = ()) -> str:
    return render_template("clusters/eu_data.html", form=form, problems=problems, files=eu.eu_files(), words=texts,
                           most=MOST_UPLOAD_MB)  # fmt: skip


def _page_number() -> int:
    """The page in the address; a word or a number beyond reason is no page."""
    asked = request.args.get("page", "1")
    if not (asked.isascii() and asked.isdigit() and int(asked[:6]) >= 1 and len(asked) <= 6):
        raise NotFound
    return int(asked)


def _pager(page: int, here: int, total: int, endpoint: str, **values: Any) -> dict[str, str | int]:
    """As ui/pager.html takes it."""
    first = (page - 1) * MOST_ROWS + 1
    more = first + here - 1 < total
    return {
        "first": first, "last": first + here - 1, "total": total if here else 0,
        "previous_url": url_for(endpoint, page=page - 1, **values) if page > 1 else "",
        "next_url": url_for(endpoint, page=page + 1, **values) if here and more else "",
    }  # fmt: skip
