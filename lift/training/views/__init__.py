"""Pages of training: catalogue, enrolling, the learner's own, the player, certificates. The modules beside fill ``bp``."""

from __future__ import annotations

from lift.training.views import enrol, klass, my, places, play, sessions
from lift.training.views.bench_panel import bench_panel
from lift.training.views.blueprint import bp

__all__ = ["bench_panel", "bp", "enrol", "klass", "my", "places", "play", "sessions"]
