"""A machine without a browser is told so, in one line."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from config import ROOT

pytestmark = [pytest.mark.integration, pytest.mark.slow]
BROWSER_TESTS = "tests/e2e/test_visitor.py"


def run_without_browser(**more: str) -> tuple[int, str]:
    """Exit code and output of the browser tests where no Chromium is on PATH."""
    kept = {name: value for name, value in os.environ.items() if name not in {"CI", "LIFT_CHROMIUM"}}
    kept = {name: value for name, value in kept.items() if not name.startswith(("PYTEST_", "LIFT_TEST_ROOT"))}
    command = [sys.executable, "-m", "pytest", "-q", BROWSER_TESTS]
    done = subprocess.run(
        command, cwd=ROOT, env=kept | {"PATH": "/nowhere"} | more, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_missing_browser_is_reported_as_not_run_with_the_line_that_installs_it() -> None:
    code, said = run_without_browser()
    assert code == pytest.ExitCode.NO_TESTS_COLLECTED
    assert "not run, there is no Chromium here; to install it: make browser" in said


def test_missing_browser_with_ci_set_is_a_failure() -> None:
    code, said = run_without_browser(CI="1")
    assert code == pytest.ExitCode.USAGE_ERROR
    assert "make browser" in said
