"""The Celery app. One task runs any outbox job by its id; beat ticks what is due by the clock.

``celery -A workers.app worker -Q default,live,twins,reports`` and ``celery -A workers.app beat``.
"""

from __future__ import annotations

from celery import Celery
from celery.schedules import schedule

from lift.app import create_app
from lift.core import broker, jobs
from lift.core.db import db
from workers import TICKS

flask_app = create_app()
celery: Celery = broker.make_celery(flask_app.config["LIFT"].redis_url)
app = celery


@celery.task(name=broker.TASK)
def run_job(job_id: int) -> None:
    """Run one outbox job, under the id of the request that caused it."""
    with flask_app.app_context():
        try:
            jobs.run(job_id)
        finally:
            db.session.remove()


@celery.task(name="lift.tick", ignore_result=True)
def tick(name: str) -> None:
    """Run one clockwork function by its name; it works by state, so a missed or doubled tick does no harm."""
    with flask_app.app_context():
        try:
            TICKS[name].run()
        finally:
            db.session.remove()


celery.conf.beat_schedule = {
    name: {
        "task": "lift.tick",
        "schedule": schedule(t.every),
        "args": [name],
        "options": {"expires": t.every.total_seconds(), "queue": t.queue},
    }
    for name, t in TICKS.items()
}
