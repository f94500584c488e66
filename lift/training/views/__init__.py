"""Pages of training: catalogue, enrolling, the learner's own, the player, certificates. The modules beside fill ``bp``."""

from __future__ import annotations

from lift.training.views import enrol, sessions
from lift.training.views.blueprint import bp

__all__ = ["bp", "enrol", "sessions"]
