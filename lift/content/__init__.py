"""Modules, their immutable published versions, steps, exercises, reviews, publishing.

Owns what is taught. Verbs: import a module folder as a draft, review, publish, retire.
"""
