"""The verbs of labs, by what they are about. Others import them from here."""

from __future__ import annotations

from lift.labs.services.blocks import block_places, block_resource, change_block, remove_block
from lift.labs.services.bookings import (
    CHANGEABLE,
    BookingRequest,
    book_assets,
    cancel_booking,
    confirm_hold,
    hold_bundle,
    move_booking,
    restore_booking,
)
from lift.labs.services.claims import claim_units, end_expired_holds, release_claims
from lift.labs.services.clockwork import finish_bookings, sweep_holds
from lift.labs.services.directory import (
    LabAnswers,
    add_asset,
    add_asset_type,
    add_lab,
    grant_qualification,
    name_owner,
    open_lab,
    slug_of,
)
from lift.labs.services.displaced import other_starts, take_other_time
from lift.labs.services.extension import extend_booking, extend_for_session
from lift.labs.services.failures import close_failure, machine_down, move_return, report_problem
from lift.labs.services.holder import HOLDER
from lift.labs.services.opening import materialise_opening, set_exception, set_opening
from lift.labs.services.resources import ensure_resource
from lift.labs.services.rules import set_asset_rules, set_lab_rules
from lift.labs.services.sessions import SessionBundle, book_for_session, release_for_session
from lift.labs.services.visits import note_visit

__all__ = [
    "CHANGEABLE",
    "HOLDER",
    "BookingRequest",
    "LabAnswers",
    "SessionBundle",
    "add_asset",
    "add_asset_type",
    "add_lab",
    "block_places",
    "block_resource",
    "book_assets",
    "book_for_session",
    "cancel_booking",
    "change_block",
    "claim_units",
    "close_failure",
    "confirm_hold",
    "end_expired_holds",
    "ensure_resource",
    "extend_booking",
    "extend_for_session",
    "finish_bookings",
    "grant_qualification",
    "hold_bundle",
    "machine_down",
    "materialise_opening",
    "move_booking",
    "move_return",
    "name_owner",
    "note_visit",
    "open_lab",
    "other_starts",
    "release_claims",
    "release_for_session",
    "remove_block",
    "report_problem",
    "restore_booking",
    "set_asset_rules",
    "set_exception",
    "set_lab_rules",
    "set_opening",
    "slug_of",
    "sweep_holds",
    "take_other_time",
]
