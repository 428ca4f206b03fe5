"""The desktop around the program: notifications, the icon beside the clock, no sleep, the file manager, progress.

Progress stands on the launcher (Linux), on the taskbar button (Windows) or as a number on the Dock icon (macOS).
`DesktopPolicy` decides when each of them is shown, and when a hidden window returns or exits.
"""

from __future__ import annotations

import ctypes
import logging
import os
import subprocess
import sys
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QEvent, QObject, QProcess, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon

from uploader_gui.engine import events
from uploader_gui.gui.style.widgets import Translated, one_shot
from uploader_gui.i18n import N_, NN_, _, ngettext
from uploader_gui.platform.keep_awake import KeepAwake
from uploader_gui.platform.session_bus import SessionBus, has_session_bus

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtCore import SignalInstance
    from PySide6.QtGui import QIcon
    from PySide6.QtWidgets import QWidget

    from uploader_gui.gui.bridge import Bridge
    from uploader_gui.gui.main_window import MainWindow
    from uploader_gui.gui.upload_list.counts import ListCounts, Unsent
    from uploader_gui.gui.window.finish import Finish


log = logging.getLogger(__name__)

_CLASS: Final = "{56FDF344-FD6D-11D0-958A-006097C9A090}"
_INTERFACE: Final = "{EA1AFB91-9E28-4B86-90E9-9E9F8A5EEFAF}"
_IN_PROCESS: Final = 1
_INIT, _SET_VALUE, _SET_STATE = 3, 9, 10
"""Indexes in the method table: three of IUnknown, five of ITaskbarList, one of ITaskbarList2, then ITaskbarList3."""
_NONE, _NORMAL = 0, 2
_TASKBAR_STEPS: Final = 1000


class Taskbar:
    """The taskbar button, through COM's ITaskbarList3. `window` returns the native window handle."""

    def __init__(self, window: Callable[[], int]) -> None:
        self._window = window

    def show_progress(self, share: float | None) -> None:
        """Show progress; None removes it."""
        taskbar = self._taskbar
        if taskbar is None:
            return
        handle = ctypes.c_void_p(self._window())
        _call(taskbar, _SET_STATE, handle, ctypes.c_int(_NONE if share is None else _NORMAL))
        if share is not None:
            done, whole = ctypes.c_ulonglong(int(share * _TASKBAR_STEPS)), ctypes.c_ulonglong(_TASKBAR_STEPS)
            _call(taskbar, _SET_VALUE, handle, done, whole)

    @cached_property
    def _taskbar(self) -> ctypes.c_void_p | None:
        """Return the COM object. Qt has initialized COM in this thread already, for drag and drop."""
        try:
            return _create_taskbar_list()
        except (OSError, AttributeError) as error:
            log.info("no progress on the taskbar: %s", error)
            return None


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
        """Show a notification: through the D-Bus service on Linux, else through the icon, which stays shown."""
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
            self._icon.setContextMenu(IconMenu(self._window, self.window_wanted, self.stop_wanted))
        self._icon.show()
        return self._icon

    def _activated(self, how: QSystemTrayIcon.ActivationReason) -> None:
        """On a Mac every click opens the menu, so it must not show the window too."""
        if how is not QSystemTrayIcon.ActivationReason.Context and sys.platform != "darwin":
            self.window_wanted.emit()


class IconMenu(QMenu, Translated):
    """The icon's menu: its entries emit the signals given."""

    def __init__(self, window: QWidget, show: SignalInstance, stop: SignalInstance) -> None:
        super().__init__(window)
        for words, wish in ((N_("Show the window"), show), (N_("Stop and resume next time"), stop)):
            entry = self.addAction("")
            entry.triggered.connect(wish)
            self.translate(entry.setText, words)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()


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


_STEPS: Final = 200
"""Steps of the progress shown outside the window."""

_GRACE_MS: Final = 2000
"""How long a hidden program waits for `QueueIdle` once nothing is being sent."""


class DesktopPolicy(QObject):
    """`leave_wanted`: everything is sent and the window is hidden.

    A hidden program always exits or shows its window again: it stays hidden only while files are sent without a
    person. After that the engine emits `QueueIdle`, and the program exits, or returns where a file needs a person.
    Without that event within two seconds it returns.
    """

    leave_wanted = Signal()

    def __init__(self, window: MainWindow, engine: Bridge, desktop: Desktop) -> None:
        super().__init__(window)
        self._window = window
        self._desktop = desktop
        self._shown: tuple[int | None, int] = (None, 0)
        self._hidden = False
        self.unseen_finish: Finish | None = None
        """The end that nobody saw, once `leave_wanted` was emitted."""
        self._reading_timer = one_shot(self, 0, self._leave_unseen)
        self._grace_timer = one_shot(self, _GRACE_MS, self._give_up_waiting)
        window.installEventFilter(self)
        window.background_wanted.connect(self.go_to_background)
        window.model.counts_changed.connect(self._refresh)
        engine.event_arrived.connect(self._handle_event)

    def go_to_background(self) -> None:
        """Hide the window and continue sending; exit where nothing is left to send."""
        unsent = self._window.unsent
        if not unsent.asks:
            self._leave()
        if not unsent.goes_on:
            return
        self._hidden = True
        self._window.hide()
        self._refresh()
        self._notify(_("Sending goes on in the background"), _("Open the program again to see the files."))

    def come_back(self) -> None:
        """Show the window in front of the others, even if it was minimized."""
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowMinimized)
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()

    def wake(self, state: Qt.ApplicationState) -> None:
        """Show a hidden window when the application is activated."""
        if self._hidden and state is Qt.ApplicationState.ApplicationActive:
            self.come_back()

    # Events of the engine

    def _handle_event(self, event: events.Event) -> None:
        match event:
            case events.QueueStatus() | events.EngineFailed():
                self._window.model.flush()
                self._refresh()
            case events.SignInRequired():
                self._call_person(_("Sign in to go on"))
            case events.QueueIdle():
                self._finish()

    def _refresh(self) -> None:
        router, counts = self._window.event_router, self._window.model.counts()
        self._desktop.keep_awake(router.goes_on)
        self._show_progress(counts, busy=router.goes_on)
        if self._hidden:
            self._follow_hidden(counts)

    def _follow_hidden(self, counts: ListCounts) -> None:
        """Hidden: continue, or come back, or wait two seconds for `QueueIdle` or a request to sign in."""
        if self._window.event_router.goes_on:
            self._grace_timer.stop()
            self._desktop.show_icon(
                self._with_trial_mark(_left_text(counts, "" if self._window.trial else counts.waits_for))
            )
        elif not self._window.event_router.wants_sign_in and (counts.unfinished or not self._window.event_router.saved):
            self._call_person(_("Some files need your attention"))
        elif not (self._grace_timer.isActive() or self._reading_timer.isActive()):
            self._grace_timer.start()

    def _give_up_waiting(self) -> None:
        if self._hidden and not self._window.event_router.goes_on:
            self.come_back()

    def _show_progress(self, counts: ListCounts, *, busy: bool) -> None:
        """Send progress to the desktop only when it visibly changed."""
        step = int(counts.fraction * _STEPS) if busy else None
        shown = step, counts.unfinished if busy else 0
        if shown != self._shown:
            self._shown = shown
            self._desktop.show_progress(None if step is None else step / _STEPS, shown[1])

    def _finish(self) -> None:
        """Notify of the result once; exit if the window is hidden and nothing needs a person."""
        unsent = self._window.unsent
        self._grace_timer.stop()
        if unsent.asks:
            self._call_person(_trouble_text(unsent), _result_text(unsent))
            return
        if unsent.counts.uploaded + unsent.counts.skipped:
            self._notify_if_away(_all_there_text(unsent), _result_text(unsent))
        if self._hidden:
            self._reading_timer.start(self._desktop.reading_ms)

    def _leave_unseen(self) -> None:
        """Exit unless the window was shown, or files were added, while the notification could be read."""
        if not self._hidden:
            return
        if self._window.unsent.asks:
            self._refresh()
        else:
            self._leave()

    def _leave(self) -> None:
        self.unseen_finish = self._window.body.finish.finish
        self.leave_wanted.emit()

    def _call_person(self, title: str, text: str = "") -> None:
        self._notify_if_away(title, text)
        if self._hidden:
            self.come_back()

    def _notify_if_away(self, title: str, text: str) -> None:
        if self._window.isVisible() and QApplication.activeWindow() is not None:  # a dialog of ours counts too
            return
        self._notify(title, text)
        QApplication.alert(self._window)

    def _notify(self, title: str, text: str) -> None:
        """In a trial the title says so: nobody may believe that a register has the files."""
        if self._window.trial:
            self._desktop.notify(_("TRIAL: nothing is sent to the register"), text or title)
        else:
            self._desktop.notify(title, text)

    def _with_trial_mark(self, text: str) -> str:
        return " · ".join((_("TRIAL: nothing is sent to the register"), text)) if self._window.trial else text

    # Overrides of Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """End the background mode when the window is shown, for any reason; an active window needs no icon."""
        if watched is self._window and event.type() == QEvent.Type.Show and self._hidden:
            self._hidden = False
            self._grace_timer.stop()
            self._desktop.hide_icon()
        elif watched is self._window and event.type() == QEvent.Type.WindowActivate:
            self._desktop.hide_icon()
        return super().eventFilter(watched, event)


def _left_text(counts: ListCounts, anomaly_id: str) -> str:
    if not anomaly_id:
        return ngettext("{count} file still to send", "{count} files still to send", counts.unfinished)
    return ngettext(
        "{count} file still to send to anomaly {number}",
        "{count} files still to send to anomaly {number}",
        counts.unfinished,
        number=anomaly_id,
    )


def _trouble_text(unsent: Unsent) -> str:
    failed, number = unsent.counts.failed, unsent.counts.anomaly_id
    if not failed:
        return _("Some files need your attention")
    if not number:
        return ngettext("{count} file failed", "{count} files failed", failed)
    return ngettext(
        "{count} file failed – anomaly {number}", "{count} files failed – anomaly {number}", failed, number=number
    )


def _all_there_text(unsent: Unsent) -> str:
    files, number = unsent.counts.uploaded + unsent.counts.skipped, unsent.counts.anomaly_id
    if not number:
        is_all = files == unsent.counts.files
        return _("All files are sent") if is_all else ngettext("{count} file sent", "{count} files sent", files)
    return ngettext(
        "{count} file attached to anomaly {number}", "{count} files attached to anomaly {number}", files, number=number
    )


def _result_text(unsent: Unsent) -> str:
    counts = unsent.counts
    parts = (
        (
            NN_("{count} file uploaded (trial)", "{count} files uploaded (trial)")
            if unsent.trial
            else NN_("{count} file uploaded", "{count} files uploaded"),
            counts.uploaded,
        ),
        (NN_("{count} already there", "{count} already there"), counts.skipped),
        (NN_("{count} failed", "{count} failed"), counts.failed),
        (NN_("{count} refused", "{count} refused"), counts.refused),
        (NN_("{count} cancelled", "{count} cancelled"), counts.cancelled),
    )
    sentences = [ngettext(*sentence, count) for sentence, count in parts if count]
    return ", ".join([*sentences, *([unsent.kept.wait()] if unsent.kept is not None else [])])
