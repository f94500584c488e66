"""Pilot sessions, seat pools, enrolments, waiting lists, attempts, the module player's progress, certificates.

Owns seats and learning. Verbs: open a session, enrol, wait, withdraw, promote, start a step, answer, finish, certify.
"""
