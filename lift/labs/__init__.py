"""Labs, asset types, assets, opening, rules, resources with units, claims, bookings, blocks, qualifications.

Owns time on things: the only writer of claims. Verbs: ``book_assets``, ``hold_bundle``, ``confirm_hold``,
``move_booking``, ``extend_booking``, ``cancel_booking``, ``restore_booking``, ``book_for_session``,
``extend_for_session``, ``release_for_session``, ``block_places``, ``change_block``, ``remove_block``,
``take_other_time``, ``report_problem``, ``machine_down``, ``move_return``, ``close_failure``, ``note_visit``,
``end_expired_holds``, ``materialise_opening``.
"""
