"""What happened on a bench, and what its things are called, in the reader's language."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lift.core.i18n import Text
from lift.live import texts
from lift.live.models import BenchEvent
from lift.web.i18n import gettext as _
from lift.web.i18n import localtime, say

TONES = {
    "stop": "bad",
    "command_refused": "att",
    "command_failed": "bad",
    "command_expired": "att",
    "command_disagrees": "bad",
    "controls_ended": "att",
    "cut_failed": "bad",
}


def variable_name(name: str, titles: dict[str, str] | None = None) -> str:
    """What a variable is called on the page."""
    if titles and name in titles:
        return titles[name]
    known = texts.VARIABLES.get(name)
    return say(known) if known else name


def action_name(name: str) -> str:
    """What an action is called on its button."""
    known = texts.ACTIONS.get(name)
    return say(known) if known else name


def event_row(event: BenchEvent, zone: str, own: bool) -> dict[str, Any]:
    """One line of the list: clock time, sentence, tone."""
    return {
        "at": event.at.timestamp(),
        "clock": localtime(event.at, zone, "clock"),
        "text": _sentence(event, own),
        "tone": TONES.get(event.kind, ""),
    }


def _sentence(event: BenchEvent, own: bool) -> str:
    said = texts.EVENTS.get(event.kind)
    details = dict(event.details)
    if event.kind == "controls_ended":
        return say(texts.ENDS.get(str(details.get("reason")), texts.ENDS["bench_closed"]))
    if event.kind in texts.STATES:
        found = texts.STATES[event.kind].get(str(details.get("now")))
        return say(found) if found else str(_("The machine changed its state."))
    if "name" in details and event.kind.startswith("command"):
        name = str(details["name"])
        details["name"] = action_name(name) if name in texts.ACTIONS else variable_name(name)
        details["value"] = "" if details.get("asked") is None else spoken(details["asked"])
        details["now"] = spoken(details.get("now"))
    if said is None:
        return event.kind
    return say(Text(said.msgid, details))


def spoken(value: Any) -> str:
    """A value in a sentence."""
    if isinstance(value, bool):
        return str(_("on") if value else _("off"))
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def clock_left(seconds: float) -> str:
    """ "21:36", with hours where there are any."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    text = f"{rest // 60:02d}:{rest % 60:02d}"
    return f"{hours}:{text}" if hours else text


def until(end: datetime, zone: str) -> str:
    """ "until 11:00"."""
    return str(_("until %(time)s", time=localtime(end, zone, "time")))
