"""The verbs of content: make a draft, write it, review it, publish it, retire it, call a step back."""

from __future__ import annotations

from lift.content.services.drafts import import_folder
from lift.content.services.editing import (
    Head,
    Saved,
    StepText,
    add_picture,
    add_step,
    confirm_translation,
    move_step,
    put_back_step,
    remove_step,
    save_head,
    save_step,
)
from lift.content.services.improving import close_issue, raise_issue
from lift.content.services.making import make_module, open_draft
from lift.content.services.publishing import publish, recall_step, retire
from lift.content.services.remarks import answer_comment, comment_passage, settle_comment
from lift.content.services.reviewing import (
    CHECK_LINKS,
    TELL_REVIEW,
    USUAL_MINUTES,
    accept_review,
    decide_review,
    decline_review,
    remind,
    replace_reviewer,
    send_to_review,
    tell_review,
    tick_checklist,
)
from lift.content.services.trials import check_links, note_trial, vouch_for_link

__all__ = [
    "CHECK_LINKS",
    "TELL_REVIEW",
    "USUAL_MINUTES",
    "Head",
    "Saved",
    "StepText",
    "accept_review",
    "add_picture",
    "add_step",
    "answer_comment",
    "check_links",
    "close_issue",
    "comment_passage",
    "confirm_translation",
    "decide_review",
    "decline_review",
    "import_folder",
    "make_module",
    "move_step",
    "note_trial",
    "open_draft",
    "publish",
    "put_back_step",
    "raise_issue",
    "recall_step",
    "remind",
    "remove_step",
    "replace_reviewer",
    "retire",
    "save_head",
    "save_step",
    "send_to_review",
    "settle_comment",
    "tell_review",
    "tick_checklist",
    "vouch_for_link",
]
