"""The same verbs whoever answers on the bench: the machine, or its computer copy (X16)."""

from __future__ import annotations

from uuid import UUID

from lift.core.actor import Actor
from lift.core.db import transaction
from lift.core.errors import Problem, require, require_found
from lift.edge.contract import Value
from lift.live import permissions, queries, texts
from lift.live.enums import BenchMode
from lift.live.models import Bench, ControlGrant
from lift.live.permissions import BenchRight
from lift.live.queries.bench import Place
from lift.live.services.benches import own_bench
from lift.live.services.commands import send_command
from lift.live.services.controls import give_controls
from lift.live.services.hooks import right_of
from lift.live.services.practice import in_words
from lift.live.services.stops import press_stop
from lift.live.services.told import note, tell_all
from lift.people.queries import actor_of
from lift.twins.models import TwinSession
from lift.twins.queries import twin_sessions as twins
from lift.twins.services import twin_sessions

Limits = dict[str, tuple[float, float]]


def ask(
    bench_id: UUID,
    *,
    actor: Actor,
    right: BenchRight,
    variable: str | None = None,
    action: str | None = None,
    value: Value | None = None,
) -> tuple[Problem, ...]:
    """Ask whoever answers on the bench. Returns why it was refused; raises Forbidden as ``send_command`` does."""
    bench = require_found(queries.bench.bench_of(bench_id))
    if bench.mode is BenchMode.ASSET:
        return send_command(bench_id, actor=actor, right=right, variable=variable, action=action, value=value).problems
    with transaction():
        bench = own_bench(bench_id, actor)
        kept = twin_sessions.open_twin(bench.asset_id, actor=actor)
        limits = limits_of(require_found(queries.bench.place_of(bench.booking_id, bench.asset_id)))
        asked = twin_sessions.ask_twin(
            kept.id, actor=actor, variable=variable, action=action, value=value, limits=limits
        )
        kind = "command_refused" if asked.problems else "command_done"
        note(kind, bench.asset_id, bench.id, name=variable or action, asked=value, twin=True)
        return in_words(asked.problems)


def press(bench_id: UUID, *, actor: Actor, right: BenchRight) -> None:
    """Stop whoever answers on the bench. On the copy the person takes the controls again by themselves."""
    bench = require_found(queries.bench.bench_of(bench_id))
    if bench.mode is BenchMode.ASSET:
        press_stop(bench_id, actor=actor, right=right)
        return
    with transaction():
        require(permissions.can_stop(actor, bench, right), Problem("X9", texts.NOT_ON_BOOKING, owner="live"))
        kept = _session(bench)
        if kept is not None and kept.person_id == actor.person_id:
            twin_sessions.stop_twin(kept.id, actor=actor)
        note("stop", bench.asset_id, bench.id, twin=True)
        tell_all(bench.asset_id, "stops")


def resume(bench_id: UUID, *, actor: Actor) -> None:
    """Take the controls of the copy again after a Stop."""
    with transaction():
        bench = own_bench(bench_id, actor)
        kept = require_found(_session(bench))
        twin_sessions.resume_twin(kept.id, actor=actor)


def give_controls_to(bench_id: UUID, *, actor: Actor, right: BenchRight) -> ControlGrant:
    """A trainer gives the controls to the person of this bench, judged by that person's own right."""
    bench = require_found(queries.bench.bench_of(bench_id))
    place = require_found(queries.bench.place_of(bench.booking_id, bench.asset_id))
    person = actor_of(bench.person_id, bench.organisation_id)
    theirs = right_of(person, place.booking, place.asset)
    return give_controls(bench_id, actor=actor, right=right, right_of_person=theirs)


def keep_twin_running(bench: Bench, *, actor: Actor) -> None:
    """The copy lives while its own person looks at it."""
    if bench.mode is BenchMode.TWIN and bench.closed_at is None and bench.person_id == actor.person_id:
        twin_sessions.open_twin(bench.asset_id, actor=actor)


def limits_of(place: Place) -> Limits:
    """The bounds of the asset for which the copy stands, as this lab sets them."""
    spec = queries.bench.link_of(place.asset.id).spec
    chosen = [variable for variable, _ in queries.page.controls_of(place.asset, spec)]
    return {v.name: (v.low, v.high) for v in chosen if v.low is not None and v.high is not None}


def _session(bench: Bench) -> TwinSession | None:
    return twins.session_of(bench.person_id, bench.asset_id)
