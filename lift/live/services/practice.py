"""Five minutes on the computer copy (L16): the same controls, limits and Stop, before the first drive."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from lift.core.actor import Actor
from lift.core.errors import Problem
from lift.core.i18n import Text
from lift.edge.contract import Value
from lift.labs.models import Asset
from lift.live import queries, texts
from lift.live.queries.practice import PracticeSeen
from lift.twins.models import TwinSession
from lift.twins.services import twin_sessions


def open_practice(asset: Asset, *, actor: Actor) -> TwinSession:
    """The person's session with the copy, lived up to now."""
    return twin_sessions.open_twin(asset.id, actor=actor)


def practise(
    seen: PracticeSeen,
    *,
    actor: Actor,
    variable: str | None = None,
    action: str | None = None,
    value: Value | None = None,
) -> tuple[Problem, ...]:
    """Ask the copy; refused where the lab would refuse it at the machine."""
    chosen = [variable_spec for variable_spec, _ in queries.page.controls_of(seen.asset, seen.link.spec)]
    limits = {v.name: (v.low, v.high) for v in chosen if v.low is not None and v.high is not None}
    asked = twin_sessions.ask_twin(
        seen.session.id, actor=actor, variable=variable, action=action, value=value, limits=limits
    )
    return in_words(asked.problems)


def in_words(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """What the copy refuses, with its things called as on the bench."""
    return tuple(
        replace(p, text=Text(p.text.msgid, {**p.text.params, "name": texts.called(str(p.text.params["name"]))}))
        if "name" in p.text.params
        else p
        for p in problems
    )


def stop_practice(seen: PracticeSeen, *, actor: Actor) -> None:
    """Stop is tried as it is meant: at once."""
    twin_sessions.stop_twin(seen.session.id, actor=actor)


def resume_practice(seen: PracticeSeen, *, actor: Actor) -> None:
    """Take the controls again after a look."""
    twin_sessions.resume_twin(seen.session.id, actor=actor)
