"""Verbs of twins."""
