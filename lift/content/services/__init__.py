"""The verbs of content: bring a folder in as a draft, review, publish, retire."""

from __future__ import annotations

from lift.content.services.drafts import import_folder
from lift.content.services.publishing import decide_review, publish, retire, send_to_review

__all__ = ["decide_review", "import_folder", "publish", "retire", "send_to_review"]
