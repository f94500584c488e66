"""What the house promises of itself: guards on every route, one head, queues consumed, rooms in their places."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from apiflask import APIFlask

from config import ROOT
from lift.core import jobs
from lift.core.broker import QUEUES
from lift.core.schema import expected_head
from lift.features import EVENTS
from workers import TICKS

SOURCES = sorted(
    [*(ROOT / "lift").rglob("*.py"), *(ROOT / "workers").rglob("*.py"), ROOT / "config.py", ROOT / "run.py"]
)
LONGEST_FILE = 400
LONGEST_VIEW = 15

PUBLIC_WITHOUT_GUARD = {
    "static": "Flask's own files",
    "openapi.spec": "the API's document is public",
}


def test_every_route_has_a_guard_or_stands_in_the_list_of_public_ones(app: APIFlask) -> None:
    unguarded = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if not hasattr(app.view_functions[rule.endpoint], "guard") and rule.endpoint not in PUBLIC_WITHOUT_GUARD
    }
    assert unguarded == set()


def test_list_of_unguarded_routes_has_no_stale_entry(app: APIFlask) -> None:
    assert set(PUBLIC_WITHOUT_GUARD) <= {rule.endpoint for rule in app.url_map.iter_rules()}


def test_every_kind_of_job_has_a_handler_and_a_queue_that_is_consumed() -> None:
    kinds = {name: kind for name, kind in jobs.KINDS.items() if not name.startswith("test.")}
    assert set(kinds) - set(jobs.HANDLERS) == set()
    assert {kind.queue for kind in kinds.values()} | {tick.queue for tick in TICKS.values()} <= set(QUEUES)


def test_every_event_leads_to_known_kinds_of_job() -> None:
    assert {kind for kinds in EVENTS.values() for kind in kinds} <= set(jobs.KINDS)


def test_migrations_have_one_head_and_it_is_the_one_in_the_head_file() -> None:
    files = sorted(path.stem for path in (ROOT / "migrations" / "versions").glob("*.py"))
    texts = "\n".join((ROOT / "migrations" / "versions" / f"{name}.py").read_text() for name in files)
    heads = [name for name in files if f"down_revision = '{name}'" not in texts]
    assert heads == [expected_head()]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_file_is_short_and_imports_at_its_top(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= LONGEST_FILE
    late = [
        node.lineno
        for function in ast.walk(ast.parse(text))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom) and "noqa: PLC0415" not in text.splitlines()[node.lineno - 1]
    ]
    assert late == []


def view_rooms() -> list[Path]:
    rooms = [
        p for p in (ROOT / "lift").rglob("*.py") if p.stem in ("views", "api") or p.parent.name in ("views", "api")
    ]
    return sorted(p for p in rooms if "web" not in p.parts)


@pytest.mark.parametrize("path", view_rooms(), ids=lambda p: str(p.relative_to(ROOT)))
def test_views_have_at_most_fifteen_lines(path: Path) -> None:
    tree = ast.parse(path.read_text())
    long = {
        node.name: length
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and node.decorator_list
        and (length := statement_lines(node)) > LONGEST_VIEW
    }
    assert long == {}


def statement_lines(function: ast.FunctionDef) -> int:
    """Lines of the body without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_imports_go_one_way() -> None:
    result = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout
