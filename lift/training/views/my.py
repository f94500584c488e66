"""The learner's own page, certificates, and the public check."""

from __future__ import annotations

from flask import Response as FlaskResponse
from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lift.core import clock, files
from lift.core.errors import NotFound, require_found
from lift.training import queries
from lift.training.permissions import can_see_certificate
from lift.training.views.blueprint import bp
from lift.training.views.sessions import row_of
from lift.web.current import current_actor
from lift.web.guard import public, signed_in
from lift.web.limits import limiter

WRONG_CODES = "10 per minute"


@bp.get("/my-training")
@signed_in
def my() -> str:
    """Next, to do, done; the session that runs now with one button to its step."""
    actor, now = current_actor(), clock.now()
    person_id = require_found(actor.person_id)
    mine = queries.my_training(person_id, now)
    first = mine.running or next((m for m in mine.coming if m.seated), None)
    way = queries.way_of(person_id, first.card.code, now) if first else None
    return render_template("training/my.html", mine=mine, first=first, way=way, now=now, row_of=row_of,
                           offers=queries.offers_of(person_id), taught=queries.taught_by(person_id, now),
                           zone=queries.zone_of(person_id))  # fmt: skip


@bp.get("/certificates")
@signed_in
def certificates() -> str:
    """The holder's certificates."""
    return render_template(
        "training/certificates.html", rows=queries.certificates_of(require_found(current_actor().person_id))
    )


@bp.get("/certificates/<code>.pdf")
@signed_in
def certificate_pdf(code: str) -> FlaskResponse:
    """The page itself; only for the holder."""
    row = require_found(queries.certificate_by_code(code))
    if not can_see_certificate(current_actor(), row) or row.file_id is None:
        raise NotFound
    headers = {"Content-Disposition": f'attachment; filename="{row.number}.pdf"'}
    return FlaskResponse(files.read(row.file_id), mimetype="application/pdf", headers=headers)


@bp.get("/certificates/check")
@bp.get("/certificates/check/<code>")
@public
@limiter.limit(WRONG_CODES, deduct_when=lambda response: response.status_code == 404, error_message="certificate codes")
def check_certificate(code: str = "") -> str | Response | tuple[str, int]:
    """Valid, revoked or unknown: holder's initials and title, nothing else. Ten wrong codes a minute, then a pause."""
    typed = request.args.get("code", "")
    if typed and not code:
        plain = "".join(typed.upper().split()).replace("-", "").replace("/", "")[:64]
        return redirect(url_for("training.check_certificate", code=plain)) if plain else redirect(request.path)
    if not code:
        return render_template("training/check.html", code="", found=None)
    found = queries.checked_certificate(code)
    return render_template("training/check.html", code=code, found=found), 200 if found else 404
