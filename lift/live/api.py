"""State and history of assets, benches and their commands under /api/v1."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import Response, url_for

from lift.core.errors import Problem, Refused, require, require_found
from lift.labs.models import Asset
from lift.live import permissions, queries, services, texts
from lift.live.models import Bench
from lift.live.schemas import (
    BenchIn,
    BenchOut,
    BenchPage,
    CommandIn,
    CommandOut,
    CommandPage,
    HistoryOut,
    HistoryQuery,
    StateOut,
)
from lift.live.views.seen import right_at, seen_bench
from lift.web.api import api_blueprint, scoped
from lift.web.current import current_actor
from lift.web.errors import problem_document
from lift.web.idempotency import idempotent

bp = api_blueprint("live", __name__)


def readable(asset_id: UUID) -> Asset:
    """The asset, if the present person may read its values."""
    asset = require_found(queries.bench.asset_of(asset_id))
    actor = current_actor()
    on_bench = actor.person_id is not None and queries.bench.is_at(actor.person_id, asset_id)
    require(
        permissions.can_read_values(actor, asset, on_bench=on_bench), Problem("X1", texts.NOT_YOUR_VALUES, owner="labs")
    )
    return asset


def shown(benches: Sequence[Bench]) -> list[BenchOut]:
    """Benches as their person sees them."""
    driving = queries.bench.driving_benches([bench.id for bench in benches])
    return [BenchOut.of(bench, bench.id in driving) for bench in benches]


@bp.get("/assets/<uuid:asset_id>/state")
@scoped("assets:read")
@bp.output(StateOut)
def state(asset_id: UUID) -> StateOut:
    """The last known value of every variable, live or stale, with source and received time."""
    asset = readable(asset_id)
    now, link = queries.bench.platform_now(), queries.bench.link_of(asset.id)
    return StateOut.of(asset.id, link, queries.samples.state_of(asset.id, link, now), now)


@bp.get("/assets/<uuid:asset_id>/history")
@scoped("assets:read")
@bp.input(HistoryQuery, location="query")
@bp.output(HistoryOut)
def history(asset_id: UUID, query_data: HistoryQuery) -> HistoryOut:
    """Exactly the stored samples of a window and the gap records between them."""
    asset = readable(asset_id)
    window = query_data.since.timestamp(), query_data.until.timestamp()
    found = queries.samples.samples_of(asset.id, *window, query_data.names)
    return HistoryOut.of(asset.id, queries.samples.thinned(found, query_data.points) if query_data.points else found)


@bp.get("/benches")
@scoped("benches:read")
@bp.output(BenchPage)
def benches() -> BenchPage:
    """Your open benches."""
    person = require_found(current_actor().person_id)
    return BenchPage(items=shown(queries.bench.open_benches_of(person)))


@bp.post("/benches")
@scoped("benches:write")
@idempotent
@bp.input(BenchIn)
@bp.output(BenchOut, status_code=201)
def open_bench(json_data: BenchIn) -> tuple[BenchOut, int, dict[str, str]]:
    """Open a bench (or get the one that is open). Refused with 409 outside the booked time."""
    actor = current_actor()
    place = require_found(queries.bench.place_of(json_data.booking_id, json_data.asset_id))
    right = right_at(place, actor)
    bench = services.open_bench(place.booking.id, place.asset.id, actor=actor, right=right, mode=json_data.mode)
    return shown([bench])[0], 201, {"Location": url_for("live_api.bench", bench_id=bench.id)}


@bp.get("/benches/<uuid:bench_id>")
@scoped("benches:read")
@bp.output(BenchOut)
def bench(bench_id: UUID) -> BenchOut:
    """One bench."""
    return shown([seen_bench(bench_id).bench])[0]


@bp.get("/benches/<uuid:bench_id>/commands")
@scoped("benches:read")
@bp.output(CommandPage)
def commands(bench_id: UUID) -> CommandPage:
    """Who asked what, with the value before and after, and the answer (X15)."""
    seen = seen_bench(bench_id)
    return CommandPage(items=[CommandOut.of(row) for row in queries.bench.commands_of(seen.bench.id)])


@bp.post("/benches/<uuid:bench_id>/commands")
@scoped("benches:write")
@idempotent
@bp.input(CommandIn)
@bp.output(CommandOut, status_code=202)
def send_command(bench_id: UUID, json_data: CommandIn) -> CommandOut | Response:
    """Ask the machine for something; needs the controls. 403 without them, 409 outside the bounds."""
    seen = seen_bench(bench_id)
    asked = services.send_command(bench_id, actor=seen.actor, right=seen.right, **json_data.model_dump())
    if asked.problems:  # answered, not raised: the refused command stands in the log, with a key as without (X15)
        return problem_document(Refused.status, asked.problems)
    return CommandOut.of(asked.command)
