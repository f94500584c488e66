"""The machine that anybody may watch from the home page: its state, and the last ten minutes of one variable."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from uuid import UUID

from flask import Response, jsonify, url_for

from lift.core.errors import require_found
from lift.edge.contract import VariableSpec
from lift.front import queries
from lift.front.queries import Watched
from lift.front.views.blueprint import bp
from lift.live import queries as live
from lift.live.views.words import variable_name
from lift.web.guard import public
from lift.web.i18n import gettext as _
from lift.web.i18n import localtime
from lift.web.limits import limiter

SPAN = 600  # s
POINTS = 400
FRESH = 4  # s that one answer serves everybody
HEARD = 10  # s; the page asks every 5 s, so a shorter silence cannot be seen here
FAVOURITE = "SpindleLoad"


@bp.get("/tiles/<key>.json")
@public
@limiter.limit("120 per minute")
def tile(key: str) -> Response:
    """Times and values of the last ten minutes, with holes and the computer copy's curve; only of a public machine."""
    found = require_found(queries.watched(key))
    now = live.bench.platform_now().timestamp()
    variable = _variable(found)
    answer = jsonify(_series(found.asset_id, variable.name if variable else "", int(now // FRESH)))
    answer.headers["Cache-Control"] = f"public, max-age={FRESH}"
    return answer


@lru_cache(maxsize=8)
def _series(asset_id: UUID, name: str, turn: int) -> dict[str, Any]:
    """What is asked by many at once is read once in ``FRESH`` seconds; ``turn`` counts those."""
    end = float((turn + 1) * FRESH)
    found = live.samples.thinned(live.samples.samples_of(asset_id, end - SPAN, end, [name]), POINTS)
    shadow = live.twin.shadow_of(asset_id, end - SPAN, end)
    series: dict[str, Any] = {
        "times": found.times,
        "variables": found.variables,
        "gaps": [{"start": hole.start, "end": hole.end} for hole in found.gaps],
    }
    if shadow and name in shadow["variables"]:
        series["twin"] = {"times": shadow["times"], "variables": {name: shadow["variables"][name]}}
    return series


def tile_of_home() -> dict[str, Any] | None:
    """The tile as the home page draws it; None where no machine is public or none was ever connected."""
    found = queries.watched()
    variable = _variable(found) if found else None
    if found is None or variable is None:
        return None
    now = live.bench.platform_now()
    reading = next(r for r in live.samples.state_of(found.asset_id, found.link, now) if r.name == variable.name)
    is_live = now.timestamp() - (reading.received_time or 0.0) <= HEARD
    return {
        "asset": f"{found.name}, {found.lab}",
        "variable": variable_name(variable.name),
        "unit": variable.unit,
        "value": f"{reading.value:.0f}" if isinstance(reading.value, int | float) else "",
        "state": "live" if is_live else "stale",
        "state_word": _("live, you can only watch") if is_live else _("no signal at the moment"),
        "since": localtime(found.heard(reading), found.zone, "clock") if reading.source_time else "",
        "low": variable.low if variable.low is not None else 0,
        "high": variable.high if variable.high is not None else 100,
        "limit": None,
        "key": variable.name,
        "series_url": url_for("front.tile", key=found.key),
        "who": _who(found.asset_id),
        "watch_url": url_for("labs.asset", key=found.key),
        "zone": found.zone,
    }


def _variable(found: Watched) -> VariableSpec | None:
    """The spindle's load where the machine has one, else its first number."""
    numbers = [v for v in found.link.spec.variables if v.kind == "analog"]
    return next((v for v in numbers if v.name == FAVOURITE), numbers[0] if numbers else None)


def _who(asset_id: UUID) -> str:
    """Whether somebody drives; never who."""
    if live.bench.driver_of(asset_id) is not None:
        return str(_("Somebody in a session has the controls right now."))
    return str(_("Nobody has the controls right now. With a seat in a session it could be your technician."))
