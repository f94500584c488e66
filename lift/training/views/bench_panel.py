"""What the bench page shows at its left: the step that it was opened for, typed and checked beside the machine."""

from __future__ import annotations

from typing import Any

from lift.core.actor import Actor
from lift.core.errors import LiftError
from lift.live.models import Bench
from lift.training.services import benches
from lift.training.views.exercises import exercise_cards


def bench_panel(bench: Bench, actor: Actor) -> dict[str, Any]:
    """Values for ``training/_bench_step.html``; nothing for a bench that no step opened, or whose step is gone."""
    try:
        values = benches.bench_panels(bench, actor)
    except LiftError:
        return {}
    if not values:
        return {}
    attempt = values["attempt"]
    steps = attempt.standing.version.steps
    at = steps.index(attempt.step)
    cards = exercise_cards(attempt.session.code, attempt.session.zone, attempt.standing, attempt.step.key,
                           values["cuts"], bench=str(bench.id))  # fmt: skip
    return {"attempt": attempt, "exercises": cards, "step_number": at + 1, "step_count": len(steps), "step_bench": str(bench.id),
            "next_step": steps[at + 1] if at + 1 < len(steps) else None}  # fmt: skip
