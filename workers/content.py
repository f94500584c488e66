"""Content by the clock: reviewers reminded, links asked; mails about reviews."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import current_app

from lift.content import services
from lift.content.services.links import ask_link
from lift.core import clock, jobs
from workers.ticks import every


@every(timedelta(minutes=15), "content.remind_reviewers")
def remind_reviewers() -> int:
    """Half time, and due."""
    return services.remind(clock.now())


@every(timedelta(hours=24), "content.recheck_links", queue="reports")
def recheck_links() -> int:
    """Every link on offer, once a day."""
    return services.check_links(None, clock.now(), ask_link)


@jobs.handler(services.TELL_REVIEW)
def tell_review(review_id: str, reminder: int = 0) -> None:
    """The invitation, or a reminder."""
    services.tell_review(UUID(review_id), public_url=current_app.config["LIFT"].public_url, reminder=reminder)


@jobs.handler(services.CHECK_LINKS)
def check_links(version_id: str) -> None:
    """The links of one version."""
    services.check_links(UUID(version_id), clock.now(), ask_link)
