"""The virtual environment: made once, filled from the lock files with hashes by plain pip, or uv where it is there."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from lift.running.steps import SetupError, fingerprint, is_stamped, run_quietly, step, write_stamp

WHEELS = ["--no-deps", "--require-hashes", "--only-binary", ":all:"]
WITHOUT_WHEEL = "flask-principal"  # pure Python; built by the locked setuptools, which is there before
INSTALL = ["install", *WHEELS, "--no-binary", WITHOUT_WHEEL, "--no-build-isolation", "-r"]
BUILD_LOCK = "requirements-build.txt"


def venv_python(root: Path) -> Path:
    return root / ".venv" / "bin" / "python"


def ensure_packages(root: Path, lock: str) -> None:
    """`.venv` holds exactly-pinned packages of the lock file. Does nothing when the lock file has not changed."""
    stamp = root / ".venv" / f".{lock}.installed"
    mark = fingerprint(root, [], (root / lock).read_text(), platform_mark())
    if venv_python(root).exists() and is_stamped(stamp, mark):
        return
    if not venv_python(root).exists():
        with step("making .venv"):
            make_venv(root)
    built = fingerprint(root, [root / BUILD_LOCK])
    with step(f"installing the Python packages of {lock}"):
        if not is_stamped(root / ".venv" / f".{BUILD_LOCK}.installed", built):
            install_lock(root, BUILD_LOCK)
            write_stamp(root / ".venv" / f".{BUILD_LOCK}.installed", built)
        install_lock(root, lock)
    write_stamp(stamp, mark)


def platform_mark() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor} {sys.platform} {os.uname().machine}"


def make_venv(root: Path) -> None:
    """A venv with pip; without, where Python came without it (Debian's `python3`): another pip or uv fills it."""
    folder = root / ".venv"
    if folder.exists():
        shutil.rmtree(folder)
    without = [] if importlib.util.find_spec("ensurepip") else ["--without-pip"]
    run_quietly([sys.executable, "-m", "venv", *without, str(folder)], root, "making .venv")


def installers(root: Path) -> list[list[str]]:
    """Commands that can install into `.venv`, the best first: uv, the venv's pip, this Python's pip."""
    python, found = str(venv_python(root)), []
    uv = shutil.which("uv")
    if uv and works([uv, "--version"], root):
        found.append([uv, "pip", *INSTALL[:1], "--quiet", "--python", python, *INSTALL[1:]])
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input", "--no-warn-script-location"]
    if works([python, "-m", "pip", "--version"], root):
        found.append([python, "-m", "pip", *INSTALL[:1], *quiet, *INSTALL[1:]])
    elif works([sys.executable, "-m", "pip", "--version"], root):
        found.append([sys.executable, "-m", "pip", "--python", python, *INSTALL[:1], *quiet, *INSTALL[1:]])
    return found


def works(command: list[str], root: Path) -> bool:
    done = subprocess.run(command, cwd=root, capture_output=True, stdin=subprocess.DEVNULL, check=False)  # noqa: S603
    return done.returncode == 0


def install_lock(root: Path, lock: str) -> None:
    """Tries each installer in turn; the last one's words are shown. Raises SetupError."""
    commands = installers(root)
    if not commands:
        raise SetupError("This Python has no pip; on Debian and Ubuntu run: sudo apt-get install -y python3-venv")
    for command in commands[:-1]:
        if works([*command, lock], root):
            return
    run_quietly([*commands[-1], lock], root, f"installing {lock}")


def ensure_translations(root: Path) -> None:
    """The `.mo` files that pages read, compiled from the `.po` files when these have changed."""
    sources = sorted((root / "translations").rglob("*.po"))
    stamp, mark = root / ".venv" / ".translations", fingerprint(root, sources, str(len(sources)))
    compiled = all(source.with_suffix(".mo").exists() for source in sources)
    if not sources or (compiled and is_stamped(stamp, mark)):
        return
    command = [str(venv_python(root)), "-m", "babel.messages.frontend", "compile", "-d", "translations"]
    with step("compiling the translations"):
        run_quietly(command, root, "compiling the translations")
    write_stamp(stamp, mark)
