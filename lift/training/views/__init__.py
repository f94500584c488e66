"""Pages of training: catalogue, enrolling, the learner's own, the player, certificates. The modules beside fill ``bp``."""

from __future__ import annotations

from lift.training.views import board, enrol, improve, klass, my, places, play, preview, sessions, versions, worth
from lift.training.views.bench_panel import bench_panel
from lift.training.views.blueprint import bp

__all__ = [
    "bench_panel",
    "board",
    "bp",
    "enrol",
    "improve",
    "klass",
    "my",
    "places",
    "play",
    "preview",
    "sessions",
    "versions",
    "worth",
]
