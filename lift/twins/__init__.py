"""Twins of assets, simulators, simulation runs, datasets.

Owns what answers in place of a machine. Verbs: start, report, cancel a run; drive a twin.
"""
