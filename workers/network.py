"""The network: mails about requests to take part in a working group."""

from __future__ import annotations

from uuid import UUID

from flask import current_app

from lift.core import jobs
from lift.network import services


@jobs.handler(services.ANNOUNCE_REQUEST)
def tell_request(request_id: str) -> None:
    """To the office that answers."""
    services.tell_request(UUID(request_id), public_url=current_app.config["LIFT"].public_url)


@jobs.handler(services.TELL_ANSWER)
def tell_answer(request_id: str) -> None:
    """To who asked."""
    services.tell_answer(UUID(request_id), public_url=current_app.config["LIFT"].public_url)
