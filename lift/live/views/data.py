"""Numbers of a bench as JSON, and sealed files."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from uuid import UUID

from flask import abort, send_file
from werkzeug.wrappers import Response

from lift.core import files
from lift.live import queries, services
from lift.live.enums import CutState
from lift.live.views.page import HISTORY
from lift.live.views.seen import Seen, seen_bench
from lift.live.views.words import variable_name

POINTS = 1500
CHARTED = ("SpindleLoad", "SpindleSpeed", "BearingTemperature", "PartsTotal", "PartsGood", "FeedOverride")


def history_of(seen: Seen) -> dict[str, Any]:
    """Times and columns of the last ten minutes, thinned; holes stay holes."""
    services.keep_twin_running(seen.bench, actor=seen.actor)
    now = queries.bench.platform_now().timestamp()
    start = now - HISTORY
    found = queries.samples.thinned(queries.twin.answered(seen.bench, start, now, CHARTED), POINTS)
    marks = [
        {"at": event.at.timestamp(), "label": event.details.get("label") or variable_name("mark")}
        for event in queries.bench.events_of(seen.bench)
        if event.kind == "mark"
    ]
    values: dict[str, Any] = {
        "times": found.times,
        "variables": found.variables,
        "gaps": [{"start": hole.start, "end": hole.end} for hole in found.gaps],
        "marks": marks,
    }
    shadow = None if seen.on_twin else queries.twin.shadow_of(seen.bench.asset_id, start, now)
    return values | ({"twin": shadow} if shadow else {})


def shadow_after(seen: Seen, after: float) -> dict[str, Any]:
    """The dashed curve after an instant, ten minutes at most."""
    nothing: dict[str, Any] = {"times": [], "variables": {}}
    if seen.on_twin:
        return nothing
    now = queries.bench.platform_now().timestamp()
    found = queries.twin.shadow_of(seen.bench.asset_id, max(after + 0.001, now - HISTORY), now)
    return found or nothing


def polled(seen: Seen, after: int) -> dict[str, Any]:
    """Everything after a block's number, oldest first; parts of the page are always asked to read again."""
    services.keep_twin_running(seen.bench, actor=seen.actor)
    if seen.on_twin:
        blocks = queries.twin.blocks_after(seen.bench.person_id, seen.bench.asset_id, after)
    else:
        blocks = queries.samples.blocks_since(seen.bench.asset_id, after)
    events: list[dict[str, Any]] = [{"event": "telemetry", "data": block, "id": number} for number, block in blocks]
    events.append({"event": "changed", "data": {"what": "polled"}})
    if seen.bench.closed_at is not None:
        events.append({"event": "over", "data": {}})
    return {"last": blocks[-1][0] if blocks else None, "events": events}


def download(cut_id: UUID) -> Response:
    """404 for strangers and before the seal."""
    cut = queries.bench.cut_of(cut_id)
    if cut is None or cut.state is not CutState.SEALED or cut.file_id is None:
        abort(404)
    seen_bench(cut.recording.bench_id)
    name = f"dataset-{cut.number}.parquet"
    return send_file(
        BytesIO(files.read(cut.file_id)), "application/vnd.apache.parquet", as_attachment=True, download_name=name
    )
