"""Labs, asset types, assets, opening, rules, resources with units, claims, bookings, blocks, qualifications.

Owns time on things: the only writer of claims. Verbs: book, move, cancel, block, hold for a bundle, release.
"""
