"""Clusters' hubs: a profile with its sources, what people wrote, referrals.

Owns what a hub page shows. Verbs: load a profile, write a text.
"""
