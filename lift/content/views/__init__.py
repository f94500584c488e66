"""Pages of modules: the public catalogue; for a group's people the editor, the review and the publishing gate."""

from __future__ import annotations

from lift.content.views import catalogue, editor, files, issues, publish, remarks, review
from lift.content.views.blueprint import bp

__all__ = ["bp", "catalogue", "editor", "files", "issues", "publish", "remarks", "review"]
