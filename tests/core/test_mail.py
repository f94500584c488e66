"""Mail by a real SMTP conversation: no transaction is open while the server thinks, and a failure is tried again."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
import sqlalchemy as sa
from apiflask import APIFlask

from lift.core import clock, jobs, mail
from lift.core.db import db, transaction
from lift.core.enums import JobState
from lift.core.models import Job, MailMessage
from workers import core

assert jobs.HANDLERS[mail.SEND_MAIL.name] is core.send_mail

IN_TRANSACTION = sa.text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'"
)


class MailServer(socketserver.ThreadingTCPServer):
    """Takes every mail, and notes how many transactions were open while it did."""

    def __init__(self, database: sa.Engine) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.database = database
        self.received: list[EmailMessage] = []
        self.transactions: list[int] = []


class Conversation(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a client needs to hand over a mail."""

    server: MailServer

    def handle(self) -> None:
        self.say("220 ready")
        for line in self.rfile:
            command = line.strip().upper()
            if command == b"QUIT":
                return self.say("221 bye")
            if command == b"DATA":
                self.take()
            else:
                self.say("250 ok")
        return None

    def take(self) -> None:
        self.say("354 go on")
        lines = list(iter(self.rfile.readline, b".\r\n"))
        self.server.received.append(message_from_bytes(b"".join(lines), policy=policy.default))
        with self.server.database.connect() as connection:
            self.server.transactions.append(connection.scalar(IN_TRANSACTION) or 0)
        self.say("250 taken")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def server(committed: APIFlask) -> Iterator[MailServer]:
    """A mail server, and the app told to use it."""
    database = sa.create_engine(committed.config["LIFT"].database_url, poolclass=sa.NullPool)
    with MailServer(database) as server, committed.app_context():
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        use(committed, server.server_address[1])
        yield server
        server.shutdown()
        thread.join()
    database.dispose()


def use(app: APIFlask, port: int) -> None:
    app.config["LIFT"] = replace(app.config["LIFT"], smtp_url=f"smtp://127.0.0.1:{port}")


def queued_mail() -> int:
    """The number of its job."""
    with transaction():
        mail.queue_mail("ada@ditta.example", event="e", kind="k", subject="Your seat", body="It is yours.\n")
    job_id = db.session.scalars(sa.select(Job.id)).one()
    db.session.commit()
    return job_id


def test_no_transaction_is_open_while_the_mail_server_takes_the_mail(server: MailServer) -> None:
    job_id = queued_mail()
    assert jobs.run(job_id) == JobState.DONE
    row = db.session.scalars(sa.select(MailMessage)).one()
    (mail_,) = server.received
    assert (mail_["To"], mail_["Subject"], mail_["Message-ID"]) == (row.recipient, "Your seat", f"<{row.id}@lift>")
    assert (mail_.get_content().strip(), server.transactions) == ("It is yours.", [0])
    assert (row.sent_at is not None, jobs.run(job_id)) == (True, None)


def test_mail_that_was_sent_is_not_sent_again_by_another_copy_of_its_job(server: MailServer) -> None:
    job_id = queued_mail()
    jobs.run(job_id)
    with transaction() as session:
        session.execute(sa.update(Job).values(state=JobState.SENT))
    assert (jobs.run(job_id), len(server.received)) == (JobState.DONE, 1)


def test_mail_waits_while_the_server_is_away_and_leaves_when_it_is_back(
    committed: APIFlask, server: MailServer
) -> None:
    job_id, port = queued_mail(), server.server_address[1]
    use(committed, 9)  # discard: nobody listens there
    assert jobs.run(job_id) == JobState.NEW
    assert db.session.scalars(sa.select(MailMessage.sent_at)).all() == [None]
    assert db.session.get_one(Job, job_id).error == "ConnectionRefusedError: [Errno 111] Connection refused"
    use(committed, port)
    assert (jobs.run(job_id), len(server.received)) == (JobState.DONE, 1)


def test_mail_is_tried_for_over_an_hour_before_it_is_given_up(server: MailServer, committed: APIFlask) -> None:
    job_id = queued_mail()
    use(committed, 9)
    ends = [jobs.run(job_id) for _ in range(mail.SEND_MAIL.attempts)]
    assert ends == [JobState.NEW] * (mail.SEND_MAIL.attempts - 1) + [JobState.FAILED]
    waited = db.session.get_one(Job, job_id).due_at - clock.now()
    assert timedelta(minutes=33) < waited < timedelta(minutes=35)  # the last wait; those before are as long together
