"""Labs, asset types, assets, opening, rules, resources with units, claims, bookings, blocks, qualifications.

Owns time on things: the only writer of claims. Verbs: ``book_assets``, ``hold_bundle``, ``confirm_hold``,
``move_booking``, ``extend_booking``, ``cancel_booking``, ``restore_booking``, ``book_for_session``,
``extend_for_session``, ``release_for_session``, ``block_resource``, ``remove_block``, ``end_expired_holds``,
``materialise_opening``.
"""
