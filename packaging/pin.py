"""Pins what bundles are built from, with hashes, after dependencies changed: `uv run python packaging/pin.py`.

Writes requirements.txt (from pyproject.toml) and build-requirements.txt (from build-requirements.in), for every system
and every Python the program runs on. No address of an index goes into them.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Final

from bundling.clean_room import BUILD_REQUIREMENTS, REQUIREMENTS
from bundling.project import PACKAGING, ROOT, run

OLDEST_PYTHON: Final = "3.11"
HEAD: Final = "# {what}, pinned with hashes. Made by: uv run python packaging/pin.py\n"


def main() -> int:
    """Write both files; a pin that is there already stays unless `--upgrade` is given."""
    _pin(ROOT / "pyproject.toml", REQUIREMENTS, "What release bundles are built from")
    _pin(PACKAGING / "build-requirements.in", BUILD_REQUIREMENTS, "What builds release bundles")
    return 0


def _pin(source: Path, target: Path, what: str) -> None:
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        sys.exit("uv is missing: run this with uv run")
    quiet = ("--quiet", "--no-header", "--no-emit-index-url", "--no-emit-find-links")
    scope = ("--universal", "--python-version", OLDEST_PYTHON, "--generate-hashes")
    run(uv, "pip", "compile", *quiet, *scope, *sys.argv[1:], source.relative_to(ROOT), "-o", target, cwd=ROOT)
    target.write_text(HEAD.format(what=what) + target.read_text("utf-8"), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
