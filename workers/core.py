"""Relay, mail, audit hash, retention."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

from flask import current_app

from lift.core import audit, clock, jobs, mail, retention
from workers.ticks import every


@every(timedelta(seconds=2), "core.relay")
def relay() -> int:
    """Send again what got lost on the way."""
    return jobs.relay(clock.now())


@jobs.handler(mail.SEND_MAIL)
def send_mail(message_id: str) -> None:
    """One mail."""
    settings = current_app.config["LIFT"]
    folder = Path(settings.home) / "mail"
    mail.send_mail(UUID(message_id), smtp_url=settings.smtp_url, sender=settings.mail_from, folder=folder)


@every(timedelta(minutes=10), "core.close_audit_days")
def close_audit_days() -> int:
    """Hash every past day of the audit that is not in the chain yet."""
    return len(audit.close_days(clock.now()))


@every(timedelta(hours=24), "core.retention")
def apply_retention() -> dict[str, int]:
    """Remove what is past its time."""
    return retention.run(clock.now())
