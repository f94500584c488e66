"""Training: pools swept, sessions moved by the clock, answers judged when their cut is sealed, certificates issued."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import current_app

from lift.core import clock, jobs
from lift.training import queries
from lift.training.services import (
    certificates,
    clocks,
    deciding,
    displaced,
    learning,
    notices,
    promotion,
    recalls,
    sessions,
    versions,
)
from workers.ticks import every


@every(timedelta(seconds=30), "training.sweep")
def sweep() -> int:
    """Warn of clocks, then end what is past its time, release pools, offer what is free."""
    now = clock.now()
    return clocks.warn_clocks(now, public_url=current_app.config["LIFT"].public_url) + promotion.sweep(now)


@every(timedelta(minutes=5), "training.decide_due")
def decide_due() -> int:
    """Go or no-go at the day of decision."""
    return deciding.decide_due(clock.now())


@every(timedelta(seconds=15), "training.follow_clock")
def follow_clock() -> int:
    """Open, running, over."""
    return sessions.follow_clock(clock.now())


@jobs.handler(learning.CHECK_ATTEMPTS)
def check_attempts(cut_id: str | None = None, recording_id: str | None = None, version: int | None = None) -> None:
    """Judge the answers that name a cut; of a recording, those of all its cuts."""
    del version  # the files are asked, not the event
    cuts = [UUID(cut_id)] if cut_id else queries.cuts_of_recording(UUID(recording_id)) if recording_id else []
    learning.check_attempts(cuts, clock.now())


@jobs.handler(learning.ISSUE_CERTIFICATE)
def issue_certificate(person_id: str, session_id: str) -> None:
    """One learner's certificate in one session."""
    base = current_app.config["LIFT"].public_url
    check = f"{base}/certificates/check"
    certificates.issue_certificate(UUID(person_id), UUID(session_id), check_url=check, now=clock.now())


@jobs.handler(notices.TELL_OFFER)
def tell_offer(enrolment_id: str) -> None:
    """A mail about an offered seat."""
    notices.tell_offer(UUID(enrolment_id), public_url=current_app.config["LIFT"].public_url)


@jobs.handler(notices.TELL_ASKED)
def tell_asked(enrolment_id: str) -> None:
    """The company learns of an employee's request."""
    notices.tell_asked(UUID(enrolment_id), public_url=current_app.config["LIFT"].public_url)


@jobs.handler(notices.TELL_REFUSED)
def tell_refused(enrolment_id: str) -> None:
    """The employee learns the company's no."""
    notices.tell_refused(UUID(enrolment_id), public_url=current_app.config["LIFT"].public_url)


@jobs.handler(notices.TELL_ENDED)
def tell_ended(enrolment_id: str) -> None:
    """Silence ended a clock."""
    notices.tell_ended(UUID(enrolment_id), public_url=current_app.config["LIFT"].public_url)


@jobs.handler(recalls.STOP_RECALLED)
def stop_recalled_step(version_id: str, step_key: str) -> None:
    """Benches of an unsafe step stop."""
    recalls.stop_recalled_step(UUID(version_id), step_key)


@jobs.handler(versions.OFFER_UPDATE)
def offer_update(version_id: str) -> None:
    """Trainers of sessions that keep an older version read what is new."""
    versions.offer_update(UUID(version_id), public_url=current_app.config["LIFT"].public_url)


@jobs.handler(notices.TELL_CANCELLED)
def tell_cancelled(session_id: str) -> None:
    """A session does not take place."""
    notices.tell_cancelled(UUID(session_id), public_url=current_app.config["LIFT"].public_url)


@jobs.handler(displaced.TELL_DISPLACED)
def tell_displaced(booking_id: str) -> None:
    """A lab took back what it held for a session."""
    displaced.tell_displaced(UUID(booking_id), public_url=current_app.config["LIFT"].public_url)
