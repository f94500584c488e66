"""The verbs of people."""

from __future__ import annotations

from lift.people.services.accounts import choose_language, prove_by_password
from lift.people.services.sign_ins import begin_shared_sign_in, end_idle_sign_ins, keep_shared_sign_in, sign_out

__all__ = [
    "begin_shared_sign_in",
    "choose_language",
    "end_idle_sign_ins",
    "keep_shared_sign_in",
    "prove_by_password",
    "sign_out",
]
