"""The bench: its page, its parts, its data, and what a person does there."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lift.core.errors import Conflict, Invalid, Problem, refuse_if
from lift.live import policy, queries, services, texts
from lift.live.views import data
from lift.live.views.page import MINUTES, PARTS, page_values
from lift.live.views.seen import Seen, right_at, seen_bench
from lift.web.current import current_actor
from lift.web.guard import signed_in
from lift.web.i18n import gettext as _

bp = Blueprint("live", __name__)


def back(seen: Seen) -> Response:
    """To the bench; a page with script never follows."""
    return redirect(url_for("live.bench", bench_id=seen.bench.id), 303)


@bp.get("/bench/<uuid:bench_id>")
@signed_in
def bench(bench_id: UUID) -> str:
    """One screen: step, chart, picture, controls, Stop, recording."""
    seen = seen_bench(bench_id)
    return render_template("live/bench.html", **page_values(seen), **services.panels_of(seen.bench, seen.actor))


@bp.get("/bench/<uuid:bench_id>/part/<name>")
@signed_in
def part(bench_id: UUID, name: str) -> str:
    """A part that changed, drawn anew."""
    if name not in PARTS:
        abort(404)
    return render_template(f"live/_{name}.html", **page_values(seen_bench(bench_id)))


@bp.post("/bench/open")
@signed_in
def open_bench() -> Response:
    """From a booking to its bench: fields ``booking`` (code) and ``asset`` (key)."""
    actor = current_actor()
    place = queries.bench.place_by_names(request.form.get("booking", ""), request.form.get("asset", ""))
    if place is None:
        abort(404)
    right = right_at(place, actor)
    opened = services.open_bench(place.booking.id, place.asset.id, actor=actor, right=right)
    return redirect(url_for("live.bench", bench_id=opened.id), 303)


@bp.post("/bench/<uuid:bench_id>/beat")
@signed_in
def beat(bench_id: UUID) -> tuple[str, int]:
    """The page is open; every 2 s. 410 once the bench is closed, and for everybody but its own person."""
    return ("", 204) if services.beat(bench_id, actor=current_actor()) else ("", 410)


@bp.post("/bench/<uuid:bench_id>/leave")
@signed_in
def leave(bench_id: UUID) -> tuple[str, int]:
    """The page goes: the controls end now."""
    seen = seen_bench(bench_id)
    if seen.is_own:
        services.leave_page(bench_id, actor=seen.actor)
    return "", 204


@bp.post("/bench/<uuid:bench_id>/controls")
@signed_in
def controls(bench_id: UUID) -> Response:
    """``act``: take, back (hand back), give (a trainer gives them to this bench), away (a trainer takes them)."""
    seen = seen_bench(bench_id)
    acts = {"take": _take, "back": _hand_back, "give": _give, "away": _take_away}
    act = acts.get(request.form.get("act", ""))
    if act is None:
        abort(400)
    act(seen)
    return back(seen)


def _take(seen: Seen) -> None:
    if seen.on_twin:
        services.resume(seen.bench.id, actor=seen.actor)
        return
    services.take_controls(seen.bench.id, actor=seen.actor, right=seen.right)


def _hand_back(seen: Seen) -> None:
    services.hand_back(seen.bench.id, actor=seen.actor)


def _take_away(seen: Seen) -> None:
    services.take_back(seen.bench.asset_id, actor=seen.actor, right=seen.right)


def _give(seen: Seen) -> None:
    services.give_controls_to(seen.bench.id, actor=seen.actor, right=seen.right)


@bp.post("/bench/<uuid:bench_id>/command")
@signed_in
def command(bench_id: UUID) -> Response:
    """``variable`` and ``value``, or ``action``. 403 without the controls, 409 outside the bounds."""
    seen = seen_bench(bench_id)
    action, variable = request.form.get("action"), request.form.get("variable")
    if not action and not variable:
        raise Invalid(Problem("X5", texts.NOTHING_ASKED, owner="live", field="variable"))
    spec = queries.bench.link_of(seen.bench.asset_id).spec
    value = policy.typed_value(spec, variable, request.form.get("value", "")) if variable else None
    ask = partial(services.ask, seen.bench.id, actor=seen.actor, right=seen.right)
    refuse_if(ask(variable=variable, action=action, value=value))
    return back(seen)


@bp.post("/bench/<uuid:bench_id>/stop")
@signed_in
def stop(bench_id: UUID) -> Response:
    """At once, asks nothing."""
    seen = seen_bench(bench_id)
    services.press(seen.bench.id, actor=seen.actor, right=seen.right)
    return back(seen)


@bp.post("/bench/<uuid:bench_id>/lab-stop")
@signed_in
def lab_stop(bench_id: UUID) -> Response:
    """Latches until the lab releases it."""
    seen = seen_bench(bench_id)
    reason = request.form.get("reason", "")[:200]
    services.press_lab_stop(seen.bench.asset_id, actor=seen.actor, right=seen.right, reason=reason)
    return back(seen)


@bp.post("/bench/<uuid:bench_id>/release/<uuid:stop_id>")
@signed_in
def release(bench_id: UUID, stop_id: UUID) -> Response:
    """After a look at the machine."""
    seen = seen_bench(bench_id)
    if stop_id not in {standing.id for standing in queries.bench.standing_stops(seen.bench.asset_id)}:
        raise Conflict(Problem("X9", texts.STOP_GONE, owner="live"))
    services.release_stop(stop_id, actor=seen.actor, right=seen.right)
    return back(seen)


@bp.post("/bench/<uuid:bench_id>/mode")
@signed_in
def mode(bench_id: UUID) -> Response:
    """Between machine and computer copy."""
    seen = seen_bench(bench_id)
    move = services.move_to_twin if request.form.get("mode") == "twin" else services.move_to_asset
    move(bench_id, actor=seen.actor)
    return back(seen)


@bp.post("/bench/<uuid:bench_id>/more-time")
@signed_in
def more_time(bench_id: UUID) -> Response:
    """One step longer, if everything that the booking holds is free."""
    seen = seen_bench(bench_id)
    services.extend_bench(bench_id, actor=seen.actor, right=seen.right)
    return back(seen)


@bp.post("/bench/<uuid:bench_id>/mark")
@signed_in
def mark(bench_id: UUID) -> Response:
    """Mark this moment."""
    seen = seen_bench(bench_id)
    services.mark_moment(bench_id, actor=seen.actor, label=request.form.get("label", ""))
    return back(seen)


@bp.post("/bench/<uuid:bench_id>/cut")
@signed_in
def cut(bench_id: UUID) -> Response:
    """Take the last minutes as a dataset."""
    seen = seen_bench(bench_id)
    minutes = request.form.get("minutes", type=int)
    if minutes not in MINUTES:
        raise Invalid(Problem("live-cut", texts.CHOOSE_MINUTES, owner="live", field="minutes", passes=list(MINUTES)))
    services.take_last(bench_id, minutes, actor=seen.actor)
    return back(seen)


@bp.post("/bench/<uuid:bench_id>/close")
@signed_in
def close(bench_id: UUID) -> Response:
    """Leave the bench for good; the recording is sealed."""
    seen = seen_bench(bench_id)
    services.close_bench(bench_id, actor=seen.actor)
    flash(_("The bench is closed. Your recording is being sealed; you can go on with the next step."))
    return back(seen)


@bp.get("/bench/<uuid:bench_id>/history")
@signed_in
def history(bench_id: UUID) -> Any:
    """The last ten minutes for the chart, with gaps, marks and the dashed curve."""
    return jsonify(data.history_of(seen_bench(bench_id)))


@bp.get("/bench/<uuid:bench_id>/twin")
@signed_in
def twin(bench_id: UUID) -> Any:
    """What the computer copy says beside the machine, after an instant."""
    return jsonify(data.shadow_after(seen_bench(bench_id), request.args.get("after", 0.0, type=float)))


@bp.get("/bench/<uuid:bench_id>/feed")
@signed_in
def feed(bench_id: UUID) -> Any:
    """The same as the stream, by asking."""
    return jsonify(data.polled(seen_bench(bench_id), request.args.get("after", 0, type=int)))


@bp.get("/datasets/<uuid:cut_id>")
@signed_in
def dataset(cut_id: UUID) -> Response:
    """A sealed dataset as its Parquet file."""
    return data.download(cut_id)
