"""Starts the program a second time on the sandbox ("Try it with sample files"): nothing of it touches this queue.

Used by `program.py`.
"""

from __future__ import annotations

import os
import subprocess
import sys


def demo_command(*, bundled: bool) -> list[str]:
    """Give the command that opens the demonstration: a bundle's own program, or this Python."""
    return [sys.executable, "--demo"] if bundled else [sys.executable, "-m", "uploader_gui", "--demo"]


def open_demo() -> None:
    """Start it beside this program; it stays when this one leaves."""
    command = demo_command(bundled=bool(getattr(sys, "frozen", False)))
    # A bundle's program that starts another one of its kind has to say that it is a new one (PyInstaller).
    surroundings = os.environ | {"PYINSTALLER_RESET_ENVIRONMENT": "1"}
    subprocess.Popen(command, start_new_session=True, env=surroundings)  # noqa: S603 - our own program
