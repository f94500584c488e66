"""Reads of twins."""
