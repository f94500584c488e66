"""Celery as LIFT uses it: four queues, ignored results (state lives in our tables), late acknowledgement."""

from __future__ import annotations

from celery import Celery
from kombu import Queue
from kombu.exceptions import OperationalError

from lift.core.jobs import Sender
from lift.core.redis import celery_url

QUEUES = ("default", "live", "twins", "reports")
TASK = "lift.run_job"


def make_celery(redis_url: str) -> Celery:
    """The Celery app for this broker."""
    app = Celery("lift", broker=celery_url(redis_url), set_as_current=False)
    app.conf.update(
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_transport_options={
            "visibility_timeout": 900,
            "unacked_restore_interval": 15,
            "unacked_restore_throttle": 1,
            "socket_timeout": 5,
            "socket_connect_timeout": 1,
        },
        task_default_queue="default",
        task_queues=[Queue(name) for name in QUEUES],
        timezone="UTC",
    )
    return app


def celery_sender(app: Celery) -> Sender:
    """A sender for ``jobs.use_sender``: one quick try, ConnectionError when the broker is away.

    Only what sends gives up at once; a worker's own Celery app goes on trying to connect.
    """
    app.conf.broker_transport_options |= {"max_retries": 0}  # kombu's own is to try for 6 s, in the reader's time

    def send(name: str, job_id: int, queue: str) -> None:
        try:
            app.send_task(TASK, args=[job_id], queue=queue, retry=False, shadow=name)
        except OperationalError as error:
            raise ConnectionError(str(error)) from error

    return send
