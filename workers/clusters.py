"""Clusters' long work: loading a published set of EU-project data."""

from __future__ import annotations

from lift.clusters.services import eu_files
from lift.core import jobs


@jobs.handler(eu_files.LOAD_FILE)
def load_eu_file(file_id: int) -> None:
    """One set, from where it stopped."""
    eu_files.load_file(file_id)
