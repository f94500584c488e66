"""The search page over 10 000 published modules, against the bare page with 50 ORM rows."""

from __future__ import annotations

import sys

import sqlalchemy as sa

from lift.core.db import db
from tests.bench.bench_pages import compare
from tests.bench.stage import Stage, report, stage

MODULES = 10_000
MAKE_MODULES = """
    INSERT INTO module (id, slug, group_id)
    SELECT gen_random_uuid(), 'bench-' || n, (SELECT id FROM working_group LIMIT 1) FROM generate_series(1, :n) AS n
"""
MAKE_VERSIONS = """
    INSERT INTO module_version (id, module_id, number, state, title, summary, gain, languages, minutes, licence, skills,
      requirements, completed, credits, entry_questions, author_ids, revision, what_changed, published_at)
    SELECT gen_random_uuid(), m.id, 1, 'published',
      jsonb_build_object('en', 'Lesson ' || m.slug || ' ' || md5(m.slug), 'it', 'Lezione ' || m.slug),
      jsonb_build_object('en', 'What a firm learns of ' || md5(reverse(m.slug))), '{}', ARRAY['en'], 60, 'CC-BY-4.0', '[]', '{}',
      '{}', '{}', '[]', '{}', 1, '', now()
    FROM module m WHERE m.slug LIKE 'bench-%'
"""
POINT = """
    UPDATE module m SET published_version_id = v.id FROM module_version v
    WHERE v.module_id = m.id AND m.slug LIKE 'bench-%'
"""


def main() -> int:
    with stage() as on:
        fill(on)
        return report(compare(on, "search", "/search?q=counters", {}))


def fill(on: Stage) -> None:
    """Modules beside those of the demo, which the search must find among them."""
    with on.app.app_context():
        db.session.execute(sa.text(MAKE_MODULES), {"n": MODULES})
        db.session.execute(sa.text(MAKE_VERSIONS))
        db.session.execute(sa.text(POINT))
        db.session.commit()
        db.session.execute(sa.text("ANALYZE"))
        db.session.commit()


if __name__ == "__main__":
    sys.exit(main())
