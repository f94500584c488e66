"""Mail leaves through the outbox: a row in the transaction, a job after the commit, one mail per (address, event, kind).

The mail server is asked outside any transaction. A worker that dies between its answer and our note sends the mail
again, under the same Message-ID, by which mailboxes know it as the same.
"""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from lift.core import clock, jobs
from lift.core.db import db, transaction
from lift.core.ids import uuid7
from lift.core.models import MailMessage

SEND_MAIL = jobs.JobKind("core.send_mail", atomic=False, attempts=12)  # for over an hour, each wait twice as long


def queue_mail(recipient: str, *, event: str, kind: str, subject: str, body: str, calendar: str | None = None) -> None:
    """Write the mail and its job; a second call for the same recipient, event and kind does nothing."""
    statement = (
        insert(MailMessage)
        .values(id=uuid7(), recipient=recipient, event=event, kind=kind, subject=subject, body=body, calendar=calendar)
        .on_conflict_do_nothing()
        .returning(MailMessage.id)
    )
    message_id = db.session.execute(statement).scalar_one_or_none()
    if message_id is not None:
        jobs.enqueue(SEND_MAIL, message_id=message_id)


def send_mail(message_id: UUID, *, smtp_url: str, sender: str, folder: Path) -> None:
    """Send one queued mail by SMTP, or write it to ``folder`` where no server is set. Does nothing if already sent."""
    message = _unsent(message_id, sender)
    if message is None:
        return
    if smtp_url:
        _deliver(message, smtp_url)
    else:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{message_id}.eml").write_bytes(bytes(message))
    sent = sa.update(MailMessage).where(MailMessage.id == message_id, MailMessage.sent_at.is_(None))
    with transaction() as session:
        session.execute(sent.values(sent_at=clock.now()), execution_options={"synchronize_session": False})


def _unsent(message_id: UUID, sender: str) -> EmailMessage | None:
    """The mail as it travels; None when it was sent or removed. The transaction is over at return."""
    with transaction() as session:
        row = session.get(MailMessage, message_id, populate_existing=True)
        if row is None or row.sent_at is not None:
            return None
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, row.recipient, row.subject
        message["Date"], message["Message-ID"] = formatdate(), f"<{row.id}@lift>"
        message.set_content(row.body)
        if row.calendar:
            message.add_attachment(
                row.calendar, subtype="calendar", filename="session.ics", params={"method": "PUBLISH"}
            )
        return message


def _deliver(message: EmailMessage, smtp_url: str) -> None:
    parts = urlsplit(smtp_url)
    client = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    with client(parts.hostname or "localhost", parts.port or 25, timeout=10) as smtp:
        if parts.username:
            smtp.starttls()
            smtp.login(parts.username, parts.password or "")
        smtp.send_message(message)
