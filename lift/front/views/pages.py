"""How LIFT works, accessibility, privacy, and whether everything runs."""

from __future__ import annotations

from pathlib import Path

from flask import current_app, render_template

from lift.core import clock, doctor, retention
from lift.front.texts import CHECKS, KEPT, THEN
from lift.front.views.blueprint import bp
from lift.web.guard import public
from lift.web.i18n import say


@bp.get("/how-lift-works")
@public
def how() -> str:
    """A session day, the price, and the words."""
    return render_template("front/how.html")


@bp.get("/accessibility")
@public
def accessibility() -> str:
    """What was done, what is known not to work, whom to tell."""
    return render_template("front/accessibility.html")


@bp.get("/privacy")
@public
def privacy() -> str:
    """What is kept of whom, for how long: the retention table itself."""
    kept = [(say(KEPT.get(c.name, c.name)), c.age.days, say(THEN.get(c.action, c.action))) for c in retention.table()]
    return render_template("front/privacy.html", kept=kept)


@bp.get("/status")
@public
def status() -> str:
    """The doctor's findings in plain words; nothing of the machine's inside."""
    found = doctor.examine(Path(current_app.config["LIFT"].home), clock.now())
    checks = [(CHECKS[f.name], f.ok) for f in found if f.name in CHECKS]
    return render_template("front/status.html", checks=checks, well=all(ok for _, ok in checks), now=clock.now())
