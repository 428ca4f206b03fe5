"""Progress on the launcher (Linux), the taskbar button (Windows) or as a number on the Dock icon (macOS)."""

from __future__ import annotations

import ctypes
import logging
import sys
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from uploader_gui.platform.session_bus import SessionBus


class Launcher(Protocol):
    """Where one platform shows progress."""

    def show_progress(self, share: float | None, left: int) -> None:
        """Show progress, 0 to 1 or None for none, and the number of files left."""


class DockBadge:
    """The number of files left on macOS' Dock icon. `badge` is the application's `setBadgeNumber`."""

    def __init__(self, badge: Callable[[int], None]) -> None:
        self._badge = badge

    def show_progress(self, share: float | None, left: int) -> None:
        """Show the number; 0 removes it."""
        self._badge(0 if share is None else left)


class NoLauncher:
    """A platform that shows no progress."""

    def show_progress(self, share: float | None, left: int) -> None:
        """Do nothing."""


def launcher_for(window: Callable[[], int], badge: Callable[[int], None], bus: SessionBus | None) -> Launcher:
    """Return this platform's launcher. `window` returns the native window handle, `bus` exists on Linux only."""
    if sys.platform == "win32":
        return Taskbar(window)
    if sys.platform == "darwin":
        return DockBadge(badge)
    return bus or NoLauncher()


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

    def show_progress(self, share: float | None, left: int) -> None:
        """Show progress; None removes it."""
        del left
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
