"""How an asset is right now, as its gateway last said: for the asset's page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from lift.labs.models import Asset
from lift.live import queries as live
from lift.live import texts as live_texts
from lift.live.enums import Freshness
from lift.live.queries.samples import Reading
from lift.web.i18n import gettext as _
from lift.web.i18n import localtime, say


def state_of(asset: Asset, *, inside: bool, now: datetime) -> dict[str, Any]:
    """Chip, sentence, and the last values: these for everybody only where the lab made the asset public."""
    if not asset.connected:
        return {"chip": (_("not connected"), "off"), "sentence": "", "readings": []}
    readings = live.samples.state_of(asset.id, live.bench.link_of(asset.id), now)
    shown = [_shown(reading, asset.lab.zone) for reading in readings] if inside or asset.public_tile else []
    return {"chip": _chip(asset, readings), "sentence": _sentence(asset), "readings": shown}


def _chip(asset: Asset, readings: list[Reading]) -> tuple[str, str]:
    if live.bench.standing_stops(asset.id):
        return _("stopped"), "bad"
    if any(reading.freshness is Freshness.LIVE for reading in readings):
        return _("live"), "live"
    return _("no signal at the moment"), "off"


def _sentence(asset: Asset) -> str:
    """Whether somebody drives; never who."""
    if live.bench.driver_of(asset.id) is not None:
        return str(_("Somebody in a session has the controls right now."))
    return str(_("Nobody has the controls right now."))


def _shown(reading: Reading, zone: str) -> dict[str, Any]:
    number = isinstance(reading.value, float)
    heard = datetime.fromtimestamp(reading.source_time, UTC) if reading.source_time else None
    return {
        "name": say(live_texts.VARIABLES.get(reading.name, "")) or reading.name,
        "value": f"{reading.value:.1f}" if number else "–" if reading.value is None else str(reading.value),
        "unit": reading.unit,
        "live": reading.freshness is Freshness.LIVE,
        "at": localtime(heard, zone, "clock") if heard else "",
    }
