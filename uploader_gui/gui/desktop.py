"""The desktop around the program: notifications, the icon beside the clock, no sleep, the file manager, progress.

Progress stands on the launcher (Linux), on the taskbar button (Windows) or as a number on the Dock icon (macOS).
`notifications.py` decides when each of them is shown.
"""

from __future__ import annotations

import ctypes
import logging
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QProcess, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from uploader_gui.i18n import N_, _
from uploader_gui.platform.keep_awake import KeepAwake
from uploader_gui.platform.session_bus import SessionBus, has_session_bus

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtGui import QIcon
    from PySide6.QtWidgets import QWidget


log = logging.getLogger(__name__)

_CLASS: Final = "{56FDF344-FD6D-11D0-958A-006097C9A090}"
_INTERFACE: Final = "{EA1AFB91-9E28-4B86-90E9-9E9F8A5EEFAF}"
_IN_PROCESS: Final = 1
_INIT, _SET_VALUE, _SET_STATE = 3, 9, 10
"""Indexes in the method table: three of IUnknown, five of ITaskbarList, one of ITaskbarList2, then ITaskbarList3."""
_NONE, _NORMAL = 0, 2
_STEPS: Final = 1000


class Taskbar:
    """The taskbar button, through COM's ITaskbarList3. `window` returns the native window handle."""

    def __init__(self, window: Callable[[], int]) -> None:
        self._window = window
        self._list: ctypes.c_void_p | None = None
        self._tried = False

    def show_progress(self, share: float | None) -> None:
        """Show progress; None removes it."""
        taskbar = self._taskbar()
        if taskbar is None:
            return
        handle = ctypes.c_void_p(self._window())
        _call(taskbar, _SET_STATE, handle, ctypes.c_int(_NONE if share is None else _NORMAL))
        if share is not None:
            done, whole = ctypes.c_ulonglong(int(share * _STEPS)), ctypes.c_ulonglong(_STEPS)
            _call(taskbar, _SET_VALUE, handle, done, whole)

    def _taskbar(self) -> ctypes.c_void_p | None:
        """Return the COM object. Qt has initialized COM in this thread already, for drag and drop."""
        if not self._tried:
            self._tried = True
            try:
                self._list = _create_taskbar_list()
            except (OSError, AttributeError) as error:
                log.info("no progress on the taskbar: %s", error)
        return self._list


def _create_taskbar_list() -> ctypes.c_void_p:
    ole: Any = ctypes.OleDLL("ole32")  # type: ignore[attr-defined]  # Windows alone has it; raises OSError for a failed HRESULT
    class_id, interface_id = ctypes.create_string_buffer(16), ctypes.create_string_buffer(16)
    ole.CLSIDFromString(ctypes.c_wchar_p(_CLASS), class_id)
    ole.CLSIDFromString(ctypes.c_wchar_p(_INTERFACE), interface_id)
    made = ctypes.c_void_p()
    ole.CoCreateInstance(class_id, None, _IN_PROCESS, interface_id, ctypes.byref(made))
    _call(made, _INIT)
    return made


def _call(taskbar: ctypes.c_void_p, place: int, *arguments: Any) -> None:
    table = ctypes.cast(taskbar, ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p)))[0]
    types = (ctypes.c_void_p, *(type(argument) for argument in arguments))
    function: Any = ctypes.WINFUNCTYPE(ctypes.c_long, *types)(table[place])  # type: ignore[attr-defined]  # as above
    function(taskbar, *arguments)


_READING_MS: Final = 6000


class Desktop(QObject):
    """The desktop. A platform may ignore any call: nothing depends on it.

    The icon emits `window_wanted` and `stop_wanted`. `badge` is the application's `setBadgeNumber`.
    """

    window_wanted = Signal()
    stop_wanted = Signal()

    def __init__(self, window: QWidget, icon: QIcon, badge: Callable[[int], None]) -> None:
        super().__init__(window)
        self._awake = KeepAwake()
        self._bus = SessionBus() if has_session_bus() else None
        self._taskbar = Taskbar(lambda: int(window.winId())) if sys.platform == "win32" else None
        self._badge = badge
        self._window = window
        self._picture = icon
        self._icon: QSystemTrayIcon | None = None

    @property
    def reading_ms(self) -> int:
        """Milliseconds to wait before exit: the icon's notification goes with the icon, the D-Bus service's stays."""
        return 0 if self._bus is not None else _READING_MS

    def notify(self, title: str, text: str) -> None:
        """Show a notification: through the D-Bus service on Linux, else through the icon."""
        if self._bus is not None:
            self._bus.notify(title, text)
        elif QSystemTrayIcon.isSystemTrayAvailable():
            self._shown_icon().showMessage(title, text, self._picture)

    def show_progress(self, share: float | None, left: int) -> None:
        """Show progress, 0 to 1 or None for none, and the number of files left, where the platform can."""
        if self._taskbar is not None:
            self._taskbar.show_progress(share)
        elif sys.platform == "darwin":
            self._badge(0 if share is None else left)
        elif self._bus is not None:
            self._bus.show_progress(share, left)

    def keep_awake(self, wanted: bool) -> None:  # noqa: FBT001 - a setter, as Qt's are
        """Keep the machine awake, or let it sleep again."""
        self._awake.want(wanted)

    def get_ready(self) -> None:
        """Load the modules that keeping the machine awake needs."""
        self._awake.get_ready()

    def show_icon(self, tip: str) -> None:
        """Show an icon with a tooltip that brings the hidden window back."""
        if QSystemTrayIcon.isSystemTrayAvailable():
            self._shown_icon().setToolTip(tip)

    def hide_icon(self) -> None:
        """Hide the icon."""
        if self._icon is not None:
            self._icon.hide()

    def close(self) -> None:
        """Release everything: icon, progress, D-Bus, keeping awake."""
        self._awake.close()
        self.show_progress(None, 0)
        if self._bus is not None:
            self._bus.close()
        self.hide_icon()

    def _shown_icon(self) -> QSystemTrayIcon:
        """Make it when first needed: it queries the desktop, which takes a while."""
        if self._icon is None:
            self._icon = QSystemTrayIcon(self._picture, self)
            self._icon.activated.connect(self._activated)
            self._icon.messageClicked.connect(self.window_wanted)
            self._icon.setContextMenu(self._menu())
        self._icon.show()
        return self._icon

    def _menu(self) -> QMenu:
        menu = QMenu(self._window)
        for words, wish in (
            (N_("Show the window"), self.window_wanted),
            (N_("Stop and resume next time"), self.stop_wanted),
        ):
            menu.addAction(_(words)).triggered.connect(wish)
        return menu

    def _activated(self, how: QSystemTrayIcon.ActivationReason) -> None:
        """On a Mac every click opens the menu, so it must not show the window too."""
        if how is not QSystemTrayIcon.ActivationReason.Context and sys.platform != "darwin":
            self.window_wanted.emit()


def show_in_folder(path: Path) -> None:
    """Show a file in the system's file manager: selected where the system can do that, else open its folder."""
    if sys.platform == "win32":
        subprocess.Popen(explorer_command(str(path)))  # noqa: S603 - Windows' own program, and no shell
    elif sys.platform == "darwin":
        QProcess.startDetached("/usr/bin/open", ["-R", str(path)])
    else:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))


def explorer_command(path: str) -> str:
    """Return Explorer's command line. The path is quoted alone: Explorer splits at commas outside quotes."""
    windows = os.environ.get("SystemRoot", "C:\\Windows")  # noqa: SIM112 - how Windows writes it
    return f'"{windows}\\explorer.exe" /select,"{path}"'
