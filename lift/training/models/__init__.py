"""Tables of training, one module per matter. Other floors import them from here."""

from __future__ import annotations

from lift.training.models.certificates import Certificate
from lift.training.models.learning import Answer, Briefing, HelpRequest, StepProgress
from lift.training.models.seats import Enrolment, Pool, PoolLedger
from lift.training.models.sessions import PilotSession, SessionPart, SessionTrainer

__all__ = [
    "Answer",
    "Briefing",
    "Certificate",
    "Enrolment",
    "HelpRequest",
    "PilotSession",
    "Pool",
    "PoolLedger",
    "SessionPart",
    "SessionTrainer",
    "StepProgress",
]
