"""Celery workers: one thin file per feature, each of them registering job handlers and ticks.

``TICKS`` is the clockwork: what beat starts, how often. A tick finds what is due by state and takes ``now`` explicitly.
"""

from __future__ import annotations

from workers import clusters, content, core, demo, labs, live, network, people, training, twins
from workers.ticks import TICKS

__all__ = ["TICKS", "clusters", "content", "core", "demo", "labs", "live", "network", "people", "training", "twins"]
