"""Shows a file in the system's file manager. Called by the window for “Show in folder”."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QProcess, QUrl
from PySide6.QtGui import QDesktopServices

if TYPE_CHECKING:
    from pathlib import Path


def show_in_folder(path: Path) -> None:
    """Select the file where the system can, else open its folder."""
    if sys.platform == "win32":
        subprocess.Popen(explorer_command(str(path)))  # noqa: S603 - Windows' own program, and no shell
    elif sys.platform == "darwin":
        QProcess.startDetached("/usr/bin/open", ["-R", str(path)])
    else:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))


def explorer_command(path: str) -> str:
    """Give the command line in Explorer's own form: it takes a comma in a name that is not quoted for its end."""
    windows = os.environ.get("SystemRoot", "C:\\Windows")  # noqa: SIM112 - how Windows writes it
    return f'"{windows}\\explorer.exe" /select,"{path}"'
