"""Gateways, telemetry, grants, commands, stops, benches, recordings and cuts.

Owns the way to a machine and back (DESIGN section 5). Verbs: take in a batch, answer a heartbeat, open a bench,
take and give the controls, command, stop, mark, cut, seal.
"""
