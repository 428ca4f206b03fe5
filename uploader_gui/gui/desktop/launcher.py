"""Progress on the system's own surface: launcher (Linux), taskbar button (Windows), a number on the Dock (macOS).

Used by `real_desktop.py`. Whatever the platform lacks is left out without a word.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from uploader_gui.platform.session_bus import SessionBus


class Launcher(Protocol):
    """One platform's surface."""

    def show_progress(self, share: float | None, left: int) -> None:
        """Show how far it is (0 to 1; None: nothing goes on), and how many files wait."""


class DockBadge:
    """The number of files left on macOS' Dock icon. `badge` is the application's `setBadgeNumber`."""

    def __init__(self, badge: Callable[[int], None]) -> None:
        self._badge = badge

    def show_progress(self, share: float | None, left: int) -> None:
        """Show it; 0 takes it away."""
        self._badge(0 if share is None else left)


class NoLauncher:
    """A platform without such a surface."""

    def show_progress(self, share: float | None, left: int) -> None:
        """Do nothing."""


def launcher_for(window: Callable[[], int], badge: Callable[[int], None], bus: SessionBus | None) -> Launcher:
    """Give this platform's surface. `window` gives the window's native handle, `bus` is there on Linux alone."""
    if sys.platform == "win32":
        from uploader_gui.gui.desktop.taskbar import Taskbar  # noqa: PLC0415 - Windows alone

        return Taskbar(window)
    if sys.platform == "darwin":
        return DockBadge(badge)
    return bus or NoLauncher()
