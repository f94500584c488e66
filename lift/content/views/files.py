"""A module as files: one zip archive out, one in."""

from __future__ import annotations

from contextlib import closing

from flask import Response, flash, redirect, render_template, url_for
from pydantic import ValidationError
from werkzeug.wrappers import Response as Answer

from lift.content import queries, services, texts
from lift.content.folder import Fault, FolderError, pack, unpack
from lift.content.folder.faults import fault, faults_of
from lift.content.forms import FolderForm
from lift.content.models import ModuleVersion
from lift.content.views.blueprint import bp
from lift.content.views.shown import Page, told, version_for
from lift.core.actor import Role
from lift.core.errors import Conflict, LiftError, Problem
from lift.core.i18n import Text
from lift.web.current import current_actor
from lift.web.guard import role_needed, signed_in
from lift.web.i18n import gettext as _


@bp.get("/modules/<slug>/v<int:number>/files")
@signed_in
def download(slug: str, number: int) -> Response:
    """The version as a module folder in one archive."""
    version = version_for(slug, number)
    headers = {"Content-Disposition": f'attachment; filename="{slug}-v{number}.zip"'}
    return Response(_packed(version), mimetype="application/zip", headers=headers)


def _packed(version: ModuleVersion) -> bytes:
    """Raises Conflict, with the first thing that is missing, for a draft that is not whole."""
    try:
        return pack(queries.folder_of(version))
    except ValidationError as error:
        found = faults_of("module.toml", error)
    except FolderError as error:
        found = list(error.faults)
    said = Text(texts.NOT_WHOLE_YET, {"first": found[0].text})
    raise Conflict(Problem("A13", said, owner="content"))


@bp.route("/modules/import", methods=["GET", "POST"])
@role_needed(Role.AUTHOR, Role.LEAD)
def upload() -> Page | Answer:
    """A module folder comes in as a new draft; broken ones are refused whole, with every fault."""
    form = FolderForm()
    if not form.is_submitted():
        return _page(form)
    sent = form.archive.data
    if not form.validate() or not sent:
        return _page(form, [fault("", "", "not_a_zip")], 422)
    with closing(sent):
        return _brought_in(form, sent.read())


def _brought_in(form: FolderForm, content: bytes) -> Page | Answer:
    """To the editor of the new draft, or the page again with what is wrong."""
    try:
        version = services.import_folder(unpack(content), actor=current_actor())
    except FolderError as broken:
        return _page(form, list(broken.faults), 422)
    except LiftError as refused:
        return _page(form, [], **told(refused))
    flash(_("Version %(n)s is a draft now.", n=version.number), "done")
    return redirect(url_for("content.edit", slug=version.module.slug, number=version.number), 303)


def _page(
    form: FolderForm, faults: list[Fault] | None = None, status: int = 200, problems: tuple[Problem, ...] = ()
) -> Page:
    return render_template("content/upload.html", form=form, faults=faults or [], problems=problems), status
