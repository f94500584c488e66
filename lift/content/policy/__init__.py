"""Rules of content: the publishing gate, passages that follow the text, what changed between two texts."""

from __future__ import annotations

from lift.content.policy.changes import Change, changed_steps, words_changed
from lift.content.policy.gate import Condition, GateFacts, conditions, publishing_problems
from lift.content.policy.merging import merged
from lift.content.policy.passages import Anchor, anchor_of, locate
from lift.content.policy.shares import equal_shares, fitting_skills
from lift.content.policy.variants import fingerprint, stale_languages

__all__ = [
    "Anchor",
    "Change",
    "Condition",
    "GateFacts",
    "anchor_of",
    "changed_steps",
    "conditions",
    "equal_shares",
    "fingerprint",
    "fitting_skills",
    "locate",
    "merged",
    "publishing_problems",
    "stale_languages",
    "words_changed",
]
