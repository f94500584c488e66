"""What learners stumble over, step by step, for those who write the next version (A20)."""

from __future__ import annotations

from flask import render_template

from lift.content import queries as content
from lift.content.enums import VersionState
from lift.content.permissions import can_author
from lift.training.queries.improving import stumbled_over
from lift.training.views.blueprint import bp
from lift.training.views.preview import seen_version
from lift.web.current import current_actor
from lift.web.guard import signed_in
from lift.web.i18n import texts


@bp.get("/modules/<slug>/v<int:number>/improve")
@signed_in
def improve(slug: str, number: int) -> str:
    """Each step with its figures, the sentences that came, and its issues."""
    version = seen_version(slug, number)
    titles = {s.key: texts(s.title) for s in version.steps}
    issues = content.issues_of(version.module_id, open_only=False)
    numbers = {v.id: v.number for v in content.versions_of(version.module_id)}
    draft = next((v for v in content.versions_of(version.module_id) if v.state is VersionState.DRAFT), None)
    return render_template(
        "training/improve.html", version=version, rows=stumbled_over(version), titles=titles, issues=issues,
        numbers=numbers, draft=draft, writes=can_author(current_actor(), version.module.group_id),
    )  # fmt: skip
