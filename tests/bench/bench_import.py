"""EU-project data at full size: the import against COPY of the same rows, profiles and partner graph against a plain count.

The floor copies the rows that the import kept, out of memory, into tables with the same columns and indexes; the count
counts all imported rows. Profiles are of a body with one row, one in the middle and the largest (2 000 rows, as large
as the largest of the real set); the slowest counts.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import sqlalchemy as sa

from lift.clusters.queries import eu
from lift.clusters.services import eu_files
from lift.core import clock
from lift.core.actor import SYSTEM
from lift.core.db import db
from tests import engines
from tests.bench.stage import Figure, report
from tests.factories.cordis import made_set

PROJECTS, ORGANISATIONS, TOPICS = 35_389, 179_028, 111_829
TABLES = ("eu_project", "eu_participation", "eu_topic")
IMPORT_GOAL, PROFILE_GOAL, GRAPH_GOAL, ROUNDS = 4.0, 10.0, 30.0, 5

COUNT = sa.text("SELECT " + ", ".join(f"(SELECT count(*) FROM {table})" for table in TABLES))  # constants
BODIES = sa.text("""
    SELECT pic FROM (
        SELECT pic, row_number() OVER (ORDER BY count(*), pic) AS place, count(*) OVER () AS bodies
        FROM eu_participation WHERE pic > 0 GROUP BY pic) x
    WHERE place IN (1, bodies / 2, bodies)
""")
"""A body with the fewest rows, one in the middle, the one with the most."""


def main() -> int:
    home = engines.begin_run()
    try:
        servers = engines.start(home)
        with ExitStack() as stack:
            url = stack.enter_context(engines.cloned(servers, "bench_import"))
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=home)))
            app = stack.enter_context(engines.running_app(engines.settings_for(servers, url, folder)))
            stack.enter_context(app.app_context())
            return report(figures())
    finally:
        engines.end_run(home)


def figures() -> list[Figure]:
    """Load once, then measure the rest on what was loaded."""
    content = made_set(PROJECTS, ORGANISATIONS, TOPICS, pitfalls=False, focus_every=89).content
    ours = timed(lambda: load(content))
    theirs = statistics.median(copy_again() for _ in range(3))
    pic = db.session.scalar(
        sa.text("SELECT pic FROM eu_participation WHERE pic > 0 GROUP BY pic ORDER BY count(*) DESC")
    )
    today = clock.now().date()
    count = best(lambda: db.session.execute(COUNT, {"pic": pic}).one())
    profile, graph = best(lambda: eu.profile(pic, today)), best(lambda: eu.partner_graph(pic, today, most=10_000))
    return [
        Figure("import_seconds", ours, theirs, ours / theirs, IMPORT_GOAL, at_most=True),
        Figure("profile_seconds", profile, count, profile / count, PROFILE_GOAL, at_most=True),
        Figure("partner_graph_seconds", graph, count, graph / count, GRAPH_GOAL, at_most=True),
    ]


def load(content: bytes) -> None:
    """The whole way of an upload, without the browser."""
    file_id = eu_files.take_file(content, "full.zip", actor=SYSTEM, queue=False).id
    eu_files.load_file(file_id)
    counts = {table: db.session.scalar(sa.text(f"SELECT count(*) FROM {table}")) for table in TABLES}
    if list(counts.values()) != [PROJECTS, ORGANISATIONS, TOPICS]:
        raise RuntimeError(f"not all rows came: {counts}")


def copy_again() -> float:
    """Seconds of COPY for the same rows, from memory, into empty tables with the same indexes."""
    driver = db.session.connection().connection.driver_connection
    if driver is None:
        raise RuntimeError("no connection")
    cursor, seconds = driver.cursor(), 0.0
    for table in TABLES:
        cursor.execute(f"DROP TABLE IF EXISTS floor_{table}")
        cursor.execute(f"CREATE TABLE floor_{table} (LIKE {table} INCLUDING ALL)")
        with cursor.copy(f"COPY {table} TO STDOUT") as out:
            content = b"".join(bytes(part) for part in out)
        began = time.perf_counter()
        with cursor.copy(f"COPY floor_{table} FROM STDIN") as into:
            into.write(content)
        driver.commit()
        seconds += time.perf_counter() - began
    return seconds


def timed(work: Callable[[], object]) -> float:
    """Seconds of one run."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def best(work: Callable[[], object]) -> float:
    """The median of several runs on warm pages."""
    work()
    return statistics.median(timed(work) for _ in range(ROUNDS))


if __name__ == "__main__":
    sys.exit(main())
