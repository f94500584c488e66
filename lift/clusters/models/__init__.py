"""Tables of clusters, one module per matter. Other floors import them from here."""

from __future__ import annotations

from lift.clusters.models.eu import (
    EuBody,
    EuFile,
    EuIdentity,
    EuParticipation,
    EuProject,
    EuRejected,
    EuTopic,
    HubSnapshot,
)
from lift.clusters.models.hubs import Hub, HubText

__all__ = [
    "EuBody",
    "EuFile",
    "EuIdentity",
    "EuParticipation",
    "EuProject",
    "EuRejected",
    "EuTopic",
    "Hub",
    "HubSnapshot",
    "HubText",
]
