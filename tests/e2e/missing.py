"""A machine without a browser: its browser tests are told apart at the end as *not run*; with `CI` set that is a failure."""

from __future__ import annotations

import os
from typing import Any

import pytest

from lift.running.checks import find_browser

COUNT = "browser_tests_not_run"
_not_run: list[int] = []


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take the browser tests out when there is no browser; with ``CI`` set, refuse to go on."""
    wanting = [item for item in items if item.get_closest_marker("e2e")]
    if not wanting or find_browser():
        return
    if os.environ.get("CI"):
        raise pytest.UsageError(words(len(wanting)))
    config.hook.pytest_deselected(items=wanting)
    items[:] = [item for item in items if item not in wanting]
    output = getattr(config, "workeroutput", None)
    if output is None:
        _not_run.append(len(wanting))
    else:
        output[COUNT] = len(wanting)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """What a worker of xdist found out."""
    _not_run.extend([node.workeroutput[COUNT]] if COUNT in getattr(node, "workeroutput", {}) else [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The one line."""
    if _not_run:
        terminalreporter.write_line(words(max(_not_run)), yellow=True)


def words(count: int) -> str:
    return f"browser tests: {count} not run, there is no Chromium here; to install it: make browser"
