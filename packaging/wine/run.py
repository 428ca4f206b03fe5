"""Builds the Windows program under Wine, installs it, uses it as a person does and removes it again, on Linux.

`python packaging/wine/run.py` does all of it, from nothing; a later run uses what is there. Everything lies in one
folder outside the checkout, nothing in the person's home, and no process stays. What it shows is Wine's Windows, not
Microsoft's: what it was built for is told in packaging/README.md.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bundling.project import NAME, ROOT
from wine import bundle, prefix, tools, windows_python
from wine.machine import Wine

FOLDER_VARIABLE = "UPLOADER_WINE_FOLDER"
_SECONDS_A_TEST = 600
"""A decoder that hangs is waited for, and a busy machine takes its time."""


def main() -> int:
    """Do all of it, saying how long each part took; the first failure ends it."""
    given = _arguments()
    if lacking := tools.missing(tests=given.tests):
        sys.exit("\n  ".join(["what is missing here, and brings it:", *lacking]))
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs would not hear it
    wine = Wine(_prepared(given.folder))
    with (wine.folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"another run is at work in {wine.folder}; this one waits for its end", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        return _make_and_test(wine, given)


def _leave(*_: object) -> None:
    """End Wine on the way out. Who ends all of a group, and uv, say it twice."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(143)


def _make_and_test(wine: Wine, given: argparse.Namespace) -> int:
    began = time.monotonic()
    prefix.make(wine)
    python = given.python or windows_python.make(wine, given.library)
    _tell("a Windows with Python", began)
    began = time.monotonic()
    with wine:
        setup = bundle.make(wine, python)
    _tell(f"{setup.name}, {setup.stat().st_size / 1e6:.1f} MB", began)
    return _test(wine, given.pytest) if given.tests else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=_default_folder(), help=f"where it works ({FOLDER_VARIABLE})")
    parser.add_argument("--python", type=Path, help="the folder of a Python for Windows, instead of one made here")
    parser.add_argument(
        "--library",
        type=Path,
        default=windows_python.OWN_LIBRARY,
        help="the standard library (…/lib/python3.14) of another Python than this one, to make that one for Windows",
    )
    parser.add_argument("--no-tests", dest="tests", action="store_false", help="only build")
    parser.add_argument("pytest", nargs="*", help="options for pytest, after --")
    return parser.parse_args()


def _default_folder() -> Path:
    """2.5 GB outlast a restart, but are no part of the person's home."""
    lasting = "/var/tmp"  # noqa: S108 - see `_prepared`
    base = lasting if os.access(lasting, os.W_OK) else tempfile.gettempdir()
    return Path(os.environ.get(FOLDER_VARIABLE) or f"{base}/{NAME}-wine-{os.getuid()}")


def _prepared(folder: Path) -> Path:
    """Make the folder for its owner alone; one that somebody else laid there is not used."""
    folder = folder.absolute()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        sys.exit(f"{folder} belongs to somebody else: choose another one with --folder")
    return folder


def _test(wine: Wine, options: list[str]) -> int:
    began = time.monotonic()
    here = ("--wine", str(wine.folder), "--basetemp", str(wine.folder / "tests"))
    bounds = ("--timeout", str(_SECONDS_A_TEST), "--maxfail", "5")
    ours = ("-m", "pytest", "packaging/smoke", *here, *bounds, *options)
    tests = subprocess.Popen([sys.executable, *ours], cwd=ROOT)
    try:
        tests.wait()
    finally:
        if tests.poll() is None:  # this one is ended: they take down their screen and what runs on it
            tests.send_signal(signal.SIGINT)
            tests.wait()
        wine.stop()
    _tell("the smoke tests", began)
    return tests.returncode


def _tell(what: str, began: float) -> None:
    print(f"{what}: {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
