"""Pages of people: sign-in, card, my company, myself. ``bp`` is filled by the modules beside."""

from __future__ import annotations

from lift.people.views import acting, card, company, institution, joining, me, members, rights, sign_in, undertaking
from lift.people.views.blueprint import bp

__all__ = [
    "acting",
    "bp",
    "card",
    "company",
    "institution",
    "joining",
    "me",
    "members",
    "rights",
    "sign_in",
    "undertaking",
]
