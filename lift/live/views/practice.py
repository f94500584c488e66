"""The practice page of the computer copy: the bench's own page, fed by the copy alone (``twins.bench``)."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any

from flask import abort, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lift.core.errors import Conflict, Invalid, Problem, refuse_if, require_found
from lift.labs.models import Asset
from lift.live import policy, queries, services, texts
from lift.live.models import BenchEvent
from lift.live.queries.page import EVENTS_SHOWN
from lift.live.queries.practice import PracticeSeen
from lift.live.views.page import HISTORY, PARTS, action_buttons, chart_of, control_rows, picture_config
from lift.live.views.words import action_name, event_row
from lift.twins.models import Twin
from lift.twins.views.blueprint import bp
from lift.web.current import current_actor
from lift.web.guard import signed_in
from lift.web.i18n import gettext as _
from lift.web.i18n import localtime


def practice(asset_key: str) -> PracticeSeen:
    """The person's session with the copy, lived up to now; 404 where there is no copy."""
    asset, _twin = _known(asset_key)
    services.open_practice(asset, actor=current_actor())
    person = require_found(current_actor().person_id)
    return queries.practice.practice_seen(asset, person, queries.bench.platform_now())


__all__ = ["bp"]


def _known(asset_key: str) -> tuple[Asset, Twin]:
    found: tuple[Asset, Twin] = require_found(queries.practice.asset_with_twin(asset_key))
    return found


@bp.get("/twin/<asset_key>")
@signed_in
def bench(asset_key: str) -> str:
    """Controls, limits and Stop as at the machine; nothing turns."""
    return render_template("live/practice.html", **values_of(practice(asset_key)))


@bp.get("/twin/<asset_key>/part/<name>")
@signed_in
def practice_part(asset_key: str, name: str) -> str:
    """A part that changed, drawn anew."""
    if name not in (*PARTS, "check"):
        abort(404)
    return render_template(f"live/_{name}.html", **values_of(practice(asset_key)))


@bp.post("/twin/<asset_key>/command")
@signed_in
def practice_command(asset_key: str) -> Response:
    """``variable`` and ``value``, or ``action``; 409 outside the limits."""
    seen = practice(asset_key)
    action, variable = request.form.get("action"), request.form.get("variable")
    if not action and not variable:
        raise Invalid(Problem("X5", texts.NOTHING_ASKED, owner="live", field="variable"))
    value = policy.typed_value(seen.link.spec, variable, request.form.get("value", "")) if variable else None
    refuse_if(partial(services.practise, seen, actor=current_actor())(variable=variable, action=action, value=value))
    return back(seen)


@bp.post("/twin/<asset_key>/stop")
@signed_in
def practice_stop(asset_key: str) -> Response:
    """Stop, tried."""
    seen = practice(asset_key)
    services.stop_practice(seen, actor=current_actor())
    return back(seen)


@bp.post("/twin/<asset_key>/controls")
@signed_in
def practice_controls(asset_key: str) -> Response:
    """Take the controls of the copy again after a Stop."""
    seen = practice(asset_key)
    if request.form.get("act") != "take":
        raise Conflict(Problem("L16", texts.TWIN_IS_YOURS, owner="live"))
    services.resume_practice(seen, actor=current_actor())
    return back(seen)


@bp.get("/twin/<asset_key>/history")
@signed_in
def practice_history(asset_key: str) -> Any:
    """What the copy said in the last ten minutes."""
    seen = practice(asset_key)
    now = seen.now.timestamp()
    found = queries.twin.samples_of(seen.session.person_id, seen.asset.id, now - HISTORY, now + 1)
    return jsonify({"times": found.times, "variables": found.variables})


@bp.get("/twin/<asset_key>/feed")
@signed_in
def practice_feed(asset_key: str) -> Any:
    """What the copy said after a block, oldest first."""
    seen = practice(asset_key)
    after = request.args.get("after", 0, type=int)
    blocks = queries.twin.blocks_after(seen.session.person_id, seen.asset.id, after)
    events: list[dict[str, Any]] = [{"event": "telemetry", "data": block, "id": number} for number, block in blocks]
    events.append({"event": "changed", "data": {"what": "check"}})  # the controls stay: a refusal stands in them
    return jsonify({"last": blocks[-1][0] if blocks else None, "events": events})


def back(seen: PracticeSeen) -> Response:
    """To the page; one with script never follows."""
    return redirect(url_for("twins.bench", asset_key=seen.asset.key), 303)


def values_of(seen: PracticeSeen) -> dict[str, Any]:
    """What the bench's template wants, said by the copy."""
    mine = not seen.session.stopped
    locked = "" if mine else str(_("Take the controls first."))
    return {
        "view": seen,
        "own": True,
        "on_twin": True,
        "may_stop": True,
        "phone_drives": True,
        "urls": urls_of(seen),
        "crumbs": [],
        "heading": _("Computer copy of %(asset)s", asset=seen.asset.name),
        "action_name": action_name,
        "zone": seen.asset.lab.zone,
        "drive": {
            "mine": mine,
            "driver": "",
            "ends": 0,
            "problems": [],
            "closed": False,
            "supervises": False,
            "may_rearm": False,
            "more_minutes": 0,
            "person": "",
        },
        "controls": control_rows(seen.asset, seen.link.spec, seen.values, locked),
        "actions": action_buttons(seen),
        "chart": chart_of(seen, {}, url_for("twins.practice_history", asset_key=seen.asset.key), simulated=True),
        "picture": picture_config(seen),
        "rows": [said_row(entry, seen.asset.lab.zone) for entry in reversed(seen.session.log)],
        "rows_shown": EVENTS_SHOWN,
        "check": check_rows(seen),
        "clock_text": localtime(seen.now, seen.asset.lab.zone, "clock"),
    }


def said_row(entry: dict[str, Any], zone: str) -> dict[str, Any]:
    """One line of what was asked of the copy, as on the bench."""
    at = datetime.fromtimestamp(float(entry["at"]), UTC)
    kind = "stop" if entry["name"] == "Stop" else "command_done" if entry["outcome"] == "done" else "command_refused"
    details = {"name": entry["name"], "asked": entry["asked"]}
    return event_row(BenchEvent(kind=kind, at=at, details=details), zone, own=True)


def check_rows(seen: PracticeSeen) -> list[dict[str, str]]:
    """The three things to try, and which of them the server has seen."""
    tried = (
        (seen.check.drove_inside, _("Change the feed and watch the copy follow")),
        (seen.check.saw_a_refusal, _("Ask for more than the limit and see it refused")),
        (seen.check.pressed_stop, _("Press Stop")),
    )
    first_open = next((place for place, (done, _text) in enumerate(tried) if not done), None)
    return [
        {"state": "done" if done else "now" if place == first_open else "open", "text": text}
        for place, (done, text) in enumerate(tried)
    ]


def urls_of(seen: PracticeSeen) -> dict[str, str]:
    """Every address that the page uses; an empty one leaves its part out."""
    key = seen.asset.key
    urls = {name: url_for(f"twins.practice_{name}", asset_key=key) for name in ("command", "stop", "controls", "feed")}
    urls |= {f"part_{name}": url_for("twins.practice_part", asset_key=key, name=name) for name in (*PARTS, "check")}
    return urls | {"stream": "", "twin": "", "mode": "", "beat": "", "leave": "", "close": ""}
