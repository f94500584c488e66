"""Heavy libraries that few requests need: loaded at their first use, so a worker that never needs one stays small.

A plain ``import`` stands under ``TYPE_CHECKING`` beside it for the type checker.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Later:
    """Stands for a module. Several threads may use it first at the same time: the import system lets one load it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)
