"""The desktop around the program: notification, icon beside the clock, progress on the taskbar, no sleep.

Made by the composition root; `policy.py` tells it what to show. Keeps the seam `desktop_port.Desktop`.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from uploader_gui.gui.desktop.launcher import launcher_for
from uploader_gui.platform.keep_awake import KeepAwake
from uploader_gui.platform.session_bus import SessionBus, has_session_bus
from uploader_gui.text import Words
from uploader_gui.words.manners import MannersWords

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QIcon
    from PySide6.QtWidgets import QWidget


_READING_MS: Final = 6000


class RealDesktop(QObject):
    """`window_wanted` and `stop_wanted` come from the icon. `badge` is the application's `setBadgeNumber`."""

    window_wanted = Signal()
    stop_wanted = Signal()

    def __init__(self, window: QWidget, icon: QIcon, badge: Callable[[int], None]) -> None:
        super().__init__(window)
        self._awake = KeepAwake()
        self._bus = SessionBus() if has_session_bus() else None
        self._launcher = launcher_for(lambda: int(window.winId()), badge, self._bus)
        self._window = window
        self._picture = icon
        self._icon: QSystemTrayIcon | None = None

    @property
    def reading_ms(self) -> int:
        """The icon's notification goes with the icon; one of the desktop's own service stays."""
        return 0 if self._bus is not None else _READING_MS

    def notify(self, title: str, text: str) -> None:
        """Tell it: through the desktop's own service on Linux, which needs no icon, else through the icon."""
        if self._bus is not None:
            self._bus.notify(title, text)
        elif QSystemTrayIcon.isSystemTrayAvailable():
            shown = self._shown_icon()
            shown.showMessage(title, text, self._picture)

    def show_progress(self, share: float | None, left: int) -> None:
        """Show it where the platform can."""
        self._launcher.show_progress(share, left)

    def keep_awake(self, wanted: bool) -> None:  # noqa: FBT001 - a wish with two values
        """Keep the machine awake, or no longer."""
        self._awake.want(wanted)

    def get_ready(self) -> None:
        """Load what keeping the machine awake takes."""
        self._awake.get_ready()

    def show_icon(self, tip: str) -> None:
        """Show the icon, or give it new words."""
        if QSystemTrayIcon.isSystemTrayAvailable():
            self._shown_icon().setToolTip(tip)

    def hide_icon(self) -> None:
        """Take it away."""
        if self._icon is not None:
            self._icon.hide()

    def close(self) -> None:
        """Give everything back."""
        self._awake.close()
        self._launcher.show_progress(None, 0)
        if self._bus is not None:
            self._bus.close()
        self.hide_icon()

    def _shown_icon(self) -> QSystemTrayIcon:
        """Make it when it is first needed: it asks the desktop about itself, which takes a while."""
        if self._icon is None:
            self._icon = QSystemTrayIcon(self._picture, self)
            self._icon.activated.connect(self._activated)
            self._icon.messageClicked.connect(self.window_wanted)
            self._icon.setContextMenu(self._menu())
        self._icon.show()
        return self._icon

    def _menu(self) -> QMenu:
        menu = QMenu(self._window)
        for words, wish in ((MannersWords.SHOW_WINDOW, self.window_wanted), (Words.LEAVE_STOP, self.stop_wanted)):
            entry = QAction(words.text, menu)
            entry.triggered.connect(wish)
            menu.addAction(entry)
        return menu

    def _activated(self, how: QSystemTrayIcon.ActivationReason) -> None:
        """On a Mac every click opens the menu, which has both wishes."""
        if how is not QSystemTrayIcon.ActivationReason.Context and sys.platform != "darwin":
            self.window_wanted.emit()
