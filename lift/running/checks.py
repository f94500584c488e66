"""Tests, checks and the other tools of a developer: what `make test`, `make check`, `make lock` and so on do."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

from lift.running.environment import venv_python
from lift.running.front import ensure_modules, find_node
from lift.running.steps import SetupError, run_quietly, run_visibly, say

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
BROWSER_LINE = "sudo apt-get install -y chromium"
LOCKS = {  # lock file: the lock file whose versions it keeps to
    "requirements": None,
    "requirements-dev": "requirements",
    "requirements-edge": "requirements",
    "requirements-node": None,
    "requirements-build": None,
}
CHECKING_TESTS = (
    "test_architecture*.py",
    "test_migrations*.py",
    "test_docs*.py",
    "test_locks*.py",
    "test_settings*.py",
)
CATALOGUE = [
    "-F",
    "babel.cfg",
    "-k",
    "N_",
    "-k",
    "_l",
    "--sort-by-file",
    "--add-location=file",
    "--project=LIFT",
    "--copyright-holder=the authors of LIFT",
]
IMPORT_LINTER = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def python(root: Path, *arguments: str) -> list[str]:
    return [str(venv_python(root)), *arguments]


def find_browser() -> str | None:
    """LIFT_CHROMIUM, else a Chromium of PATH."""
    given = os.environ.get("LIFT_CHROMIUM")
    if given:
        return given if os.access(given, os.X_OK) else None
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def browser(root: Path, _arguments: list[str]) -> int:
    """Installs Chromium where that is possible; says the one line where it is not."""
    if found := find_browser():
        say(f"the browser tests use {found}")
        return 0
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        say(f"no Chromium for the browser tests; run: {BROWSER_LINE}")
        return 1
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        run_quietly(["apt-get", "update", "-q"], root, "apt-get update", quiet)
        install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"]
        run_quietly(install, root, "installing chromium", quiet)
    except SetupError as error:
        say(f"{error}\nlift: no Chromium for the browser tests; run: {BROWSER_LINE}")
        return 1
    return 0


def pytest(root: Path, arguments: list[str]) -> int:
    return run_visibly(python(root, "-m", "pytest", *arguments), root)


def test(root: Path, arguments: list[str]) -> int:
    """Everything, on all cores; with arguments of one's own exactly those."""
    browser(root, [])
    return pytest(root, arguments or ["-q", "-n", workers(), "--dist", "loadgroup"])


def test_fast(root: Path, arguments: list[str]) -> int:
    return pytest(root, ["-q", "-n", workers(), "-m", "not slow and not e2e", *arguments])


def workers() -> str:
    return str(min(os.cpu_count() or 1, 4))


def bench(root: Path, arguments: list[str]) -> int:
    """Runs every benchmark, or those named; each prints JSON lines. Fails when one is under its goal."""
    known = sorted(path.stem.removeprefix("bench_") for path in (root / "tests" / "bench").glob("bench_*.py"))
    if unknown := sorted(set(arguments) - set(known)):
        raise SetupError(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(known)}")
    codes = [run_visibly(python(root, "-m", f"tests.bench.bench_{name}"), root) for name in arguments or known]
    return 1 if any(codes) else 0


def checking_tests(root: Path) -> list[str]:
    """The tests that hold documents, migrations, imports and lock files to the code."""
    return sorted(str(path.relative_to(root)) for name in CHECKING_TESTS for path in (root / "tests").rglob(name))


def check(root: Path, _arguments: list[str]) -> int:
    """Runs every check, also after one failed; prints one line for each at the end."""
    node = find_node(root)
    ensure_modules(root, node)
    todo = {
        "ruff": python(root, "-m", "ruff", "check", "."),
        "mypy": python(root, "-m", "mypy"),
        "imports": python(root, "-c", IMPORT_LINTER),
        "types of the front end": [*node.npm, "run", "--silent", "types"],
        "documents, migrations, lock files": python(root, "-m", "pytest", "-q", *checking_tests(root)),
    }
    results: list[tuple[str, int, float]] = []
    for name, command in todo.items():
        say(f"check: {name}")
        began = time.monotonic()
        code = subprocess.run(command, cwd=root, env=node.environ(), check=False).returncode  # noqa: S603
        results.append((name, code, time.monotonic() - began))
    for name, code, seconds in results:
        say(f"{'ok    ' if code == 0 else 'FAILED'} {name} ({seconds:.0f} s)")
    return 1 if any(code for _, code, _ in results) else 0


def lock(root: Path, arguments: list[str]) -> int:
    """Writes the lock files anew; versions stay unless the inputs ask for others (`--upgrade` renews them all)."""
    for name, like in LOCKS.items():
        constraint = ["-c", f"{like}.txt"] if like else []
        rules = ["--universal", "--generate-hashes", "--no-annotate", "--no-header", "--python-version", "3.11"]
        files = [f"{name}.in", "-o", f"{name}.txt"]
        run_quietly(
            python(root, "-m", "uv", "pip", "compile", "-q", *rules, *constraint, *arguments, *files), root, name
        )
        say(f"{name}.txt is fresh")
    return 0


def messages(root: Path, _arguments: list[str]) -> int:
    """Extracts the texts, brings every catalogue up to date and compiles it."""
    babel = python(root, "-m", "babel.messages.frontend")
    template = "translations/messages.pot"
    (root / "translations").mkdir(exist_ok=True)
    run_quietly([*babel, "extract", *CATALOGUE, "-o", template, "."], root, "extracting the texts")
    if any((root / "translations").rglob("*.po")):
        update = ["update", "-i", template, "-d", "translations", "--no-fuzzy-matching", "--ignore-obsolete"]
        run_quietly([*babel, *update], root, "updating the catalogues")
        run_quietly([*babel, "compile", "-d", "translations", "--statistics"], root, "compiling the catalogues")
    return 0
