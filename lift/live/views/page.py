"""From what was read to what the template shows: chart, picture, controls, list, dock; texts in the reader's language."""

from __future__ import annotations

from typing import Any

from flask import url_for

from lift.core.errors import Problem
from lift.edge.contract import AssetSpec, Kind, VariableSpec
from lift.labs.models import Asset
from lift.labs.policy.rules import effective_rules
from lift.live import permissions, policy, queries
from lift.live import texts as texts_of
from lift.live.queries.page import EVENTS_SHOWN, BenchSeen
from lift.live.queries.practice import PracticeSeen
from lift.live.views.seen import Seen
from lift.live.views.words import action_name, clock_left, event_row, until, variable_name
from lift.twins.queries import twin_sessions
from lift.web.i18n import gettext as _
from lift.web.i18n import localtime, texts

HISTORY = 600.0  # s shown when the page opens
LIVE_PERIOD = 1.0  # s between arrivals
PARTS = ("drive", "controls", "events", "dock")
MINUTES = (5, 10, 15, 30)


def page_values(seen: Seen) -> dict[str, Any]:
    """All that bench.html shows."""
    view = queries.page.bench_seen(seen.bench, seen.place, seen.now)
    locked = "" if has_controls(seen, view) else str(_("Take the controls first."))
    return {
        "seen": seen,
        "view": view,
        "own": seen.is_own,
        "on_twin": view.is_twin,
        "phone_drives": bool(view.asset.rules.get("drive_from_phone")),
        "may_stop": view.bench.closed_at is None,
        "urls": urls_of(view),
        "crumbs": [],
        "heading": view.asset.name,
        "action_name": action_name,
        "clock_warning": clock_warning(view),
        "zone": view.place.lab.zone,
        "drive": drive_panel(seen, view),
        "controls": control_rows(view.asset, view.link.spec, view.values, locked),
        "actions": action_buttons(view),
        "chart": chart_config(view),
        "picture": picture_config(view),
        "rows": [event_row(event, view.place.lab.zone, seen.is_own) for event in view.events],
        "rows_shown": EVENTS_SHOWN,
        "dock": dock(seen, view),
        "estop": emergency_stop(view),
        "clock_text": localtime(view.now, view.place.lab.zone, "clock"),
        "minutes": MINUTES,
    }


def urls_of(view: BenchSeen) -> dict[str, str]:
    """Every address that the page uses; an empty one leaves its part out."""
    bench: dict[str, Any] = {"bench_id": view.bench.id}
    names = (
        "beat",
        "leave",
        "controls",
        "command",
        "stop",
        "lab_stop",
        "mode",
        "mark",
        "cut",
        "close",
        "more_time",
        "feed",
        "history",
    )
    urls = {name: url_for(f"live.{name}", **bench) for name in names}
    urls |= {f"part_{name}": url_for("live.part", name=name, **bench) for name in PARTS}
    urls["stream"] = "" if view.is_twin else url_for("stream.bench", **bench)
    urls["twin"] = url_for("live.twin", **bench) if view.twin and not view.is_twin else ""
    urls["release"] = url_for("live.release", stop_id=view.stop.id, **bench) if view.stop else ""
    if view.twin is None:
        urls["mode"] = ""
    return urls


def clock_warning(view: BenchSeen) -> str:
    """X21: beside the chart, when the gateway's clock is more than a second off."""
    offset = view.link.clock_offset
    if offset is None or abs(offset) <= queries.gateways.CLOCK_WARNING:
        return ""
    return str(_("The clock of the lab's gateway is %(off)s s off", off=f"{offset:+.1f}"))


def drive_panel(seen: Seen, view: BenchSeen) -> dict[str, Any]:
    """Who drives, time left, what stands in the way."""
    end = view.place.booking.during.upper
    start = view.place.booking.during.lower
    left = (end - view.now).total_seconds() if end else 0.0
    return {
        "mine": has_controls(seen, view),
        "driver": view.driver[1] if view.driver else "",
        "ends": end.timestamp() if end else 0,
        "total": (end - start).total_seconds() if end and start else 0,
        "left": clock_left(left),
        "until": until(end, view.place.lab.zone) if end else "",
        "problems": standing_problems(seen, view),
        "closed": view.bench.closed_at is not None,
        "supervises": seen.right.supervises,
        "more_minutes": _more_minutes(seen, view, left),
        "may_rearm": permissions.can_rearm(seen.actor, view.place.asset.lab_id, seen.right),
        "person": seen.actor.name if seen.is_own else queries.bench.person_name(view.bench.person_id),
    }


def _more_minutes(seen: Seen, view: BenchSeen, left: float) -> int:
    """By how much this person may ask to go on; 0 when it is not theirs to ask, or the time does not run."""
    may = permissions.can_extend(seen.right, view.place.booking) and left > 0 and view.bench.closed_at is None
    return effective_rules(view.asset).step_minutes if may else 0


def has_controls(seen: Seen, view: BenchSeen) -> bool:
    """This person may set something now: at the machine by a grant, at the copy unless it was stopped."""
    return seen.is_own and (view.drives or (view.is_twin and not view.twin_stopped))


def standing_problems(seen: Seen, view: BenchSeen) -> list[Problem]:
    """Why the controls cannot be taken now; nothing while somebody drives or the copy answers."""
    if view.drives or view.is_twin:
        return []
    place, link = view.place, view.link
    return [
        *(_own_problems(seen) if seen.is_own else ()),
        *policy.booking_problems(place.booking, place.lab.zone, view.now),
        *policy.class_problems(place.asset, seen.right),
        *policy.asset_problems(place.asset, link.report, link.seen_at, view.stops, place.lab.zone, view.now),
    ]


def _own_problems(seen: Seen) -> tuple[Problem, ...]:
    if not permissions.can_drive(seen.right):
        return (Problem("X6", texts_of.WATCH_ONLY, owner="training"),)
    return seen.right.missing


def control_rows(asset: Asset, spec: AssetSpec, values: dict[str, Any], locked: str) -> list[dict[str, Any]]:
    """Each control with its limits and the present value; locked with a sentence unless this person drives."""
    rows = []
    for variable, row in queries.page.controls_of(asset, spec):
        title = texts(row.get("title")) if row.get("title") else variable_name(variable.name)
        rows.append(_control(variable, title, values.get(variable.name), locked))
    return rows


def _control(variable: VariableSpec, label: str, value: Any, locked: str) -> dict[str, Any]:
    return {
        "kind": "switch" if variable.kind is Kind.boolean else "number",
        "variable": variable.name,
        "label": label,
        "unit": variable.unit,
        "value": _whole(value),
        "low": _whole(variable.low if variable.low is not None else 0),
        "high": _whole(variable.high if variable.high is not None else 100),
        "step": 5,
        "digits": 0,
        "locked": locked,
    }


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def action_buttons(view: BenchSeen | PracticeSeen) -> list[str]:
    """Start or hold, door, by what the machine does now."""
    known = {action.name for action in view.link.spec.actions}
    running = view.value("ItemState") == "Executing"
    door = bool(view.value("DoorOpen"))
    wanted = ["Hold" if running else "Resume", "CloseDoor" if door else "OpenDoor"]
    return [name for name in wanted if name in known and not (running and name == "OpenDoor")]


def chart_config(view: BenchSeen) -> dict[str, Any]:
    """Panels over one axis: numbers, counter, and the difference to the copy while the machine answers."""
    tolerance = twin_sessions.tolerance_of(view.twin) if view.twin and not view.is_twin else {}
    return chart_of(view, tolerance, url_for("live.history", bench_id=view.bench.id), simulated=view.is_twin)


def chart_of(
    view: BenchSeen | PracticeSeen, tolerance: dict[str, float], history_url: str, *, simulated: bool
) -> dict[str, Any]:
    """The chart of whoever answers; ``tolerance`` names what the copy says beside the machine."""
    names = {variable.name: variable for variable in view.link.spec.variables}
    panels: list[dict[str, Any]] = []
    for name, more in _wanted(names):
        title, unit = variable_name(name), names[name].unit
        panels.append({"key": name, "title": title, "unit": unit, "twin": name in tolerance} | more)
    for name, share in list(tolerance.items())[:1]:
        title = _("Difference to the computer copy")
        panels.append(
            {"key": name, "title": title, "unit": _("points"), "kind": "residual", "tolerance": share, "weight": 1}
        )
    return {
        "label": _("%(asset)s over the last ten minutes", asset=view.asset.name),
        "zone": view.asset.lab.zone,
        "period": LIVE_PERIOD,
        "panels": panels,
        "simulated": simulated,
        "historyUrl": history_url,
    }


def _wanted(names: dict[str, VariableSpec]) -> list[tuple[str, dict[str, Any]]]:
    """What is charted: the machining cell's own choice, else the first three numbers."""
    chosen: list[tuple[str, dict[str, Any]]] = [
        ("SpindleLoad", {"min": 0, "max": 90, "weight": 2.2}),
        ("BearingTemperature", {"digits": 1, "weight": 1}),
        ("PartsTotal", {"kind": "step", "weight": 0.6, "word": _("parts"), "unit": ""}),
    ]
    found = [(name, more) for name, more in chosen if name in names]
    if found:
        return found
    numbers = [name for name, variable in names.items() if variable.kind in (Kind.analog, Kind.counter)]
    return [(name, {}) for name in numbers[:3]]


def picture_config(view: BenchSeen | PracticeSeen) -> dict[str, Any] | None:
    """The cell's schematic, for assets that have its variables."""
    needed = ("AxisZ", "AxisX", "SpindleSpeed", "ToolNumber", "PartsTotal", "ProgramStep", "ItemState")
    if any(view.link.spec.variable(name) is None for name in needed[2:]):
        return None
    return {
        "kind": "machining-cell",
        "label": _("The machining cell: its head, table and the part in work, as the machine says"),
        "head": {"variable": "AxisZ", "low": -30, "high": 300, "unit": "mm"},
        "table": {"variable": "AxisX", "low": 0, "high": 200, "unit": "mm"},
        "spindle": {"variable": "SpindleSpeed", "unit": "rpm"},
        "tool": {"variable": "ToolNumber"},
        "part": {"variable": "PartsTotal"},
        "step": {"variable": "ProgramStep"},
        "state": {"variable": "ItemState", "cutting": ["Executing"], "fault": ["OutOfService"]},
        "now": {name: view.value(name) for name in needed},
    }


def dock(seen: Seen, view: BenchSeen) -> dict[str, Any]:
    """Recording and the newest dataset."""
    began, zone = view.recording.started_at, view.place.lab.zone
    ended = view.recording.ended_at
    cut = view.cuts[0] if view.cuts else None
    return {
        "running": ended is None,
        "length": clock_left(((ended or view.now) - began).total_seconds()),
        "since": localtime(began, zone, "clock"),
        "cut": cut,
        "cut_words": _cut_words(cut) if cut else "",
        "may": seen.is_own and view.bench.closed_at is None,
    }


def _cut_words(cut: Any) -> str:
    summary = cut.summary
    share = f"{100 * float(summary.get('coverage', 0)):.0f}"
    if summary.get("parts") is None:
        return str(_("%(share)s %% of the data is there", share=share))
    counts = {"parts": f"{summary['parts']:g}", "good": f"{summary.get('good') or 0:g}", "share": share}
    return str(_("%(parts)s parts, %(good)s good, %(share)s %% of the data is there", **counts))


def emergency_stop(view: BenchSeen) -> dict[str, str]:
    """The hardware button: its state and where it is."""
    where = texts(view.place.asset.emergency_stop_place)
    state = view.link.report.get("emergency_stop", "unknown")
    words = {"pressed": (_("pressed"), "bad"), "clear": (_("not pressed"), "good")}
    text, tone = words.get(str(state), (_("not known"), "off"))
    return {"text": text, "tone": tone, "where": where}
