"""Start LIFT on this machine: `python3 run.py`. Needs Python 3.11 or newer and nothing else.

    python3 run.py                  set up what is missing, start everything, stop it all on Ctrl-C
    python3 run.py dev              the same, and reload whatever changes
    python3 run.py reset            throw the data of this checkout away
    python3 run.py setup            only set up         (setup-dev: with what the tests and checks need)
    python3 run.py test [pytest's arguments]            (test-fast: without the slow ones)
    python3 run.py check            everything that is checked without running LIFT
    python3 run.py browser          install Chromium for the browser tests
    python3 run.py bench | lock | messages | upgrade-database

Standard library only: it runs before anything is installed.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
OLDEST = (3, 11)


def newer_python() -> str | None:
    """A Python on PATH that is new enough, when the present one is not."""
    return next((found for minor in range(19, 10, -1) if (found := shutil.which(f"python3.{minor}"))), None)


def main(arguments: list[str]) -> int:
    if sys.version_info < OLDEST:
        other = newer_python()
        if other is None:
            print(f"LIFT needs Python 3.11 or newer; this is {sys.version.split()[0]}.", file=sys.stderr)
            return 1
        os.execv(other, [other, str(ROOT / "run.py"), *arguments])  # noqa: S606  # the same program, a newer Python
    sys.path.insert(0, str(ROOT))
    from lift.running.commands import run_command  # noqa: PLC0415  # uses syntax that an older Python cannot read

    return run_command(ROOT, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
