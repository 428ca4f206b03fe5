"""Decides when the desktop keeps awake, shows progress or a notification, and when a hidden window returns or exits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

from uploader_gui.engine import events
from uploader_gui.gui.style.widgets import one_shot
from uploader_gui.i18n import NN_, _, ngettext

if TYPE_CHECKING:
    from uploader_gui.gui.bridge import Bridge
    from uploader_gui.gui.desktop import Desktop
    from uploader_gui.gui.main_window import MainWindow
    from uploader_gui.gui.upload_list.counts import ListCounts, Unsent
    from uploader_gui.gui.window.finish import Finish

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
        if unsent.counts.files:
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
        """End the background mode when the window is shown, for any reason."""
        if watched is self._window and event.type() == QEvent.Type.Show and self._hidden:
            self._hidden = False
            self._grace_timer.stop()
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
    failed, number = unsent.counts.failed, unsent.anomaly_id
    if not failed:
        return _("Some files need your attention")
    if not number:
        return ngettext("{count} file failed", "{count} files failed", failed)
    return ngettext(
        "{count} file failed – anomaly {number}", "{count} files failed – anomaly {number}", failed, number=number
    )


def _all_there_text(unsent: Unsent) -> str:
    files, number = unsent.counts.uploaded + unsent.counts.skipped, unsent.anomaly_id
    if unsent.trial or not number or files < unsent.counts.files:
        return _("All files are sent")
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
    )
    sentences = [ngettext(*sentence, count) for sentence, count in parts if count]
    return ", ".join([*sentences, *([unsent.kept.wait()] if unsent.kept is not None else [])])
