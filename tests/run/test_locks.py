"""Lock files are fresh: what the inputs ask for is pinned with hashes, in one version everywhere, and names no host."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from lift.running.checks import LOCKS
from lift.running.environment import WITHOUT_WHEEL

pytestmark = pytest.mark.unit
ROOT = Path(__file__).resolve().parents[2]
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)")


def asked(name: str) -> list[Requirement]:
    """What an input file asks for, included files too."""
    found = []
    for line in (ROOT / f"{name}.in").read_text().splitlines():
        text = line.split("#")[0].strip()
        if text.startswith("-r "):
            found += asked(text.removeprefix("-r ").removesuffix(".in").strip())
        elif text:
            found.append(Requirement(text))
    return found


def pinned(name: str) -> dict[str, str]:
    """Canonical name to version; a package pinned differently for several Pythons keeps its first."""
    lines = (ROOT / f"{name}.txt").read_text().splitlines()
    matches = [match for line in lines if (match := PINNED.match(line))]
    return {canonicalize_name(match[1]): match[2] for match in reversed(matches)}


@pytest.mark.parametrize("name", LOCKS)
def test_lock_pins_what_its_input_asks_for(name: str) -> None:
    locked = pinned(name)
    missing = [str(one) for one in asked(name) if canonicalize_name(one.name) not in locked]
    outside = [
        f"{one} is {locked[canonicalize_name(one.name)]}"
        for one in asked(name)
        if canonicalize_name(one.name) in locked
        and not one.specifier.contains(Version(locked[canonicalize_name(one.name)]), prereleases=True)
    ]
    assert (missing, outside) == ([], [])


@pytest.mark.parametrize("name", LOCKS)
def test_lock_has_hashes_and_names_no_host(name: str) -> None:
    text = (ROOT / f"{name}.txt").read_text()
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert re.findall(r"https?://|file:|--index|--find-links", text) == []


@pytest.mark.parametrize("name", [name for name, like in LOCKS.items() if like])
def test_lock_agrees_with_the_one_it_follows(name: str) -> None:
    like = LOCKS[name]
    assert like is not None
    mine, theirs = pinned(name), pinned(like)
    assert {package: version for package, version in mine.items() if theirs.get(package, version) != version} == {}


def test_package_without_wheel_is_still_locked() -> None:
    assert WITHOUT_WHEEL in pinned("requirements")


def test_npm_lock_answers_package_json_and_names_no_host() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    lock = json.loads((ROOT / "package-lock.json").read_text())
    top = lock["packages"][""]
    for kind in ("dependencies", "devDependencies"):
        assert top.get(kind, {}) == package.get(kind, {})
    assert [name for name, entry in lock["packages"].items() if name and "integrity" not in entry] == []
    assert [name for name, entry in lock["packages"].items() if "resolved" in entry] == []
    loose = [
        name
        for kind in ("dependencies", "devDependencies")
        for name, version in package[kind].items()
        if not version[0].isdigit()
    ]
    assert loose == []
